"""Every text can be read on its ground, in both faces: as the palettes have it, and as it is on the screen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.support.contrast import LEAST, contrast, hard_to_read
from tests.support.layout import unreadable_at_last
from tests.ui.conftest import Kit
from tests.ui.page_states import STATES, full_kit
from weighin.ui.theme import Colours, Theme, load_colours
from weighin.ui.widgets.label import PlainLabel

FACES = ["light", "dark"]


def pairs(c: Colours) -> dict[str, tuple[str, str]]:
    """Every ink with every ground it stands on, by what is written so."""
    grounds = {"window": c.window, "surface": c.surface, "raised": c.raised}
    texts = {"text": c.text, "muted": c.muted, "link": c.accent, "error": c.red, "warning": c.amber}
    return {
        **{f"{text} on {ground}": (texts[text], grounds[ground]) for text in texts for ground in grounds},
        "primary button, chosen row": (c.on_accent, c.accent),
        "button held down": (c.text, c.border),
        "question of a confirmation": (c.amber, c.amber_surface),
        "failure": (c.red, c.red_surface),
        "danger held under the mouse": (c.red, c.raised),
        "found word": (c.amber, c.amber_surface),
        "found word where the reader is": (c.on_accent, c.accent),
        "chip of A": (c.surface, c.lane_a),
        "chip of B": (c.surface, c.lane_b),
        "model that was preferred, A": (c.lane_a, c.surface),
        "model that was preferred, B": (c.lane_b, c.surface),
        "fits": (c.green, c.surface),
        "fits, in a row that is not chosen": (c.green, c.raised),
        "code": (c.text, c.code),
        "keyword": (c.accent, c.code),
        "string": (c.green, c.code),
        "number": (c.amber, c.code),
        "comment, language, Copy": (c.muted, c.code),
    }


@pytest.mark.parametrize("face", FACES)
def test_all_text_is_readable(face: str) -> None:
    of = {what: round(contrast(*pair), 2) for what, pair in pairs(load_colours(face)).items()}
    assert {what: ratio for what, ratio in of.items() if ratio < LEAST} == {}


@pytest.mark.parametrize("face", FACES)
def test_what_qt_paints_itself_is_readable(theme: Theme, face: str) -> None:
    theme.choose(face)
    palette, roles = QApplication.palette(), QPalette.ColorRole
    for ink, ground in (
        (roles.WindowText, roles.Window), (roles.Text, roles.Base), (roles.Text, roles.AlternateBase),
        (roles.ButtonText, roles.Button), (roles.HighlightedText, roles.Highlight), (roles.Link, roles.Base),
        (roles.PlaceholderText, roles.Base), (roles.ToolTipText, roles.ToolTipBase),
    ):  # fmt: skip
        for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive, QPalette.ColorGroup.Disabled):
            colours = palette.color(group, ink).name(), palette.color(group, ground).name()
            assert contrast(*colours) >= LEAST, (ink, group, colours)


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("part", STATES)
def test_all_that_is_seen_is_readable(
    new_kit: Callable[..., Kit], grown: Callable[[float], None], qtbot: QtBot, face: str, part: str
) -> None:
    grown(2.0)
    kit = full_kit(new_kit)
    kit.theme.choose(face)
    kit.window.resize(1440, 900)
    kit.window.show()
    found = {}
    for name, view in STATES[part](kit, qtbot):
        unreadable_at_last(view)
        if lines := hard_to_read(view):
            found[name] = lines
    assert found == {}


def test_pale_text_is_found(kit: Kit, grown: Callable[[float], None]) -> None:
    grown(2.0)
    label = PlainLabel("Pale", parent=kit.page)
    label.setGeometry(20, 20, 200, 60)
    ground = kit.theme.colours.surface
    label.setStyleSheet(f"background: {ground}; color: {QColor(ground).darker(130).name()}")
    label.show()
    label.raise_()
    assert any("'Pale'" in line for line in hard_to_read(kit.window))
    label.setStyleSheet(f"background: {ground}; color: {kit.theme.colours.text}")
    assert not any("'Pale'" in line for line in hard_to_read(kit.window))

"""Light and dark."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import FakeSettings
from weighin.ui import theme as themes
from weighin.ui.theme import Theme, load_colours

FACES = ["light", "dark"]


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("blind", ["protan", "deutan"])
def test_lane_colours_differ_for_the_colour_blind(face: str, blind: str) -> None:
    # Viénot, Brettel and Mollon 1999, in linear light: red and green fall together, blue stays.
    matrix = {
        "protan": ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0)),
        "deutan": ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0)),
    }[blind]
    colours = load_colours(face)

    def seen(colour: str) -> list[float]:
        rgb = [(int(colour[i : i + 2], 16) / 255) ** 2.2 for i in (1, 3, 5)]
        return [max(0.0, sum(m * c for m, c in zip(row, rgb, strict=True))) ** (1 / 2.2) for row in matrix]

    a, b = seen(colours.lane_a), seen(colours.lane_b)
    assert sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) ** 0.5 > 0.3


def test_a_choice_is_worn_at_once_and_kept(qapp: QApplication, theme: Theme, new_kit: Callable[..., Kit]) -> None:
    new_kit()
    for face in ("dark", "light"):
        theme.choose(face)
        assert theme.colours == load_colours(face)
        assert qapp.palette().color(QPalette.ColorRole.Window).name() == theme.colours.window
        assert theme.colours.surface in qapp.styleSheet()


def test_the_choice_survives(qapp: QApplication) -> None:
    settings = FakeSettings(theme="dark")
    made = themes.apply(qapp, settings)
    assert made.choice == "dark"
    assert made.colours.dark
    made.choose("light")
    assert settings.values["theme"] == "light"
    shiboken6.delete(made)


def test_a_damaged_choice_means_the_system(qapp: QApplication) -> None:
    made = themes.apply(qapp, FakeSettings(theme=["?"]))
    assert made.choice == "system"
    shiboken6.delete(made)


def test_the_system_is_followed_while_the_window_is_open(theme: Theme, qtbot: QtBot) -> None:
    hints = QGuiApplication.styleHints()
    theme.choose("system")
    with qtbot.waitSignal(theme.changed):
        hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme.colours.dark
    with qtbot.waitSignal(theme.changed):
        hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert not theme.colours.dark


def test_a_manual_choice_is_not_overruled_by_the_system(theme: Theme) -> None:
    theme.choose("light")
    QGuiApplication.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert not theme.colours.dark

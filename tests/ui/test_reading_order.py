"""With the keyboard and with a screen reader: everything has a name, and Tab goes as one reads."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.support.layout import against_the_reading, shown_in, spoken, unreadable_at_last
from tests.ui.compare_states import finished, long
from tests.ui.conftest import Kit
from tests.ui.page_states import STATES, full_kit
from weighin.ui.commands.palette import Palette
from weighin.ui.compare.find_bar import FindBar
from weighin.ui.notice_bar import NoticeBar
from weighin.ui.options.options_drawer import OptionsDrawer
from weighin.ui.prompt_sets.sets_drawer import SetsDrawer

# What lies over a page.
OVER = (FindBar, NoticeBar, OptionsDrawer, Palette, SetsDrawer)


@pytest.mark.parametrize("part", STATES)
def test_tab_goes_as_one_reads_and_everything_has_a_name(new_kit: Callable[..., Kit], qtbot: QtBot, part: str) -> None:
    kit = full_kit(new_kit)
    kit.window.resize(1440, 900)
    kit.window.show()
    found = {}
    for name, view in STATES[part](kit, qtbot):
        unreadable_at_last(view)
        wrong = against_the_reading(view, OVER)
        takers = [w for w in shown_in(view) if w.focusPolicy() != Qt.FocusPolicy.NoFocus]
        wrong += [f"{type(w).__name__} in {type(w.parent()).__name__} has no name" for w in takers if not spoken(w)]
        if wrong:
            found[name] = wrong
    assert found == {}


def visited(kit: Kit, qtbot: QtBot, first: QWidget) -> list[str]:
    """The names of what Tab leads to from `first` on, until it comes round."""
    kit.window.activateWindow()
    qtbot.waitUntil(kit.window.isActiveWindow)
    first.setFocus()
    found: list[QWidget] = []
    while (at := QApplication.focusWidget()) is not None and at not in found:
        found.append(at)
        qtbot.keyClick(at, Qt.Key.Key_Tab)
    return [widget.accessibleName() for widget in found]


def test_from_the_head_of_a_to_run(new_kit: Callable[..., Kit], qtbot: QtBot) -> None:
    """Heads, swap, the links of the question, answers, the links of the scale, composer, Run."""
    kit = new_kit()
    kit.window.resize(1440, 900)
    kit.window.show()
    page = kit.page
    finished(kit, long(102), long(65.3, "One two three four five."))
    assert page.prompt.mode.findChildren(QPushButton)[0].isChecked()
    names = visited(kit, qtbot, page.panes[0].header.picker)
    wanted = (
        "Model of lane A", "About the model of A", "Swap the models of A and B",
        "Model of lane B", "About the model of B",
        "Question", "Edit this question in the composer", "Run this question again with the same options",
        "Run this question again with a new random seed", "Scroll both answers together",
        "Copy the answer of A", "Run A again; the other answer stays", "Answer of lane A",
        "Copy the answer of B", "Run B again; the other answer stays", "Answer of lane B",
        "Details: all numbers, charts, and what each model was given",
        "Share this comparison: picture, Markdown, JSON, CSV, bundle",
        "Prompt for both models", page.prompt.mode.findChildren(QPushButton)[0].accessibleName(), "Blind round",
        "Follow-up", "Attach text files to the prompt", "Prompts", "Options for the next run",
        "Run the prompt on both models",
    )  # fmt: skip
    assert tuple(names[: len(wanted)]) == wanted
    assert names[len(wanted)] == "Compare page", "then the rail"


def test_the_walk_finds_what_is_out_of_order(new_kit: Callable[..., Kit], monkeypatch: pytest.MonkeyPatch) -> None:
    kit = new_kit()
    kit.window.resize(1440, 900)
    kit.window.show()
    stray = QPushButton("", kit.page)
    stray.setGeometry(600, 2, 30, 10)
    stray.show()
    assert against_the_reading(kit.window, OVER) == [], "it is put into its place"
    assert spoken(stray) == ""
    monkeypatch.setattr("weighin.ui.widgets.page_scroll.thread", lambda _page: None)
    another = QPushButton("Another", kit.page)
    another.setGeometry(600, 2, 30, 10)
    another.show()
    assert any("-> Another" in line for line in against_the_reading(kit.window, OVER))

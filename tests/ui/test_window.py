"""The window itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPlainTextEdit, QSplitter, QTabBar, QToolButton
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import answer
from weighin.ui.main_window import HISTORY, PAGES
from weighin.ui.pages import PROMPT_SETS

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def active(kit: Kit, qtbot: QtBot) -> Kit:
    kit.window.activateWindow()
    qtbot.waitUntil(kit.window.isActiveWindow)
    return kit


def test_ctrl_and_a_number_change_the_page(active: Kit, qtbot: QtBot) -> None:
    qtbot.keyClick(active.window, Qt.Key.Key_6, CTRL)
    assert active.window.page == HISTORY
    assert active.window.focusWidget() is active.window.history_page.search
    qtbot.keyClick(active.window, Qt.Key.Key_7, CTRL)
    assert active.window.page == PROMPT_SETS
    qtbot.keyClick(active.window, Qt.Key.Key_1, CTRL)
    assert active.window.page == 0


def test_the_window_opens_ready_to_type(active: Kit, qtbot: QtBot) -> None:
    qtbot.keyClicks(active.window.focusWidget(), "Hello")
    assert active.page.prompt.text == "Hello"


def test_the_rail_changes_the_page(active: Kit, qtbot: QtBot) -> None:
    for number, name in enumerate(PAGES):
        entry = next(b for b in active.window.findChildren(QToolButton) if b.text() == name)
        qtbot.mouseClick(entry, Qt.MouseButton.LeftButton)
        assert active.window.page == number
        assert entry.isChecked()


def test_ctrl_enter_runs_and_escape_stops(active: Kit, qtbot: QtBot) -> None:
    active.page.prompt.set_text("Hello")
    active.page.prompt.take_focus()
    edit = active.window.focusWidget()
    qtbot.keyClick(edit, Qt.Key.Key_Escape)
    assert active.runner.stops == 0
    qtbot.keyClick(edit, Qt.Key.Key_Return, CTRL)
    assert [r.prompt.text for r in active.runner.requests] == ["Hello"]
    qtbot.keyClick(edit, Qt.Key.Key_Return, CTRL)
    assert len(active.runner.requests) == 1
    qtbot.keyClick(edit, Qt.Key.Key_Escape)
    assert active.runner.stops == 1
    assert (active.page.prompt.text, active.page.question.text) == ("", "Hello")
    qtbot.keyClick(edit, Qt.Key.Key_Z, CTRL)
    assert active.page.prompt.text == "Hello", "Undo brings it back"


def test_enter_alone_makes_a_new_line(active: Kit, qtbot: QtBot) -> None:
    active.page.prompt.set_text("one")
    active.page.prompt.take_focus()
    qtbot.keyClick(active.window.focusWidget(), Qt.Key.Key_Return)
    assert active.page.prompt.text == "one\n"
    assert active.runner.requests == []


def test_the_prompt_box_grows_and_stops_growing(active: Kit) -> None:
    heights = []
    for lines in (1, 4, 6, 30):
        active.page.prompt.set_text("\n".join(["line"] * lines))
        heights.append(active.page.prompt.edit_height)
    assert heights[0] < heights[1] < heights[2] == heights[3]


def test_closing_stops_what_runs_and_keeps_the_geometry(kit: Kit, new_kit: Callable[..., Kit]) -> None:
    kit.start()
    kit.window.resize(700, 650)
    kit.window.close_now()
    assert kit.runner.stops == 1
    again = new_kit(settings=kit.settings)
    assert (again.window.width(), again.window.height()) == (700, 650)


def test_a_damaged_geometry_is_ignored(kit: Kit) -> None:
    for damaged in ("%%%", "äöü", 7, None, "AAAA"):
        kit.settings.values["window_geometry"] = damaged
        kit.window._restore_geometry()
        assert kit.window.width() >= 640 and kit.window.isVisible()


def test_a_notice_is_shown_and_can_be_closed(kit: Kit, qtbot: QtBot) -> None:
    assert kit.window.notice == ""
    kit.window.show_notice("Not kept in History: <b>the disk is full</b>.")
    assert kit.window.notice == "Not kept in History: <b>the disk is full</b>."
    cross = next(b for b in kit.window.findChildren(QToolButton) if b.accessibleName() == "Close this notice")
    qtbot.mouseClick(cross, Qt.MouseButton.LeftButton)
    assert kit.window.notice == ""


def test_a_narrow_window_shows_one_lane_at_a_time(kit: Kit, qtbot: QtBot) -> None:
    a, b = kit.page.panes
    kit.start()
    area = kit.page.card.answers
    kit.window.resize(1400, 800)
    qtbot.waitUntil(lambda: a.isVisible() and b.isVisible() and not area.is_tabbed)
    assert abs(a.width() - b.width()) <= 2
    kit.window.resize(700, 800)
    qtbot.waitUntil(lambda: area.is_tabbed)
    assert a.isVisible() and not b.isVisible()
    area.findChild(QTabBar).setCurrentIndex(1)
    assert b.isVisible() and not a.isVisible()


def test_two_lanes_stand_side_by_side_wherever_each_has_400_pixels(kit: Kit, qtbot: QtBot) -> None:
    a, b = kit.page.panes
    kit.start()
    kit.window.resize(1000, 700)
    qtbot.waitUntil(lambda: kit.window.width() == 1000 and a.isVisible() and b.isVisible())
    assert not kit.page.card.answers.is_tabbed
    assert abs(a.width() - b.width()) <= 2 and a.width() >= 400
    left, right = (pane.header.mapTo(kit.page, pane.header.rect().topLeft()) for pane in (a, b))
    assert left.y() == right.y() and left.x() < right.x(), "heads stand side by side too"


def test_a_double_click_on_the_line_between_the_lanes_makes_them_equally_wide(kit: Kit, qtbot: QtBot) -> None:
    area = kit.page.card.answers
    kit.window.resize(1440, 900)
    kit.start()
    splitter = area.findChild(QSplitter)
    splitter.setSizes([900, 420])
    a, b = splitter.sizes()
    assert a > b + 100
    qtbot.mouseDClick(splitter.handle(1), Qt.MouseButton.LeftButton)
    a, b = splitter.sizes()
    assert abs(a - b) <= 1


def test_ctrl_n_begins_a_new_conversation(active: Kit, qtbot: QtBot) -> None:
    edit = active.page.prompt.findChild(QPlainTextEdit)
    active.start()
    qtbot.keyClick(edit, Qt.Key.Key_N, CTRL)
    assert not active.page.card.is_first_start, "not while it runs"
    active.runner.finish(answer(), answer())
    qtbot.keyClick(edit, Qt.Key.Key_N, CTRL)
    assert active.page.card.is_first_start and active.window.focusWidget() is edit


def test_a_finished_comparison_on_another_page_is_there_on_return(kit: Kit, qtbot: QtBot) -> None:
    kit.start()
    kit.window.show_page(HISTORY)
    kit.runner.begin_round("A").write("Twelve.")
    kit.runner.finish(answer("Twelve."), answer("12"))
    kit.window.show_page(0)
    view = kit.page.panes[0].answer.view
    qtbot.waitUntil(lambda: view.toPlainText() == "Twelve.")


def test_nothing_is_wider_than_a_small_window(kit: Kit) -> None:
    kit.page.prompt.set_options_open(True)
    assert kit.window.minimumSizeHint().width() <= 1000
    assert kit.window.minimumSizeHint().height() <= 700


def test_a_notice_more_takes_none_away(kit: Kit) -> None:
    for sentence in ("One.", "Two.", "One."):
        kit.window.add_notice(sentence)
    assert kit.window.notice == "One.\nTwo."
    kit.window.show_notice("Three.")
    assert kit.window.notice == "Three."


def test_a_notice_moves_nothing_and_goes_by_itself(kit: Kit, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("weighin.ui.notice_bar._SHOWN_MS", 50)
    monkeypatch.setattr("weighin.ui.notice_bar._LETTER_MS", 0)
    places = [part.geometry() for part in (kit.page, kit.page.heads, kit.page.card, kit.page.prompt)]
    kit.window.show_notice("Saved: comparison.md")
    assert kit.window._notice.isVisible()
    assert [part.geometry() for part in (kit.page, kit.page.heads, kit.page.card, kit.page.prompt)] == places
    kit.window.show_page(1)
    notice = kit.window._notice
    seen = kit.window.childAt(notice.mapTo(kit.window, QPoint(20, 8)))
    assert seen is notice or notice.isAncestorOf(seen), "no page lies over it"
    monkeypatch.setattr(notice, "underMouse", lambda: False)
    qtbot.waitUntil(lambda: kit.window.notice == "")
    kit.window.add_notice("Weigh-In is open twice.")
    qtbot.wait(120)
    assert kit.window.notice == "Weigh-In is open twice."

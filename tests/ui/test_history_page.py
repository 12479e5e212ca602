"""The History page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import DENSE, MOE, FakeHistory, answer, comparison, failed
from weighin.core import format
from weighin.core.comparisons.comparison import ComparisonRequest
from weighin.core.comparisons.text import MODES, STOPS
from weighin.core.prompts.prompt_set import SetPrompt, SetRun, StoredRun
from weighin.core.runs.answer import StopReason
from weighin.core.runs.chat import Prompt
from weighin.core.runs.lane import LaneSetup, Mode
from weighin.core.runs.options import LoadOptions, SamplingOptions
from weighin.ui.history.history_page import HistoryPage
from weighin.ui.main_window import HISTORY


def record(number: int, prompt: str, **more: object):
    """A record with this prompt."""
    request = ComparisonRequest(Prompt(prompt), Mode.ALONE, (LaneSetup(DENSE), LaneSetup(MOE)))
    return comparison(request=replace(request, **more), number=number)


@pytest.fixture
def kit(new_kit: Callable[..., Kit], qtbot: QtBot) -> Kit:
    made = new_kit(history=FakeHistory(record(1, "Sum <b>one</b>"), record(2, "Opposite"), record(3, "Sum two")))
    with qtbot.waitExposed(made.window):
        made.window.show()
    made.window.show_page(HISTORY)
    return made


@pytest.fixture
def page(kit: Kit) -> HistoryPage:
    return kit.window.history_page


def cells(page: HistoryPage, row: int) -> list[str]:
    model = page.table.model()
    return [str(model.index(row, column).data()) for column in range(model.columnCount())]


def press(page: HistoryPage, name: str, qtbot: QtBot) -> None:
    """Press a button of the first tab."""
    others = (page.evaluations, page.measurements)
    buttons = (b for b in page.findChildren(QPushButton) if not any(tab.isAncestorOf(b) for tab in others))
    found = next(b for b in buttons if b.text() == name)
    qtbot.mouseClick(found, Qt.MouseButton.LeftButton)


def test_down_goes_from_the_search_into_the_rows(kit: Kit, page: HistoryPage, qtbot: QtBot) -> None:
    """Without it Tab has to pass every button between the two."""
    kit.window.activateWindow()
    qtbot.waitUntil(kit.window.isActiveWindow)
    page.search.setFocus()
    qtbot.keyClick(page.search, Qt.Key.Key_Down)
    assert kit.window.focusWidget() is page.table and page.table.chosen is page.table.records[0]
    page.table.choose(["id2"])
    page.search.setFocus()
    qtbot.keyClick(page.search, Qt.Key.Key_Down)
    assert page.table.chosen.key == "id2", "what was chosen stays so"


def test_a_row_says_what_was_compared(page: HistoryPage) -> None:
    when = format.moment("2026-11-22T10:31:01+00:00")
    assert cells(page, 0) == [
        "",
        when,
        "Sum <b>one</b>",
        "Starter Dense",
        "Starter MoE",
        MODES[Mode.ALONE],
        "90.0",
        "90.0",
        STOPS[StopReason.END],
    ]


def test_different_ends_are_both_named(new_kit: Callable[..., Kit]) -> None:
    kit = new_kit(history=FakeHistory(comparison(answer(stop=StopReason.LENGTH), failed())))
    ends = f"A {STOPS[StopReason.LENGTH].lower()}, B {STOPS[StopReason.FAILED].lower()}"
    assert cells(kit.window.history_page, 0)[-1] == ends


def test_search_waits_for_the_end_of_typing(kit: Kit, page: HistoryPage, qtbot: QtBot) -> None:
    qtbot.keyClicks(page.search, "sum")
    qtbot.waitUntil(lambda: page.table.model().rowCount() == 2)
    assert kit.history.searched == ["", "sum"]


def test_search_without_result_says_so(page: HistoryPage, qtbot: QtBot) -> None:
    page.search.setText("nowhere")
    qtbot.keyClick(page.search, Qt.Key.Key_Return)
    assert page.empty_text == "No comparison matches these words."


def test_an_empty_history_explains_itself(new_kit: Callable[..., Kit]) -> None:
    page = new_kit().window.history_page
    assert page.empty_text.startswith("No comparisons yet")


def test_a_late_answer_to_an_old_search_is_dropped(page: HistoryPage, kit: Kit, monkeypatch) -> None:
    waiting = []
    monkeypatch.setattr(kit.history, "search", lambda text, done, *_more: waiting.append(done))
    old = page.table.records
    assert old
    page.refresh()
    page.refresh()
    waiting[1](())
    waiting[0](tuple(entry.row for entry in old))
    assert page.table.model().rowCount() == 0


def test_a_new_comparison_appears_and_the_selection_stays(kit: Kit, page: HistoryPage) -> None:
    page.table.selectRow(1)
    kit.history.records = {"id9": record(9, "New"), **kit.history.records}
    kit.history.changed.emit()
    assert page.table.model().rowCount() == 4
    assert [entry.row.id for entry in page.table.all_chosen] == ["id2"]
    page.table.choose(("id9", "id3"))
    kit.history.records = {"id8": record(8, "Newer"), **kit.history.records}
    kit.history.changed.emit()
    assert [entry.row.id for entry in page.table.all_chosen] == ["id9", "id3"], "all that were chosen"


@pytest.mark.parametrize("how", ["enter", "double click", "button"])
def test_opening_shows_it_on_the_compare_page(kit: Kit, page: HistoryPage, qtbot: QtBot, how: str) -> None:
    page.table.selectRow(1)
    if how == "enter":
        qtbot.keyClick(page.table, Qt.Key.Key_Return)
    elif how == "button":
        press(page, "Open", qtbot)
    else:
        page.table.doubleClicked.emit(page.table.model().index(1, 0))
    assert kit.window.page == 0
    assert kit.page.question.text == "Opposite" and kit.page.prompt.text == ""
    assert kit.page.remark == f"From History, {format.moment('2026-11-22T10:31:02+00:00')}"
    view = kit.page.panes[1].answer.view
    qtbot.waitUntil(lambda: view.toPlainText() == "It is twelve.")
    assert "Generation speed | 90.0 tok/s | 90.0 tok/s" in kit.details
    assert kit.page.panel.basis == "✓ Same prompt, same options"


def test_everything_is_as_it_was_and_can_be_run_again(new_kit: Callable[..., Kit]) -> None:
    gone = replace(DENSE, name="Gone", path="/gone.gguf", starter=False)
    a = LaneSetup(gone, LoadOptions(1024, batch=64, kv_type="q8_0"), SamplingOptions(99, 0.5, stop=("x", "\n")), 2)
    asked = ComparisonRequest(Prompt("Hi", "Be kind.", raw=True), Mode.TOGETHER, (a, LaneSetup(MOE)), repeat=3)
    kit = new_kit(history=FakeHistory(comparison(request=asked)))
    kit.page.show_comparison(kit.history.records["id1"])
    assert kit.page.panes[0].header.picker.currentText() == "Gone"
    kit.page._remark.use.click()
    kit.page.edit_question()
    kit.page.run()
    assert kit.runner.requests == [asked]
    assert kit.page.remark == ""


def test_opening_takes_no_options_over(new_kit: Callable[..., Kit]) -> None:
    """Five rounds of an old comparison, say, which nothing on the page would show."""
    sampling = SamplingOptions(temperature=0.5)
    lanes = (LaneSetup(DENSE, sampling=sampling), LaneSetup(MOE, sampling=sampling, threads=2))
    asked = ComparisonRequest(Prompt("Hi", "Be <b>kind</b>."), Mode.TOGETHER, lanes, repeat=5)
    kit = new_kit(history=FakeHistory(comparison(request=asked)))
    kit.page.drawer.form("A").field("seed").set_text("7")
    kit.page.show_comparison(kit.history.records["id1"])
    assert kit.page.remark.endswith(
        "Made with other options: Simultaneous, 5 rounds, system prompt “Be <b>kind</b>.”, temperature 0.5, seed 42 "
        "and 1 more."
    )
    kit.start("Hi")
    (request,) = kit.runner.requests
    assert (request.mode, request.repeat, request.prompt.system) == (Mode.ALONE, 1, "")
    assert [setup.sampling for setup in request.lanes] == [SamplingOptions(seed=7)] * 2
    assert kit.page.remark == "" and kit.page._remark.use.isHidden()


def test_its_options_are_used_when_that_is_asked_for(new_kit: Callable[..., Kit]) -> None:
    first = comparison()
    asked = replace(first.request, repeat=5, mode=Mode.TOGETHER)
    kit = new_kit(history=FakeHistory(replace(first, request=asked)))
    kit.page.show_comparison(kit.history.records["id1"])
    options = next(b for b in kit.page.prompt.findChildren(QPushButton) if b.text().startswith("Options"))
    assert options.text() == "Options"
    kit.page._remark.use.click()
    assert "other options" not in kit.page.remark and kit.page._remark.use.isHidden()
    assert options.text() == "Options (1)" and "5 rounds" in options.toolTip()
    assert kit.page.prompt.mode.mode is Mode.TOGETHER
    kit.page.prompt.mode.set_mode(Mode.ALONE)
    assert kit.page.remark.endswith("Made with other options: Simultaneous.")
    kit.page.drawer.field_of_rounds().set_text("2")
    assert kit.page.remark.endswith("Made with other options: Simultaneous, 5 rounds.")
    kit.page.drawer.field_of_rounds().set_text("many")
    kit.page.drawer.field_of_rounds().set_text("5")
    assert kit.page.remark.endswith("Made with other options: Simultaneous.")
    assert options.text() == "Options (1)"


def test_options_that_are_the_same_are_not_offered(kit: Kit) -> None:
    kit.page.show_comparison(comparison())
    assert kit.page.remark.startswith("From History") and "options" not in kit.page.remark
    assert kit.page._remark.use.isHidden()


def test_a_draft_comes_back_with_undo(kit: Kit, qtbot: QtBot) -> None:
    kit.window.show()
    edit = kit.page.prompt.findChild(QPlainTextEdit)
    qtbot.keyClicks(edit, "A long draft")
    kit.page.show_comparison(comparison())
    assert kit.page.prompt.text == "A long draft", "a record is looked at, nothing is taken over"
    kit.page.edit_question()
    assert kit.page.prompt.text == "What is seven plus five?"
    qtbot.keyClick(edit, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert kit.page.prompt.text == "A long draft"


def test_a_failed_record_shows_its_failure_and_text(new_kit: Callable[..., Kit], qtbot: QtBot) -> None:
    kit = new_kit()
    kit.page.show_comparison(comparison(failed(text="Twel"), answer()))
    pane = kit.page.panes[0]
    qtbot.waitUntil(lambda: pane.answer.view.toPlainText() == "Twel")
    assert "SIGABRT" in pane.failure.sentence


def test_nothing_is_reopened_over_a_running_comparison(kit: Kit, page: HistoryPage, qtbot: QtBot) -> None:
    kit.start("Mine")
    page.table.selectRow(0)
    press(page, "Open", qtbot)
    assert kit.window.page == HISTORY
    assert "is running" in page.error
    assert kit.page.question.text == "Mine"


def test_deleting_asks_first_and_names_how_many(kit: Kit, page: HistoryPage, qtbot: QtBot) -> None:
    page.table.selectAll()
    qtbot.keyClick(page.table, Qt.Key.Key_Delete)
    assert page.question.startswith("Delete 3 comparisons? 2026-11-22 ")
    assert page.question.endswith(" and 2 more. This cannot be undone.")
    assert kit.history.deleted == []
    press(page, "Keep", qtbot)
    assert page.question == ""
    assert kit.history.deleted == []


def test_deleting_after_the_question(kit: Kit, page: HistoryPage, qtbot: QtBot) -> None:
    page.table.selectRow(1)
    press(page, "Delete…", qtbot)
    assert page.question.startswith("Delete 1 comparison?")
    press(page, "Delete", qtbot)
    assert kit.history.deleted == [("id2",)]
    assert page.question == ""
    assert page.table.model().rowCount() == 2


def test_the_question_stays_with_what_it_was_asked_about(kit: Kit, page: HistoryPage, qtbot: QtBot) -> None:
    page.table.selectRow(1)
    first = page.table.visualRect(page.table.model().index(0, 1)).center()
    place = page.table.viewport().mapTo(page, first)
    press(page, "Delete…", qtbot)
    asked = page.question
    qtbot.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=first)
    assert [entry.row.id for entry in page.table.all_chosen] == [page.table.records[0].row.id] != ["id2"]
    assert page.question == asked
    page.refresh()
    assert page.question == asked, "whatever the list does meanwhile"
    first = page.table.visualRect(page.table.model().index(0, 1)).center()
    assert page.table.viewport().mapTo(page, first) == place, "no row moves under the mouse"
    press(page, "Delete", qtbot)
    assert kit.history.deleted == [("id2",)]


def test_a_name_stands_before_the_prompt_and_is_found(kit: Kit, page: HistoryPage, qtbot: QtBot) -> None:
    page.table.selectRow(1)
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_F2)
    assert page.rename_bar.isVisible() and page.rename_bar.edit.hasFocus()
    qtbot.keyClicks(page.rename_bar.edit, "For the talk")
    qtbot.keyClick(page.rename_bar.edit, Qt.Key.Key_Return)
    assert not page.rename_bar.isVisible() and page.table.hasFocus()
    assert cells(page, 1)[2] == "For the talk: Opposite"
    assert [entry.row.id for entry in page.table.all_chosen] == ["id2"]
    page.search.setText("talk")
    page.refresh()
    assert [entry.row.id for entry in page.table.records] == ["id2"]
    page.table.selectRow(0)
    press(page, "Rename…", qtbot)
    assert page.rename_bar.edit.text() == "For the talk"
    qtbot.keyClicks(page.rename_bar.edit, "no")
    qtbot.keyClick(page.rename_bar.edit, Qt.Key.Key_Escape)
    assert cells(page, 0)[2] == "For the talk: Opposite" and page.table.hasFocus()


@pytest.mark.parametrize("how", ["button", "click"])
def test_stars_and_nothing_but_stars(kit: Kit, page: HistoryPage, qtbot: QtBot, how: str) -> None:
    def star(row: int) -> None:
        if how == "button":
            page.table.selectRow(row)
            qtbot.mouseClick(page._star, Qt.MouseButton.LeftButton)
        else:
            place = page.table.visualRect(page.table.model().index(row, 0)).center()
            qtbot.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=place)

    star(2)
    assert [cells(page, row)[0] for row in range(3)] == ["", "", "★"]
    assert spoken(page, 2, 0) == "Starred"
    press(page, "Starred", qtbot)
    assert [entry.row.id for entry in page.table.records] == ["id3"]
    star(0)
    assert page.table.records == () and page.empty_text.startswith("No starred comparisons.")
    press(page, "Starred", qtbot)
    assert len(page.table.records) == 3


def spoken(page: HistoryPage, row: int, column: int) -> str:
    """What a screen reader is told of a cell."""
    return str(page.table.model().index(row, column).data(Qt.ItemDataRole.AccessibleTextRole))


def test_badges_are_seen_heard_and_explained(new_kit: Callable[..., Kit]) -> None:
    kit = new_kit(history=FakeHistory(record(1, "Why?", repeat=3, follows="id0"), record(2, "Plain")))
    kit.history.mark("id1", blind=True, set_run="r", set_name="Puzzles")
    page = kit.window.history_page
    assert [mark.text for mark in page.table.records[0].marks] == ["Blind", "3 rounds", "Follow-up", "Set"]
    assert page.table.records[1].marks == ()
    assert spoken(page, 0, 2) == "Prompt: Why?, Blind, 3 rounds, Follow-up, Set"
    tip = page.table.model().index(0, 2).data(Qt.ItemDataRole.ToolTipRole)
    assert "3 rounds: the numbers are medians." in tip and "part of “Puzzles”" in tip


@pytest.fixture
def with_set(new_kit: Callable[..., Kit], qtbot: QtBot) -> Kit:
    """A set of three between two comparisons."""
    kit = new_kit(history=FakeHistory(*(record(n, f"Prompt {n}") for n in range(1, 6))))
    for number in (2, 3, 4):
        kit.history.mark(f"id{number}", set_run="r1", set_name="Puzzles")
    with qtbot.waitExposed(kit.window):
        kit.window.show()
    kit.window.show_page(HISTORY)
    return kit


def prompts(page: HistoryPage) -> list[str]:
    return [cells(page, row)[2] for row in range(page.table.model().rowCount())]


def test_a_set_is_one_row_that_unfolds(with_set: Kit, qtbot: QtBot) -> None:
    page = with_set.window.history_page
    title = "Set “Puzzles”, 3 prompts"
    assert prompts(page) == ["Prompt 1", title, "Prompt 5"]
    assert cells(page, 1)[6:] == ["90.0", "90.0", STOPS[StopReason.END]]
    page.table.selectRow(1)
    assert spoken(page, 1, 2) == f"Prompt: {title}, folded"
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    whole = ["Prompt 1", title, "Prompt 2", "Prompt 3", "Prompt 4", "Prompt 5"]
    assert prompts(page) == whole and spoken(page, 1, 2).endswith("unfolded")
    assert [entry.row.id for entry in page.table.all_chosen] == ["id2"], "the set is still the chosen row"
    with_set.history.changed.emit()
    assert prompts(page) == whole
    qtbot.keyClick(page.table, Qt.Key.Key_Left)
    assert len(prompts(page)) == 3
    place = page.table.visualRect(page.table.model().index(1, 2))
    arrow = place.center()
    arrow.setX(place.left() + 12)
    qtbot.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=arrow)
    assert prompts(page) == whole
    page.table.selectRow(2)
    press(page, "Open", qtbot)
    assert with_set.page.question.text == "Prompt 2"


def test_what_is_searched_is_found_in_a_set(with_set: Kit) -> None:
    page = with_set.window.history_page
    page.search.setText("prompt 3")
    page.refresh()
    assert prompts(page) == ["Prompt 3"] and [m.text for m in page.table.records[0].marks] == ["Set"]


def test_a_whole_set_is_starred_exported_and_deleted(with_set: Kit, qtbot: QtBot) -> None:
    page = with_set.window.history_page
    wanted: list[tuple[object, str]] = []
    page.export_wanted.connect(lambda record, kind: wanted.append((record, kind)))
    page.table.selectRow(1)
    assert not page._tape.isEnabled() and "Unfold the set" in page._tape.toolTip()
    assert not page._rename.isEnabled() and not page._as_bundle.isEnabled()
    qtbot.mouseClick(page._star, Qt.MouseButton.LeftButton)
    assert {id for id, marks in with_set.history.marks.items() if marks.get("starred")} == {"id2", "id3", "id4"}
    page._load_to_export("md")
    assert page.error.startswith("Only the latest 50 set runs") and wanted == []
    lanes = record(2, "x").request.lanes
    run = StoredRun(SetRun("r1", "2026-11-22T10:31:02+00:00", "Puzzles", (SetPrompt("Prompt 2"),), lanes))
    with_set.history.runs["r1"] = run
    page._load_to_export("md")
    assert wanted == [(run, "md")]
    qtbot.keyClick(page.table, Qt.Key.Key_Delete)
    assert page.question.startswith("Delete 3 comparisons? 2026-11-22 ")
    assert page.question.endswith(" Set “Puzzles”, 3 prompts. This cannot be undone.")
    press(page, "Delete", qtbot)
    assert with_set.history.deleted == [("id2", "id3", "id4")]


def test_trouble_is_said_on_the_page(kit: Kit, page: HistoryPage, qtbot: QtBot) -> None:
    kit.history.broken = True
    page.table.selectRow(0)
    press(page, "Open", qtbot)
    assert page.error == "This comparison is not there any more."
    page.refresh()
    assert page.error == "The history cannot be read: the disk is full."
    kit.history.broken = False
    page.refresh()
    assert page.error == ""

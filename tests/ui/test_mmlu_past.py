"""Stored runs on the MMLU page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import DENSE
from tests.ui.mmlu_fakes import answered, evaluation_services, request
from weighin.core import format
from weighin.core.errors import AppError
from weighin.core.runs.run_state import RunState
from weighin.ui.main_window import HISTORY, MMLU
from weighin.ui.mmlu.mmlu_page import PAST, MmluPage
from weighin.ui.mmlu.past_tab import PastTab


@pytest.fixture
def kit(new_kit: Callable[..., Kit], qtbot: QtBot) -> Kit:
    records = (
        answered(number=1),
        answered(number=2, share=0.5, state=RunState.INTERRUPTED),
        answered(request(DENSE), number=3),
    )
    made = new_kit(evaluations=evaluation_services(*records))
    with qtbot.waitExposed(made.window):
        made.window.show()
    made.window.show_page(MMLU)
    made.window.mmlu_page.tabs.setCurrentIndex(PAST)
    return made


@pytest.fixture
def page(kit: Kit) -> MmluPage:
    return kit.window.mmlu_page


@pytest.fixture
def past(page: MmluPage) -> PastTab:
    return page.past


def cells(past: PastTab, row: int) -> list[str]:
    model = past.table.model()
    return [str(model.index(row, column).data()) for column in range(model.columnCount())]


def test_a_row_says_what_was_asked_and_how_it_ended(past: PastTab) -> None:
    when = format.moment("2026-11-22T10:31:02+00:00")
    when_, models, questions, asked, _right, _verdict, state = cells(past, 1)
    assert (when_, models) == (when, "Starter Dense / Starter MoE")
    assert questions == "Starter questions, 5-shot, standard"
    assert asked == "65 of 130"
    assert state == "Interrupted, can be resumed"
    assert cells(past, 0)[3] == "130"
    assert cells(past, 2)[1] == "Starter Dense"


@pytest.mark.parametrize("how", ["enter", "double click", "button"])
def test_opening_shows_it_as_it_was(page: MmluPage, past: PastTab, qtbot: QtBot, how: str) -> None:
    past.table.selectRow(1)
    if how == "enter":
        qtbot.keyClick(past.table, Qt.Key.Key_Return)
    elif how == "button":
        qtbot.mouseClick(past.open, Qt.MouseButton.LeftButton)
    else:
        past.table.doubleClicked.emit(past.table.model().index(1, 0))
    assert page.shows_run
    assert page.tabs.currentIndex() == 0
    assert page.run.bar.text.startswith("Interrupted · started")
    assert " of 65 right " in page.run.lanes[0].score


def test_resuming_asks_the_runner(kit: Kit, page: MmluPage, past: PastTab, qtbot: QtBot) -> None:
    past.table.selectRow(0)
    assert not past.resume.isEnabled()
    past.table.selectRow(1)
    qtbot.mouseClick(past.resume, Qt.MouseButton.LeftButton)
    assert kit.evaluations.runner.resumed == ["run2"]
    kit.evaluations.runner.begin(kit.evaluations.kept.records["run2"])
    assert page.shows_run
    past.refresh()
    assert cells(past, 1)[-1] == "Running"


def test_nothing_is_resumed_beside_a_running_comparison(kit: Kit, past: PastTab, qtbot: QtBot) -> None:
    kit.runner.running = True
    past.table.selectRow(1)
    qtbot.mouseClick(past.resume, Qt.MouseButton.LeftButton)
    assert kit.evaluations.runner.resumed == []
    assert past.error.label.text().startswith("A comparison is running.")


def test_nothing_is_opened_over_a_running_evaluation(kit: Kit, page: MmluPage, past: PastTab, qtbot: QtBot) -> None:
    kit.evaluations.runner.running = True
    past.table.selectRow(0)
    qtbot.mouseClick(past.open, Qt.MouseButton.LeftButton)
    assert not page.shows_run
    assert past.error.label.text().startswith("An evaluation is running.")


def test_deleting_asks_first(kit: Kit, past: PastTab, qtbot: QtBot) -> None:
    past.table.selectRow(0)
    qtbot.keyClick(past.table, Qt.Key.Key_Delete)
    assert past.confirm.text.startswith("Delete the evaluation of 2026-11-22")
    assert "Starter Dense / Starter MoE" in past.confirm.text
    qtbot.mouseClick(past.confirm.no, Qt.MouseButton.LeftButton)
    assert past.confirm.isHidden()
    assert len(kit.evaluations.kept.records) == 3
    qtbot.mouseClick(past.delete, Qt.MouseButton.LeftButton)
    past.table.selectRow(1)
    past.refresh()
    qtbot.mouseClick(past.confirm.yes, Qt.MouseButton.LeftButton)
    assert list(kit.evaluations.kept.records) == ["run2", "run3"]
    assert past.table.model().rowCount() == 2


def test_in_a_narrow_window_numbers_and_states_stay_whole(past: PastTab) -> None:
    table = past.table
    metrics = table.fontMetrics()
    whole = {3: "72 of 14\u202f042", 4: "97.2 % / 100.0 %", 5: "B better, 12.8 points", 6: "Running in another window"}
    texts = [metrics.horizontalAdvance(text) for text in whole.values()]
    table.resize(sum(texts) + 500, 300)
    assert all(table.columnWidth(n) > width for n, width in zip(whole, texts, strict=True))


def test_trouble_is_said_on_the_tab(kit: Kit, past: PastTab, qtbot: QtBot) -> None:
    kit.evaluations.kept.broken = True
    past.table.selectRow(0)
    qtbot.mouseClick(past.open, Qt.MouseButton.LeftButton)
    assert past.error.label.text() == "This evaluation is not there any more."


def test_an_empty_list_explains_itself(new_kit: Callable[..., Kit]) -> None:
    assert new_kit().window.mmlu_page.past.empty_text.startswith("No runs yet.")


def test_history_has_the_evaluations_too(kit: Kit, qtbot: QtBot) -> None:
    kit.window.show_page(HISTORY)
    history = kit.window.history_page
    history.tabs.setCurrentIndex(1)
    past = history.evaluations
    assert past.table.isVisibleTo(history)
    past.search.setText("moe starter")
    assert [cells(past, row)[1] for row in range(past.table.model().rowCount())] == ["Starter Dense / Starter MoE"] * 2
    past.search.setText("nothing of this")
    assert "No run matches this search" in past.empty_text
    past.search.setText("")
    past.table.selectRow(0)
    assert past.export.isEnabled()
    qtbot.mouseClick(past.open, Qt.MouseButton.LeftButton)
    assert kit.window.page == MMLU
    assert kit.window.mmlu_page.shows_run


def test_a_run_of_another_window_says_so_and_is_right_again_afterwards(
    kit: Kit, page: MmluPage, past: PastTab, qtbot: QtBot
) -> None:
    kit.evaluations.kept.elsewhere = {"run2"}
    past.refresh()
    assert cells(past, 1)[-1] == "Running in another window"
    past.table.selectRow(1)
    assert not past.resume.isEnabled()
    past.open.click()
    assert page.run.bar.text.startswith("Running in another window")
    buttons = {button.text(): button for button in page.run.bar.findChildren(QPushButton)}
    assert [name for name in ("Pause", "Stop", "Resume") if not buttons[name].isHidden()] == []
    page.tabs.setCurrentIndex(PAST)
    kit.evaluations.kept.elsewhere = set()
    qtbot.waitUntil(lambda: cells(past, 1)[-1] == "Interrupted, can be resumed", timeout=10_000)
    asked = kit.evaluations.kept.asked
    assert not past._watch.isActive(), "nobody else works on anything: nothing to watch"
    kit.window.show_page(HISTORY)
    kit.window.show_page(MMLU)
    assert kit.evaluations.kept.asked > asked, "looked at again when one comes back"


def test_a_refused_resume_shows_how_things_stand(kit: Kit, page: MmluPage, past: PastTab) -> None:
    past.table.selectRow(1)
    past.resume.click()
    kit.evaluations.kept.elsewhere = {"run2"}
    kit.evaluations.runner.refuse(AppError("This run is going on in another window of the program.", kind="running"))
    assert cells(past, 1)[-1] == "Running in another window"
    kit.evaluations.kept.elsewhere = set()
    past.refresh()
    assert cells(past, 1)[-1] == "Interrupted, can be resumed"
    assert past.resume.isEnabled()

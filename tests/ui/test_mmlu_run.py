"""A run on the MMLU page: while it goes on, and when it is over."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import DENSE, MOE
from tests.ui.mmlu_fakes import FakeEvaluationRunner, answered, plan, request, result, starter_set, with_items
from weighin.core.errors import AppError
from weighin.core.evaluations.evaluation import LaneProgress
from weighin.core.runs.answer import Failure
from weighin.core.runs.run_state import RunState
from weighin.ui.main_window import COMPARE, MMLU
from weighin.ui.mmlu.mmlu_page import MmluPage
from weighin.ui.mmlu.run.run_view import RunView


@pytest.fixture
def page(kit: Kit) -> MmluPage:
    kit.window.show_page(MMLU)
    return kit.window.mmlu_page


@pytest.fixture
def runner(kit: Kit) -> FakeEvaluationRunner:
    return kit.evaluations.runner


@pytest.fixture
def view(page: MmluPage, runner: FakeEvaluationRunner, qtbot: QtBot) -> RunView:
    """A run of 60 questions that has begun."""
    page.setup.amount.choose(60)
    qtbot.mouseClick(page.setup.start, Qt.MouseButton.LeftButton)
    runner.begin(plan(runner.requests[0]))
    return page.run


def shown(view: RunView) -> dict[str, QPushButton]:
    return {b.text(): b for b in view.bar.findChildren(QPushButton) if not b.isHidden()}


def press(view: RunView, name: str, qtbot: QtBot) -> None:
    qtbot.mouseClick(shown(view)[name], Qt.MouseButton.LeftButton)


def answer(runner: FakeEvaluationRunner, upto: int, skill: tuple[float, float] = (0.7, 0.8)) -> None:
    """Both lanes answer the first questions."""
    items = answered(runner.requests[0], skill).items[:upto]
    runner.answer("A", tuple(item.a for item in items))
    runner.answer("B", tuple(item.b for item in items))


def test_it_says_what_it_prepares(page: MmluPage, runner: FakeEvaluationRunner, qtbot: QtBot) -> None:
    qtbot.mouseClick(page.setup.start, Qt.MouseButton.LeftButton)
    runner.be(RunState.PREPARING, notice="Checking the file of A: 40 %", seconds=0.0)
    assert page.run.bar.text == "Preparing · Checking the file of A: 40 %"
    assert page.run.tabs.isHidden()
    assert list(shown(page.run)) == ["Stop"]


def test_each_lane_says_how_far_it_is(view: RunView, runner: FakeEvaluationRunner) -> None:
    runner.be(RunState.RUNNING, LaneProgress("A", "loading", 0, 60, 43), LaneProgress("B", "waiting", 0, 60))
    assert [card.state for card in view.lanes] == ["Loading 43 %", "Waiting"]
    answer(runner, 20)
    assert view.lanes[0].state == "Answering · sums"
    assert view.lanes[0].numbers == "20 of 60 questions · 3\u202f210 tok/s · about 2 min left · memory 65.0 MB"
    assert " of 20 right · 95 % interval " in view.lanes[0].score
    assert view.bar.text == "Running · 12 s · about 2 min left"
    assert view.bar.about == "Starter questions · 5-shot, standard · 60 of 130 test questions · seed 42"


def test_the_live_verdict_says_how_sure_it_is(view: RunView, runner: FakeEvaluationRunner) -> None:
    assert view.verdict.sentence == "No clear winner yet: nothing is answered by both models."
    answer(runner, 20)
    assert view.verdict.sentence.startswith("No clear winner yet: A ")
    assert " of 20 right. Difference " in view.verdict.sentence
    assert (view.verdict.winner, view.verdict._fold.text()) == ("", "Why?")
    assert "E-value 2.00: decided at 20" in view.verdict.method
    assert view.verdict._method.isHidden()
    items = runner.record.items
    a = tuple(result(item.question, False) for item in items)
    b = tuple(result(item.question, True) for item in items)
    runner.record = with_items(runner.record, tuple(replace(i, a=None, b=None) for i in items), RunState.RUNNING)
    runner.answer("A", a)
    runner.answer("B", b)
    assert view.verdict.sentence.startswith("Starter MoE is better: 60 of 60 right against 0. Difference 100.0 points ")
    assert view.verdict.reason == "Only A is right on 0, only B on 60 questions."
    assert view.verdict.remark == (
        "B against A: 60 of 60 answers changed (100.0 %, 94.0 to 100.0 %): 0 for the worse, 60 for the better."
    )
    assert (view.verdict.winner, view.verdict._fold.text()) == ("B", "Details")
    view.verdict.set_open(True)
    assert not view.verdict._method.isHidden()
    assert "Judged once, by the exact McNemar test" in view.verdict.method


def test_the_pictures_follow_and_say_their_numbers(view: RunView, runner: FakeEvaluationRunner) -> None:
    answer(runner, 40)
    accuracy = view.scores.accuracy.accessibleDescription()
    assert "A, Starter Dense: " in accuracy
    assert "25 % guessing" in accuracy
    assert "non-experts" not in accuracy
    points = view.scores.difference.points
    assert points[-1].n == 40
    assert points[-1].difference == runner.record.paired.difference
    assert (points[-1].low, points[-1].high) == runner.record.paired.interval
    assert view.scores.difference.accessibleDescription().startswith("After 40 of 60 questions A minus B is -")
    assert "cannot be compared with published ones" in view.scores.meaning
    table = view.subjects
    assert sum(row.a.n for row in table.records if row.a) == 40
    assert "interval" in str(table.model().index(2, 5).data(Qt.ItemDataRole.AccessibleTextRole))


def test_pause_go_on_and_stop(view: RunView, runner: FakeEvaluationRunner, qtbot: QtBot) -> None:
    shown(view)["Pause"].setFocus()
    press(view, "Pause", qtbot)
    assert list(shown(view)) == ["Resume", "Stop"]
    assert view.bar.text.startswith("Paused")
    press(view, "Resume", qtbot)
    press(view, "Stop", qtbot)
    assert runner.calls == ["pause", "go_on", "stop"]
    assert not shown(view)["Stop"].isEnabled()
    answer(runner, 20)
    runner.finish(RunState.STOPPED)
    assert list(shown(view)) == ["Resume", "Export…", "New run"]
    assert view.bar.text.startswith("Stopped · started 2026-11-22")
    assert view.lanes[0].state == "20 of 60 answered"


def test_a_stopped_run_is_resumed_with_what_it_has(
    page: MmluPage, view: RunView, runner: FakeEvaluationRunner, qtbot: QtBot
) -> None:
    answer(runner, 20)
    stopped = runner.finish(RunState.STOPPED)
    press(view, "Resume", qtbot)
    assert runner.resumed == [stopped.id]
    runner.begin(stopped)
    assert view.scores.difference.points[-1].n == 20
    assert " of 20 right · 95 % interval " in view.lanes[0].score
    runner.finish(RunState.FINISHED)
    assert list(shown(view)) == ["Export…", "New run"]


def test_a_resume_that_is_refused_leaves_the_run_on_the_screen(
    page: MmluPage, view: RunView, runner: FakeEvaluationRunner, qtbot: QtBot
) -> None:
    runner.finish(RunState.STOPPED)
    press(view, "Resume", qtbot)
    runner.refuse(AppError("The file of A is not the one this run began with.", kind="changed"))
    assert page.shows_run
    assert view.error.label.text() == "The file of A is not the one this run began with."


def test_a_new_run_starts_from_what_was_asked(
    page: MmluPage, view: RunView, runner: FakeEvaluationRunner, qtbot: QtBot
) -> None:
    runner.finish()
    press(view, "New run", qtbot)
    assert not page.shows_run
    assert page.setup.amount.n == 60


def test_a_model_that_dies_says_so_and_keeps_what_it_answered(
    view: RunView, runner: FakeEvaluationRunner, qtbot: QtBot
) -> None:
    answer(runner, 30)
    runner.fail_lane("B", Failure("crash", "The model's process stopped (SIGABRT).", "GGML_ASSERT <b>x</b>"))
    card = view.lanes[1]
    assert card.failure.sentence == "The model's process stopped (SIGABRT)."
    assert card.failure.details == "GGML_ASSERT <b>x</b>"
    assert not card.failure.can_insist
    assert " of 30 right " in card.score
    assert view.lanes[0].failure.sentence == ""
    assert "Resume" in shown(view)


def test_too_little_memory_can_be_tried_anyway(view: RunView, runner: FakeEvaluationRunner, qtbot: QtBot) -> None:
    runner.fail_lane("A", Failure("memory", "Needs 19.4 GB; 8.0 GB free."))
    again = next(b for b in view.lanes[0].findChildren(QPushButton) if b.text() == "Try anyway")
    qtbot.mouseClick(again, Qt.MouseButton.LeftButton)
    assert [asked.try_anyway for asked in runner.requests] == [False, True]


def test_a_score_like_guessing_is_named(view: RunView, runner: FakeEvaluationRunner) -> None:
    answer(runner, 60, skill=(0.25, 0.9))
    assert view.lanes[0].alarm.startswith("⚠ No better than guessing: 25 % lies within ")
    assert view.lanes[1].alarm == ""


def test_a_run_that_rests_by_itself_says_why(view: RunView, runner: FakeEvaluationRunner) -> None:
    runner.be(RunState.PAUSED, notice="The disk is full. The run rests; nothing is lost.")
    assert view.notice.label.text() == "The disk is full. The run rests; nothing is lost."
    assert not view.notice.isHidden()
    runner.be(RunState.RUNNING)
    assert view.notice.isHidden()


def test_mmlu_has_its_lines_and_its_caveat(page: MmluPage) -> None:
    page.show_record(answered(is_mmlu=True))
    said = page.run.scores.accuracy.accessibleDescription()
    assert "25 % guessing, 34.5 % non-experts, 60 % “competent generalist”, 89.8 % experts" in said
    assert "About 6.5 % of MMLU's answer keys are wrong or unclear" in page.run.scores.meaning
    assert "All 130 questions. " in page.run.scores.meaning


def test_one_model_alone_has_neither_verdict_nor_difference(page: MmluPage) -> None:
    page.show_record(answered(request(DENSE)))
    view = page.run
    assert view.lanes[1].isHidden()
    assert view.verdict.isHidden()
    assert not view.scores.shows_difference
    assert view.subjects.isColumnHidden(3)
    assert view.questions.table.isColumnHidden(4)
    page.show_record(answered())
    assert not view.lanes[1].isHidden()
    assert not view.subjects.isColumnHidden(3)


def test_the_account_names_everything_that_makes_the_score(page: MmluPage) -> None:
    page.show_record(answered())
    said = page.run.account.text
    for fact in (
        "Checksum of the questions: " + "ab" * 32,
        "Method: 5-shot, standard",
        "Seed: 42",
        "Order: Alternating",
        "Engine: llama-cpp-python 0.3.36",
        "Memory: 180 MB peak (200 MB planned) | 180 MB peak (200 MB planned)",
        "Tokens evaluated: 15\u202f600, 1.02 times the minimum of 15\u202f340",
        f"File: {DENSE.path} | {MOE.path}",
    ):
        assert fact in said


def test_subjects_are_sorted_by_what_is_clicked(page: MmluPage) -> None:
    page.show_record(answered(questions=starter_set({"b": 40, "a": 30, "c": 60})))
    table = page.run.subjects
    assert [row.name for row in table.records] == ["a", "b", "c"]
    table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    assert [row.n for row in table.records] == [60, 40, 30]
    table.sortByColumn(4, Qt.SortOrder.AscendingOrder)
    differences = [row.difference for row in table.records]
    assert differences == sorted(differences)


def test_the_band_of_the_difference_is_the_same_live_and_afterwards(
    view: RunView, runner: FakeEvaluationRunner, page: MmluPage
) -> None:
    for upto in (7, 20, 33, 60):
        answer(runner, upto)
    live = view.scores.difference.points
    record = runner.finish()
    page.show_record(record)
    assert view.scores.difference.points == live


def test_closing_the_window_waits_until_the_answers_are_kept(
    kit: Kit, view: RunView, runner: FakeEvaluationRunner
) -> None:
    kit.window.close_now()
    assert kit.window.isVisible()
    assert runner.calls == ["stop"]
    runner.finish(RunState.STOPPED)
    assert not kit.window.isVisible()


def test_the_page_is_made_when_it_is_wanted(kit: Kit) -> None:
    assert not kit.window.pages.has_mmlu
    kit.window.show_page(COMPARE)
    assert not kit.window.pages.has_mmlu


def pick_out(view: RunView) -> None:
    """Look at some of the questions of this run."""
    view.tabs.setCurrentIndex(2)
    view.questions.boxes.choose("Only B right")
    view.questions.search.setText("sum")


def picked_out(view: RunView) -> tuple[int, str, str]:
    return view.tabs.currentIndex(), view.questions.boxes.chosen, view.questions.search.text()


def test_what_is_picked_out_stays_until_the_end_of_its_run(view: RunView, runner: FakeEvaluationRunner) -> None:
    answer(runner, 40)
    pick_out(view)
    answer(runner, 60)
    runner.finish()
    assert picked_out(view) == (2, "Only B right", "sum")


def test_another_run_opens_on_its_first_tab_with_all_its_questions(
    page: MmluPage, view: RunView, runner: FakeEvaluationRunner, qtbot: QtBot
) -> None:
    answer(runner, 60)
    pick_out(view)
    runner.finish()
    press(view, "New run", qtbot)
    qtbot.mouseClick(page.setup.start, Qt.MouseButton.LeftButton)
    runner.begin(plan(runner.requests[-1], number=2))
    assert picked_out(view) == (0, "All questions", "")
    assert len(view.questions.table.records) == 60
    pick_out(view)
    runner.finish()
    page.show_record(answered(number=7))
    assert picked_out(view) == (0, "All questions", "")
    assert len(view.questions.table.records) == 130
    pick_out(view)
    page.show_record(answered(number=7))
    assert picked_out(view) == (2, "Only B right", "sum"), "the same run, opened again"

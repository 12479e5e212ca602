"""Choosing what to ask whom on the MMLU page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QPushButton, QScrollArea
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import DENSE, MOE, FakeSettings
from tests.ui.mmlu_fakes import answered, ending_set, evaluation_services, request, starter_set
from weighin.core.errors import AppError
from weighin.core.evaluations.evaluation import CHAT, STANDARD, EvaluationChoice, Order
from weighin.core.evaluations.forms import HELLASWAG
from weighin.core.evaluations.stored_evaluation import row_of
from weighin.core.runs.answer import Failure
from weighin.core.runs.run_state import RunState
from weighin.services.evaluations.question_sets import FetchProgress
from weighin.ui.main_window import MMLU
from weighin.ui.mmlu.mmlu_page import MmluPage
from weighin.ui.mmlu.setup.past_scores import PastScores
from weighin.ui.mmlu.setup.setup_view import SetupView


@pytest.fixture
def page(kit: Kit) -> MmluPage:
    kit.window.show_page(MMLU)
    return kit.window.mmlu_page


@pytest.fixture
def setup(page: MmluPage) -> SetupView:
    return page.setup


def press(view: SetupView, name: str, qtbot: QtBot) -> None:
    found = next(b for b in view.findChildren(QPushButton) if b.accessibleName() == name)
    qtbot.mouseClick(found, Qt.MouseButton.LeftButton)


def test_a_newcomer_only_presses_start(kit: Kit, setup: SetupView, qtbot: QtBot) -> None:
    qtbot.mouseClick(setup.start, Qt.MouseButton.LeftButton)
    (asked,) = kit.evaluations.runner.requests
    assert [lane.model for lane in asked.lanes] == [DENSE, MOE]
    assert (asked.choice.questions, asked.choice.n, asked.choice.shots) == ("starter", None, 5)
    assert (asked.order, asked.until_decided) == (Order.ALTERNATING, False)
    assert kit.window.mmlu_page.shows_run


def test_everything_that_is_chosen_is_asked(kit: Kit, setup: SetupView, qtbot: QtBot) -> None:
    wanted = request(n=20, shots=2, seed=7, protocol=CHAT, subjects=("logic",))
    setup.show_request(wanted)
    setup.until_decided.setChecked(True)
    qtbot.mouseClick(setup.start, Qt.MouseButton.LeftButton)
    (asked,) = kit.evaluations.runner.requests
    assert asked.choice == wanted.choice
    assert asked.until_decided


def test_one_model_alone(kit: Kit, setup: SetupView, qtbot: QtBot) -> None:
    setup.until_decided.setChecked(True)
    setup.second.setChecked(False)
    assert setup.models[1].isHidden()
    assert "130 questions give a score to within about ±8.4 points." in setup.forecast.text
    qtbot.mouseClick(setup.start, Qt.MouseButton.LeftButton)
    (asked,) = kit.evaluations.runner.requests
    assert [lane.model for lane in asked.lanes] == [DENSE]
    assert not asked.until_decided


def test_the_power_is_said_before_the_run(setup: SetupView) -> None:
    setup.amount.choose(100)
    assert setup.forecast.text.startswith("100 questions detect gaps of about 13.6 points.\n")
    assert "more than MMLU's 14\u202f042" in setup.forecast.behind
    assert "small models disagree on about 24 % of questions" in setup.forecast.behind
    assert setup.forecast._behind.isHidden()
    setup.forecast.why.click()
    assert not setup.forecast._behind.isHidden()
    setup.amount.choose(1)
    assert setup.forecast.text.startswith("Too few questions: 1 cannot show which model is better.")
    setup.amount.choose(None)
    assert setup.forecast.text.startswith("130 questions")


def test_earlier_runs_tell_how_long_it_takes(new_kit: Callable[..., Kit]) -> None:
    setup = new_kit(evaluations=evaluation_services(answered())).window.mmlu_page.setup
    assert "Takes a few seconds" in setup.forecast.text
    assert "by their earlier scores" in setup.forecast.behind
    untold = new_kit().window.mmlu_page.setup
    assert "Time left shows once the run has started." in untold.forecast.text


@pytest.mark.parametrize(
    "other",
    [
        {"row": {"shots": 3}},
        {"row": {"protocol": "chat"}},
        {"row": {"split": "val"}},
        {"row": {"questions": "mmlu"}},
        {"state": RunState.STOPPED},
    ],
)
def test_only_finished_runs_put_the_same_way_tell_of_the_power(kit: Kit, other: dict[str, Any]) -> None:
    record = answered(state=other.get("state", RunState.FINISHED))
    scores = PastScores(lambda _model: None)
    scores.show_rows((replace(row_of(record), **other.get("row", {})),))
    assert scores.accuracy(DENSE, record.request.choice) is None
    scores.show_rows((row_of(answered()),))
    assert scores.accuracy(DENSE, record.request.choice) == record.lanes[0].accuracy


def test_a_run_without_answers_tells_nothing_of_the_power(kit: Kit) -> None:
    """Seen: a damaged file that answered nothing made the next forecast "disagree on about 100 %"."""
    record = answered()
    row = row_of(record)
    empty = tuple(replace(lane, unscorable=lane.n, correct=0, accuracy=0.0) for lane in row.lanes)
    scores = PastScores(lambda _model: None)
    scores.show_rows((replace(row, lanes=empty),))
    assert scores.accuracy(DENSE, record.request.choice) is None


def test_a_number_that_cannot_be_is_refused_beside_it(setup: SetupView) -> None:
    setup.amount.field.set_text("many")
    assert "must be a whole number" in setup.amount.field.error
    setup.protocol.seed.set_text("x")
    setup.amount.choose(None)
    assert "not 'x'" in setup.protocol.seed.error
    assert not setup.start.isEnabled()


def test_the_starter_questions_are_named_as_not_mmlu(setup: SetupView) -> None:
    assert setup.set.meaning.startswith("Not MMLU questions: ")


def test_subjects_are_searched_and_ticked(kit: Kit, setup: SetupView, qtbot: QtBot) -> None:
    setup._subjects_section.set_open(True)
    press(setup, "Untick all listed subjects", qtbot)
    assert setup._subjects_section.title == "Subjects: none chosen"
    assert setup.missing.text() == "Tick at least one subject."
    assert not setup.start.isEnabled()
    qtbot.keyClicks(setup.subjects.search, "towns")
    press(setup, "Tick all listed subjects", qtbot)
    assert setup.subjects.chosen == ("people_and_towns",)
    assert setup._subjects_section.title == "Subjects: 1 of 3"
    setup.subjects.search.clear()
    setup.subjects.list.setCurrentIndex(setup.subjects.list.model().index(0, 0))
    qtbot.keyClick(setup.subjects.list, Qt.Key.Key_Space)
    assert setup.subjects.chosen == ("logic", "people_and_towns")
    setup.amount.field.set_text("71")
    assert setup.amount.field.error == ""
    assert setup.amount.note == "Only 70 questions in the chosen subjects: all are asked."
    assert setup.request is not None and setup.request.choice.n == 70
    setup.amount.field.set_text("70")
    assert setup.amount.note == "of 70 questions in the chosen subjects"


def tick(setup: SetupView, row: int, qtbot: QtBot) -> None:
    """Click the box of a subject, scrolling there as a user would have to."""
    chooser = setup.subjects
    index = chooser.list.model().index(row, 0)
    chooser.list.scrollTo(index)
    place = chooser.list.visualRect(index)
    qtbot.mouseClick(
        chooser.list.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place.left() + 10, place.center().y())
    )


def test_a_ticked_subject_caps_the_number_and_more_of_them_give_it_back(setup: SetupView, qtbot: QtBot) -> None:
    setup._subjects_section.set_open(True)
    setup.amount.choose(100)
    press(setup, "Untick all listed subjects", qtbot)
    tick(setup, 1, qtbot)
    assert setup.subjects.chosen == ("people_and_towns",)
    assert (setup.amount.n, setup.amount.field.error) == (40, "")
    assert setup.request is not None
    assert setup.request.choice.n == 40
    tick(setup, 0, qtbot)
    assert setup.amount.n == 70
    press(setup, "Tick all listed subjects", qtbot)
    assert setup.amount.n == 100, "as it was wanted"
    setup.amount.field.set_text("131")
    assert (setup.amount.n, setup.amount.field.error) == (130, "")
    assert setup.amount.field._edit.text() == "131", "what is typed is not changed while it is typed"
    tick(setup, 0, qtbot)
    assert (setup.amount.n, setup.amount.field.error) == (100, "")
    setup.amount.field.set_text("90")
    press(setup, "Tick all listed subjects", qtbot)
    assert setup.amount.n == 90
    setup.amount.choose(None)
    tick(setup, 0, qtbot)
    assert setup.amount.n is None, "all stays all"


@pytest.mark.parametrize("size", [(1440, 900), (1280, 700), (720, 640)])
def test_the_list_of_subjects_stays_under_the_mouse(
    kit: Kit, setup: SetupView, qtbot: QtBot, size: tuple[int, int]
) -> None:
    """Whatever is ticked, and however far the page is scrolled."""
    kit.window.resize(*size)
    setup._subjects_section.set_open(True)
    setup.amount.choose(100)
    scroll = setup.findChild(QScrollArea)
    qtbot.wait(10)
    for end in (scroll.verticalScrollBar().maximum(), scroll.verticalScrollBar().maximum() // 2, 0):
        scroll.verticalScrollBar().setValue(end)
        place = setup.subjects.list.mapTo(setup.window(), QPoint(0, 0))
        for row in (0, 1, 2, 0, 1, 0, 2, 1):
            tick(setup, row, qtbot)
            QApplication.processEvents()
            assert setup.subjects.list.mapTo(setup.window(), QPoint(0, 0)) == place, (end, row)
        press(setup, "Tick all listed subjects", qtbot)
        setup.amount.field.set_text("9999")
        QApplication.processEvents()
        assert setup.subjects.list.mapTo(setup.window(), QPoint(0, 0)) == place
        tick(setup, 0, qtbot)
        QApplication.processEvents()
        assert setup.subjects.list.mapTo(setup.window(), QPoint(0, 0)) == place
        tick(setup, 0, qtbot)


def test_mmlu_is_fetched_with_progress_and_then_chosen(kit: Kit, setup: SetupView, qtbot: QtBot) -> None:
    setup.set.choose("mmlu")
    assert setup.missing.text() == "Download MMLU first, or open its archive."
    qtbot.mouseClick(setup.set.fetch.fetch, Qt.MouseButton.LeftButton)
    sets = kit.evaluations.sets
    sets.fetch_progressed.emit(FetchProgress("downloading", 40_000_000, 166_000_000))
    assert setup.set.fetch.text == "Downloading 40.0 MB of 166 MB"
    sets.arrive({"anatomy": 700, "virology": 800})
    assert setup.set.key == "mmlu"
    assert setup.set.fetch.isHidden()
    assert setup.request is not None
    assert setup.request.choice.n == 570
    assert setup._subjects_section.title == "Subjects: all 2"


def test_fetching_that_fails_says_why_and_can_be_tried_again(kit: Kit, setup: SetupView, qtbot: QtBot) -> None:
    setup.set.choose("mmlu")
    press(setup, "Download the question set from the hub", qtbot)
    kit.evaluations.sets.break_off(AppError("The hub cannot be reached.", kind="offline"))
    assert setup.set.fetch.error == "The hub cannot be reached."
    press(setup, "Download the question set from the hub", qtbot)
    press(setup, "Stop downloading the question set; what was downloaded is kept", qtbot)
    assert kit.evaluations.sets.calls == ["fetch", "fetch", "cancel"]
    assert setup.set.fetch.error == ""


def test_a_standard_set_is_fetched_by_its_own_name(kit: Kit, setup: SetupView, qtbot: QtBot) -> None:
    setup.set.choose("hellaswag")
    assert setup.missing.text() == "Download HellaSwag first, or open its file."
    assert setup.set.fetch.fetch.text() == "Download HellaSwag (about 7 MB)"
    press(setup, "Download the question set from the hub", qtbot)
    assert kit.evaluations.sets.calls == ["fetch hellaswag"]
    # While it is on its way, another one waits.
    setup.set.choose("mmlu")
    assert setup.set.fetch.text == "Another set is being downloaded."
    assert not setup.set.fetch.fetch.isEnabled()
    setup.set.choose("hellaswag")
    kit.evaluations.sets.fetch_progressed.emit(FetchProgress("downloading", 1_000_000, 7_000_000, "hellaswag"))
    assert setup.set.fetch.text == "Downloading 1.0 MB of 7.0 MB"


def test_endings_are_raw_text_and_usually_without_examples(kit: Kit, setup: SetupView) -> None:
    kit.evaluations.sets.known["hellaswag"] = ending_set(HELLASWAG)
    setup.protocol.show_choice(EvaluationChoice(protocol=CHAT, shots=3), Order.ALTERNATING)
    setup.set.choose("hellaswag")
    assert setup.request is not None
    asked = setup.request.choice
    assert (asked.questions, asked.protocol, asked.shots, asked.split) == ("hellaswag", STANDARD, 0, "val")
    assert setup.set.meaning == "Not the real hellaswag."
    assert "endings" in setup.protocol._protocols._meanings[STANDARD].text()
    assert setup.protocol._protocols._buttons[CHAT].isHidden() and setup.protocol._examples.isHidden()
    setup.set.choose("starter")
    assert (setup.request.choice.protocol, setup.request.choice.shots) == (CHAT, 5)
    assert "four letters" in setup.protocol._protocols._meanings[STANDARD].text()


def test_questions_of_ones_own(kit: Kit, setup: SetupView) -> None:
    setup.set.open("/home/me/<b>own</b>.csv")
    assert setup.set.key == "/home/me/<b>own</b>.csv"
    # They have no worked examples.
    assert setup.protocol.shots == 0
    assert setup.request is not None
    setup.set.choose("starter")
    assert setup.request.choice.questions == "starter"


def test_a_damaged_archive_is_refused_and_the_set_stays(kit: Kit, setup: SetupView) -> None:
    setup.set.open("/home/me/data.tar")
    assert setup.set.error == "data.tar is damaged: it ends too early."
    assert setup.set.key == "starter"
    assert setup.start.isEnabled()


def test_fewer_worked_examples_mean_fewer_shots(new_kit: Callable[..., Kit]) -> None:
    kit = new_kit(evaluations=evaluation_services(starter=starter_set(examples=2)))
    assert kit.window.mmlu_page.setup.protocol.shots == 2


def test_a_model_that_is_not_what_it_was_is_refused_by_its_lane(kit: Kit, setup: SetupView, qtbot: QtBot) -> None:
    kit.library.refused[MOE.path] = Failure("changed", "This file changed on the disk.")
    qtbot.mouseClick(setup.start, Qt.MouseButton.LeftButton)
    (asked,) = kit.evaluations.runner.requests
    assert [lane.refusal and lane.refusal.kind for lane in asked.lanes] == [None, "changed"]


def test_a_file_is_opened_or_refused_in_its_field(setup: SetupView) -> None:
    setup.models[0].open("/x/new.gguf")
    assert setup.models[0].chosen.path == "/x/new.gguf"
    setup.models[1].open("/x/page.html")
    assert setup.models[1].header.refusal.startswith("This is not a GGUF file")
    assert setup.models[1].chosen == MOE


def test_nothing_begins_while_a_comparison_runs(kit: Kit, setup: SetupView, qtbot: QtBot) -> None:
    kit.start()
    kit.window.show_page(MMLU)
    qtbot.mouseClick(setup.start, Qt.MouseButton.LeftButton)
    assert setup.error.label.text().startswith("A comparison is running.")
    assert kit.evaluations.runner.requests == []


def test_no_comparison_begins_while_an_evaluation_runs(kit: Kit, setup: SetupView, qtbot: QtBot) -> None:
    qtbot.mouseClick(setup.start, Qt.MouseButton.LeftButton)
    kit.start()
    assert kit.runner.requests == []
    assert "An evaluation is running on the MMLU page." in kit.page.prompt.error


def test_what_the_runner_refuses_is_said_beside_the_button(kit: Kit, setup: SetupView, qtbot: QtBot) -> None:
    kit.evaluations.runner.refusal = AppError("There is no room on the disk.")
    qtbot.mouseClick(setup.start, Qt.MouseButton.LeftButton)
    assert setup.error.label.text() == "There is no room on the disk."
    assert not kit.window.mmlu_page.shows_run


def test_a_run_that_cannot_begin_leads_back(kit: Kit, setup: SetupView, qtbot: QtBot) -> None:
    setup.amount.choose(50)
    qtbot.mouseClick(setup.start, Qt.MouseButton.LeftButton)
    kit.evaluations.runner.refuse(AppError("The questions are not there any more."))
    assert not kit.window.mmlu_page.shows_run
    assert setup.error.label.text() == "The questions are not there any more."
    assert setup.amount.n == 50


def test_it_is_said_whether_the_models_run_here(kit: Kit, setup: SetupView) -> None:
    assert kit.station.planner.asked[:2] == [DENSE.path, MOE.path]
    kit.station.planner.give(DENSE, 5 * 10**9)
    kit.station.planner.give(MOE, 500 * 10**9)
    a, b = (field.header for field in setup.models)
    assert (a.outlook, b.outlook) == ("fits", "does not fit")
    assert "Fits in memory: " in a.outlook_tip
    assert "Would read from disk" in b.outlook_tip or "in all" in b.outlook_tip
    b.picker.showPopup()
    rows = b.picker.popup.models
    said = {rows.index(n).data(): rows.index(n).data(Qt.ItemDataRole.AccessibleTextRole) for n in range(2)}
    assert ["does not fit" in text for text in said.values()] == [False, True]


def test_the_models_of_compare_are_taken_over_once(new_kit: Callable[..., Kit], qtbot: QtBot) -> None:
    kit = new_kit()
    kit.page.panes[0].header.picker.choose(MOE)
    kit.page.panes[1].header.picker.choose(DENSE)
    kit.window.show_page(MMLU)
    setup = kit.window.mmlu_page.setup
    assert [field.chosen for field in setup.models] == [MOE, DENSE]
    assert setup.take_over.isHidden()
    setup.models[0].choose(DENSE)
    assert not setup.take_over.isHidden()
    setup.take_over.click()
    assert [field.chosen for field in setup.models] == [MOE, DENSE]
    assert setup.take_over.isHidden()


def test_models_chosen_for_mmlu_win_over_those_of_compare(new_kit: Callable[..., Kit]) -> None:
    settings = FakeSettings()
    first = new_kit(settings=settings)
    first.window.show_page(MMLU)
    setup = first.window.mmlu_page.setup
    setup.amount.choose(20)
    setup._remembered.flush()
    assert settings.get("mmlu", {})["models"] == [], "those of Compare are not kept as chosen here"
    setup.models[0].choose(MOE)
    setup._remembered.flush()
    second = new_kit(settings=settings)
    second.page.panes[0].header.picker.choose(DENSE)
    second.window.show_page(MMLU)
    again = second.window.mmlu_page.setup
    assert [field.chosen for field in again.models] == [MOE, MOE]
    assert not again.take_over.isHidden()


def test_what_a_newcomer_does_not_need_is_folded_away(kit: Kit, setup: SetupView) -> None:
    assert setup._defaults.text() == "Standard, 5 few-shot examples, alternating, seed 42."
    assert not setup.protocol.isVisible() and not setup.until_decided.isVisible()
    setup._method.set_open(True)
    assert setup.protocol.isVisible() and setup.until_decided.isVisible()
    assert setup._defaults.isHidden()
    setup.until_decided.setChecked(True)
    setup._method.set_open(False)
    assert setup._defaults.text().endswith("seed 42, stops at a winner.")
    setup.second.setChecked(False)
    assert setup._defaults.text() == "Standard, 5 few-shot examples, seed 42."


def test_a_known_server_can_be_asked_too(kit: Kit, setup: SetupView, qtbot: QtBot) -> None:
    server = kit.models.servers.add("http://127.0.0.1:8080/v1", "tiny", "")
    setup.models[1].choose(server)
    qtbot.mouseClick(setup.start, Qt.MouseButton.LeftButton)
    (asked,) = kit.evaluations.runner.requests
    assert [lane.model for lane in asked.lanes] == [DENSE, server]

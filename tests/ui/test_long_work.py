"""What runs stands in the title, its end is told elsewhere, and closing over it is asked about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import DENSE, LISTING, MOE, answer, comparison
from tests.ui.mmlu_fakes import answered
from weighin.core.comparisons.blind import Choice
from weighin.core.comparisons.comparison import ComparisonRequest
from weighin.core.downloads.download import plan_of
from weighin.core.prompts.prompt_set import PromptSet, SetPrompt
from weighin.core.runs.answer import StopReason
from weighin.core.runs.chat import Prompt
from weighin.core.runs.lane import LaneSetup, Mode
from weighin.core.runs.run_state import RunState
from weighin.ui.main_window import MMLU
from weighin.ui.work.closing_question import ClosingQuestion

PLAIN = "Weigh-In"


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(kit: Kit) -> Clock:
    kit.window._work._clock = made = Clock()
    return made


@pytest.fixture
def elsewhere(kit: Kit, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[QWidget]]:
    """Another program has the keyboard; the windows that were marked."""
    marked: list[QWidget] = []
    monkeypatch.setattr(kit.window, "isActiveWindow", lambda: False)
    monkeypatch.setattr(QApplication, "alert", lambda window, _ms=0: marked.append(window))
    yield marked


def title(kit: Kit) -> str:
    return kit.window.windowTitle()


def open_sets(kit: Kit) -> None:
    kit.page.prompt.set_sets_open(True)


def run_set(kit: Kit, count: int) -> None:
    prompts = tuple(SetPrompt(f"Question {n}?") for n in range(count))
    like = ComparisonRequest(Prompt("x"), Mode.ALONE, (LaneSetup(DENSE), LaneSetup(MOE)))
    kit.window.sets_controller.set_runner.run(PromptSet("s", "Mine", prompts), like)


def test_the_title_says_whose_turn_it_is_and_is_plain_again(kit: Kit) -> None:
    assert title(kit) == PLAIN
    kit.start()
    assert title(kit) == "Running – Weigh-In"
    kit.runner.begin_round("A")
    assert title(kit) == "Running A – Weigh-In"
    kit.runner.begin_round("B", 2, 5)
    assert title(kit) == "Running B, round 2 of 5 – Weigh-In"
    kit.runner.finish(answer(), answer())
    assert title(kit) == PLAIN


def test_together_is_both(kit: Kit) -> None:
    kit.page.prompt.mode.set_mode(Mode.TOGETHER)
    kit.start()
    kit.runner.begin_round("B")
    assert title(kit) == "Running A and B – Weigh-In"


def test_the_title_of_a_blind_round_tells_no_lane(kit: Kit) -> None:
    kit.page.prompt.blind.setChecked(True)
    kit.start()
    kit.runner.begin_round("A")
    assert title(kit) == "Running – Weigh-In"


def test_an_evaluation_tells_how_far_it_is(kit: Kit) -> None:
    kit.window.show_page(MMLU)
    runner = kit.evaluations.runner
    runner.running = True
    runner.begin(answered(state=RunState.STOPPED))
    share = sum(lane.done for lane in runner.state.lanes) / sum(lane.total for lane in runner.state.lanes)
    assert title(kit) == f"MMLU {100 * share:.0f} % – Weigh-In"
    runner.be(RunState.PAUSED)
    assert title(kit) == f"MMLU paused at {100 * share:.0f} % – Weigh-In"
    runner.finish(RunState.FINISHED)
    assert title(kit) == PLAIN


def test_a_prompt_set_is_one_run(kit: Kit, clock: Clock, elsewhere: list[QWidget], qtbot: QtBot) -> None:
    open_sets(kit)
    run_set(kit, 2)
    for number in (1, 2):
        qtbot.waitUntil(lambda n=number: len(kit.runner.requests) == n)
        assert title(kit) == f"Prompt {number} of 2 – Weigh-In"
        clock.now += 20
        kit.runner.begin_round("A")
        assert title(kit) == f"Prompt {number} of 2 – Weigh-In"
        assert kit.notifier.told == []
        kit.runner.finish(answer(), answer())
    qtbot.waitUntil(lambda: title(kit) == PLAIN)
    assert kit.notifier.told == ["Prompt set finished. It took 40 s."]


def test_the_end_of_something_long_is_told_to_who_is_elsewhere(
    kit: Kit, clock: Clock, elsewhere: list[QWidget]
) -> None:
    kit.start("A secret question?")
    clock.now += 125
    kit.runner.finish(answer("A secret answer."), answer())
    assert kit.notifier.told == ["Comparison finished. It took 2 min 05 s."]
    assert elsewhere == [kit.window]


def test_neither_what_is_short_nor_what_was_stopped_is_told(kit: Kit, clock: Clock, elsewhere: list[QWidget]) -> None:
    kit.start()
    clock.now += 30
    kit.runner.finish(answer(), answer())
    kit.start()
    clock.now += 300
    kit.runner.finish(answer(stop=StopReason.CANCELLED), answer())
    assert kit.notifier.told == []
    assert elsewhere == []


def test_nothing_is_told_to_who_is_there(kit: Kit, clock: Clock, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kit.window, "isActiveWindow", lambda: True)
    kit.start()
    clock.now += 300
    kit.runner.finish(answer(), answer())
    assert kit.notifier.told == []


def test_a_blind_round_asks_for_the_vote_and_names_nobody(kit: Kit, clock: Clock, elsewhere: list[QWidget]) -> None:
    kit.page.prompt.blind.setChecked(True)
    kit.start()
    clock.now += 61
    kit.runner.finish(answer("One."), answer("Two."))
    assert kit.notifier.told == ["Both answers are ready for your vote. It took 1 min 01 s."]
    kit.blind.vote(Choice.TIE)
    assert len(kit.notifier.told) == 1


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (RunState.FINISHED, ["MMLU run finished. It took 40 s."]),
        (RunState.FAILED, ["MMLU run ended with a problem. It took 40 s."]),
        (RunState.STOPPED, []),
    ],
)
def test_how_an_evaluation_ended_is_told(
    kit: Kit, clock: Clock, elsewhere: list[QWidget], state: RunState, told: list[str]
) -> None:
    kit.window.show_page(MMLU)
    runner = kit.evaluations.runner
    runner.running = True
    runner.begin(answered(state=RunState.STOPPED))
    clock.now += 40
    runner.finish(state)
    assert kit.notifier.told == told


# Closing.


def question(kit: Kit) -> ClosingQuestion:
    asked = kit.window._closing.question
    assert asked is not None
    return asked


def pressed(kit: Kit, qtbot: QtBot, key: Qt.Key) -> None:
    """A key that goes where the keyboard is."""
    qtbot.waitUntil(question(kit).isActiveWindow)
    qtbot.keyClick(QApplication.focusWidget(), key)


def test_closing_over_a_comparison_is_asked_and_return_keeps_it_running(kit: Kit, qtbot: QtBot) -> None:
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape):
        if not kit.runner.running:
            kit.start()
        kit.window.close()
        asked = question(kit)
        assert kit.window.isVisible()
        assert "kept in History" in asked.text
        assert asked.keep.isDefault()
        pressed(kit, qtbot, key)
        assert kit.window._closing.question is None
        assert kit.window.isVisible()
        assert kit.runner.stops == 0


def test_stop_and_close_stops_and_closes_when_it_is_kept(kit: Kit, qtbot: QtBot) -> None:
    kit.start()
    kit.window.close()
    qtbot.mouseClick(question(kit).stop, Qt.MouseButton.LeftButton)
    assert kit.runner.stops == 1
    assert kit.window.isVisible()
    kit.runner.finish(answer(stop=StopReason.CANCELLED), answer())
    qtbot.waitUntil(lambda: not kit.window.isVisible())


@pytest.mark.parametrize("how", ["again", "session", "signal"])
def test_a_second_close_and_the_end_of_the_session_do_not_ask(kit: Kit, qtbot: QtBot, how: str) -> None:
    kit.start()
    if how == "again":
        kit.window.close()
        kit.window.close()
    elif how == "session":
        kit.window.end_session()
        kit.window.close()
    else:
        kit.window.close_now()
    assert kit.window._closing.question is None
    assert kit.runner.stops == 1
    kit.runner.finish(answer(stop=StopReason.CANCELLED), answer())
    qtbot.waitUntil(lambda: not kit.window.isVisible())


def test_an_idle_window_closes_at_once(kit: Kit) -> None:
    kit.window.close()
    assert not kit.window.isVisible()


def test_a_run_that_ended_meanwhile_lets_the_window_close(kit: Kit, qtbot: QtBot) -> None:
    kit.start()
    kit.window.close()
    asked = question(kit)
    kit.runner.finish(answer(), answer())
    qtbot.mouseClick(asked.stop, Qt.MouseButton.LeftButton)
    assert not kit.window.isVisible()
    assert kit.runner.stops == 0


def test_it_is_asked_again_after_it_was_kept_running(kit: Kit, qtbot: QtBot) -> None:
    kit.start()
    kit.window.close()
    pressed(kit, qtbot, Qt.Key.Key_Escape)
    kit.window.close()
    assert question(kit).isVisible()


def sets(kit: Kit) -> None:
    open_sets(kit)
    run_set(kit, 2)


def blind(kit: Kit) -> None:
    kit.page.prompt.blind.setChecked(True)
    kit.start()


def evaluation(kit: Kit) -> None:
    kit.window.show_page(MMLU)
    kit.evaluations.runner.running = True


def download(kit: Kit) -> None:
    kit.models.downloads.add(plan_of(LISTING.repo, LISTING.commit, LISTING.variants[0]))


def downloads(kit: Kit) -> None:
    download(kit)
    kit.models.downloads.add(plan_of(LISTING.repo, LISTING.commit, LISTING.variants[1]))


@pytest.mark.parametrize(
    ("begin", "said"),
    [
        (sets, "it can be resumed"),
        (blind, "it does not count"),
        (evaluation, "it can be resumed"),
        (download, "A download is running. It resumes at the next start."),
        (downloads, "2 downloads are running. They resume at the next start."),
    ],
)
def test_what_is_kept_of_everything_that_runs(kit: Kit, begin: Callable[[Kit], None], said: str) -> None:
    begin(kit)
    kit.window.close()
    assert said in question(kit).text
    assert DENSE.name not in question(kit).text


def test_downloads_alone_need_not_be_waited_for(kit: Kit, qtbot: QtBot) -> None:
    download(kit)
    kit.window.close()
    qtbot.mouseClick(question(kit).stop, Qt.MouseButton.LeftButton)
    assert not kit.window.isVisible()


def test_a_paused_download_is_not_asked_about(kit: Kit) -> None:
    plan = plan_of(LISTING.repo, LISTING.commit, LISTING.variants[0])
    kit.models.downloads.add(plan)
    kit.models.downloads.pause(plan.id)
    kit.window.close()
    assert not kit.window.isVisible()


def test_every_record_has_a_length(kit: Kit, clock: Clock, elsewhere: list[QWidget]) -> None:
    # A finish without a start (an older window's) tells nothing.
    kit.runner.requests.append(comparison().request)
    kit.runner.finished.emit(replace(comparison(), id="x"))
    assert kit.notifier.told == []

"""The button that measures alone what has run together: when it is there, and what is shown afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import FakeHistory, answer, comparison, failed, timing
from weighin.core.comparisons.blind import Choice
from weighin.core.comparisons.comparison import Comparison
from weighin.core.runs.answer import StopReason, Timing
from weighin.core.runs.conditions import Conditions
from weighin.core.runs.lane import Mode
from weighin.core.runs.pace import Beside, Pace


def timed(rate: float, shared_s: float | None = None) -> Timing:
    """Forty tokens; with the other lane beside it for `shared_s`."""
    seconds = 39 / rate
    pace = Pace(0.0, 0.001, tuple(0.031 + n / rate for n in range(40)), tuple(range(1, 41)))
    whole = 0.031 + seconds
    beside = None if shared_s is None else Beside(0.0, min(shared_s, whole))
    return replace(timing(40, seconds), total_s=whole, pace=pace, beside=beside)


def run_together(kit: Kit, a_s: float = 9.0, b_s: float = 9.0) -> Comparison:
    kit.page.prompt.mode.set_mode(Mode.TOGETHER)
    kit.start()
    return kit.runner.finish(
        answer("A together", timing=timed(10.0, a_s)), answer("B together", timing=timed(20.0, b_s))
    )


def finish_alone(kit: Kit, **changes: object) -> Comparison:
    one, two = (answer(f"{label} alone", timing=timed(rate), **changes) for label, rate in (("A", 20.0), ("B", 40.0)))
    made = comparison(one, two, kit.runner.requests[-1], number=2)
    kit.runner.running = False
    kit.runner.finished.emit(made)
    return made


def test_it_measures_the_same_alone_and_comes_back_with_what_together_cost(kit: Kit, qtbot: QtBot) -> None:
    made = run_together(kit)
    assert kit.page.alone.isVisible() and "not known yet" in kit.page.alone.sentence
    assert "Against alone not measured alone" in kit.page.panes[0].numbers.text
    kit.page.prompt.set_text("something else by now")
    qtbot.mouseClick(kit.page.alone.button, Qt.MouseButton.LeftButton)
    asked = kit.runner.requests[-1]
    assert asked == replace(made.request, mode=Mode.ALONE)
    assert not kit.page.alone.isVisible() and kit.page.remark.startswith("Measuring the same pair alone.")
    kit.runner.begin_round("A").write("A alone")
    alone = finish_alone(kit)
    assert kit.history.held == [(made, alone)]
    assert kit.page.panes[0].answer.view.raw_text == "A together"
    assert "Against alone writing 50 %" in kit.page.panes[0].numbers.text
    assert "Side by side 3.93 s of 3.93 s (100 %), 40 of 40 tokens at 10.0 tok/s" in kit.page.panes[0].numbers.text
    assert kit.page.remark == "The same pair was measured alone just now; that run is in History."
    assert kit.page.prompt.mode.mode is Mode.TOGETHER and kit.page.prompt.text == "something else by now"
    assert not kit.page.alone.isVisible() and not kit.page.panes[0].chart.isVisible()


def test_a_run_alone_that_tells_nothing_is_shown_as_any_run(kit: Kit) -> None:
    disturbed = replace(timed(20.0), conditions=Conditions(other_cores=3.0))
    for changes in ({"stop": StopReason.CANCELLED}, {}):
        run_together(kit)
        kit.page.alone.button.click()
        if changes:
            finish_alone(kit, **changes)
        else:
            kit.runner.finish(answer("A alone", timing=disturbed), answer("B alone", timing=disturbed))
        assert kit.page.panes[0].answer.view.raw_text == "A alone"
        assert kit.page.remark.startswith("This run alone cannot say what running together cost")
        assert not kit.page.alone.isVisible() and kit.history.held == []


def test_nothing_is_offered_where_it_would_tell_nothing(kit: Kit) -> None:
    run_together(kit, 0.02, 0.02)
    assert not kit.page.alone.isVisible()
    assert "Against alone -" in kit.page.panes[0].numbers.text
    assert "8 are needed" in kit.page.panes[0].numbers.counted
    kit.start()
    kit.runner.finish(failed(), answer(timing=timed(10.0, 9.0)))
    assert not kit.page.alone.isVisible()
    kit.page.prompt.mode.set_mode(Mode.ALONE)
    kit.start()
    kit.runner.finish(answer(timing=timed(10.0)), answer(timing=timed(10.0)))
    assert not kit.page.alone.isVisible() and "Side by side" not in kit.page.panes[0].numbers.text


def test_speeds_that_are_partly_those_of_one_alone_say_so(kit: Kit) -> None:
    run_together(kit, 9.0, 1.0)
    assert "while both wrote" not in kit.page.panes[0].numbers.text
    assert "20.0 tok/s, while both wrote · Characters - " in kit.page.panes[1].numbers.text


def test_another_run_in_between_is_no_answer_to_it(kit: Kit) -> None:
    run_together(kit)
    kit.page.alone.button.click()
    kit.runner.running = False
    kit.page.prompt.set_running(False)
    kit.page.prompt.mode.set_mode(Mode.ALONE)
    kit.start("another one")
    finish_alone(kit)
    assert kit.page.panes[0].answer.view.raw_text == "A alone" and kit.history.held == []


def test_it_waits_while_something_else_runs_and_says_what(kit: Kit, qtbot: QtBot) -> None:
    run_together(kit)
    button = kit.page.alone.button
    assert button.isEnabled() and "one after the other" in button.accessibleDescription()
    kit.runner.reason_to_wait = lambda: "An evaluation is running."
    qtbot.waitUntil(lambda: not button.isEnabled())
    assert kit.page.alone.sentence.endswith("An evaluation is running.")
    assert button.accessibleDescription() == "An evaluation is running."
    button.click()
    assert len(kit.runner.requests) == 1
    kit.runner.reason_to_wait = lambda: ""
    qtbot.waitUntil(button.isEnabled)


def test_it_is_reached_by_keys(kit: Kit, qtbot: QtBot) -> None:
    run_together(kit)
    button = kit.page.alone.button
    assert button.accessibleName().startswith("Measure the same pair alone")
    button.setFocus()
    assert QApplication.focusWidget() is button and button.focusPolicy() & Qt.FocusPolicy.TabFocus
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert kit.runner.requests[-1].mode is Mode.ALONE


def test_a_blind_round_offers_it_only_when_the_lanes_are_seen_again(kit: Kit) -> None:
    kit.page.prompt.blind.setChecked(True)
    run_together(kit)
    assert kit.blind.awaits_vote and not kit.page.alone.isVisible() and kit.page.alone.sentence == ""
    kit.blind.vote(Choice.TIE)
    assert not kit.page.alone.isVisible()
    kit.page.desk.leave()
    assert kit.page.alone.isVisible()
    kit.page.alone.button.click()
    assert not kit.blind.hides, "who wrote what is known already"
    finish_alone(kit)
    assert "Against alone writing 50 %" in kit.page.panes[0].numbers.text


@pytest.mark.parametrize("made_here", [True, False])
def test_a_record_from_history_can_be_completed_and_one_from_elsewhere_cannot(kit: Kit, made_here: bool) -> None:
    made = run_together(kit)
    kit.start()
    kit.page.alone.offer(None)
    kit.runner.finish(failed(), failed())
    kit.page.show_comparison(made, made_here=made_here)
    assert kit.page.alone.isVisible() == made_here


def test_a_history_that_cannot_be_written_says_so(new_kit: Callable[..., Kit]) -> None:
    history = FakeHistory()
    kit = new_kit(history=history)
    run_together(kit)
    kit.page.alone.button.click()
    history.broken = True
    finish_alone(kit)
    assert "read-only" in kit.window.notice
    assert "Against alone not measured alone" in kit.page.panes[0].numbers.text

"""The button that measures alone what ran at the same time: when it is there, and what is shown afterwards."""

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

ALONE = "Compared with running alone"


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


def offered(kit: Kit) -> bool:
    """Whether the scale offers it."""
    remedy = kit.page.panel.remedy
    return remedy.isVisible() and remedy.text() == "Run each alone"


def finish_alone(kit: Kit, **changes: object) -> Comparison:
    one, two = (answer(f"{label} alone", timing=timed(rate), **changes) for label, rate in (("A", 20.0), ("B", 40.0)))
    made = comparison(one, two, kit.runner.requests[-1], number=2)
    kit.runner.running = False
    kit.runner.finished.emit(made)
    return made


def test_it_measures_the_same_alone_and_comes_back_with_what_together_cost(kit: Kit, qtbot: QtBot) -> None:
    made = run_together(kit)
    assert offered(kit) and kit.page.panel.remedy.accessibleName() == "Run each model alone to see the slowdown"
    assert f"{ALONE} | no sequential run yet | no sequential run yet" in kit.details
    kit.page.prompt.set_text("something else by now")
    qtbot.mouseClick(kit.page.panel.remedy, Qt.MouseButton.LeftButton)
    asked = kit.runner.requests[-1]
    assert asked == replace(made.request, mode=Mode.ALONE)
    assert not offered(kit) and kit.page.remark.startswith("Measuring each model alone.")
    kit.runner.begin_round("A").write("A alone")
    alone = finish_alone(kit)
    assert kit.history.held == [(made, alone)]
    assert kit.page.panes[0].answer.view.raw_text == "A together"
    assert kit.page.panel.sentence.startswith("Running at the same time, A kept 50 % of its speed and B kept 50 %")
    assert any(line.startswith(f"{ALONE} | generation speed 50 %") for line in kit.details)
    assert any(
        line.startswith("Overlap | 3.93 s of 3.93 s (100 %), 40 of 40 tokens at 10.0 tok/s |") for line in kit.details
    )
    assert kit.page.remark == "Each model was measured alone just now; that run is in History."
    assert kit.page.prompt.mode.mode is Mode.TOGETHER and kit.page.prompt.text == "something else by now"
    assert not offered(kit) and not kit.page.panes[0].chart.isVisible()


def test_a_run_alone_that_tells_nothing_is_shown_as_any_run(kit: Kit) -> None:
    disturbed = replace(timed(20.0), conditions=Conditions(other_cores=3.0))
    for changes in ({"stop": StopReason.CANCELLED}, {}):
        run_together(kit)
        kit.page.panel.remedy.click()
        if changes:
            finish_alone(kit, **changes)
        else:
            kit.runner.finish(answer("A alone", timing=disturbed), answer("B alone", timing=disturbed))
        assert kit.page.panes[0].answer.view.raw_text == "A alone"
        assert kit.page.remark.startswith("This run cannot tell the slowdown")
        assert not offered(kit) and kit.history.held == []


def test_nothing_is_offered_where_it_would_tell_nothing(kit: Kit) -> None:
    run_together(kit, 0.02, 0.02)
    assert not offered(kit)
    assert f"{ALONE} | - | -" in kit.details
    assert "8 are needed" in kit.page.card.details.table.counted(ALONE)
    kit.start()
    kit.runner.finish(failed(), answer(timing=timed(10.0, 9.0)))
    assert not offered(kit)
    kit.page.prompt.mode.set_mode(Mode.ALONE)
    kit.start()
    kit.runner.finish(answer(timing=timed(10.0)), answer(timing=timed(10.0)))
    assert not offered(kit) and not any(line.startswith("Overlap") for line in kit.details)


def test_speeds_that_are_partly_those_of_one_alone_say_so(kit: Kit) -> None:
    run_together(kit, 9.0, 1.0)
    assert "Generation speed | 10.0 tok/s | 20.0 tok/s, while both ran" in kit.details
    assert any(line.startswith("Characters per second | ") and line.endswith(" | -") for line in kit.details)


def test_another_run_in_between_is_no_answer_to_it(kit: Kit) -> None:
    run_together(kit)
    kit.page.panel.remedy.click()
    kit.runner.running = False
    kit.page.prompt.set_running(False)
    kit.page.prompt.mode.set_mode(Mode.ALONE)
    kit.start("another one")
    finish_alone(kit)
    assert kit.page.panes[0].answer.view.raw_text == "A alone" and kit.history.held == []


def test_it_waits_while_something_else_runs_and_says_what(kit: Kit, qtbot: QtBot) -> None:
    run_together(kit)
    button = kit.page.panel.remedy
    assert button.isEnabled() and "slowdown" in button.toolTip()
    kit.runner.reason_to_wait = lambda: "An evaluation is running."
    qtbot.waitUntil(lambda: not button.isEnabled())
    assert "An evaluation is running." in button.toolTip()
    button.click()
    assert len(kit.runner.requests) == 1
    kit.runner.reason_to_wait = lambda: ""
    qtbot.waitUntil(button.isEnabled)


def test_it_is_reached_by_keys(kit: Kit, qtbot: QtBot) -> None:
    run_together(kit)
    button = kit.page.panel.remedy
    button.setFocus()
    assert QApplication.focusWidget() is button and button.focusPolicy() & Qt.FocusPolicy.TabFocus
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert kit.runner.requests[-1].mode is Mode.ALONE


def test_a_blind_round_offers_it_only_when_the_lanes_are_seen_again(kit: Kit) -> None:
    kit.page.prompt.blind.setChecked(True)
    run_together(kit)
    assert kit.blind.awaits_vote and not kit.page.panel.isVisible() and kit.page.panel.remedy.text() == ""
    kit.blind.vote(Choice.TIE)
    assert not kit.page.panel.isVisible()
    kit.page.desk.leave()
    assert offered(kit)
    kit.page.panel.remedy.click()
    assert not kit.blind.hides, "who wrote what is known already"
    finish_alone(kit)
    assert any(line.startswith(f"{ALONE} | generation speed 50 %") for line in kit.details)


@pytest.mark.parametrize("made_here", [True, False])
def test_a_record_from_history_can_be_completed_and_one_from_elsewhere_cannot(kit: Kit, made_here: bool) -> None:
    made = run_together(kit)
    kit.start()
    kit.page.alone.offer(None)
    kit.runner.finish(failed(), failed())
    kit.page.show_comparison(made, made_here=made_here)
    assert offered(kit) == made_here


def test_a_history_that_cannot_be_written_says_so(new_kit: Callable[..., Kit]) -> None:
    history = FakeHistory()
    kit = new_kit(history=history)
    run_together(kit)
    kit.page.panel.remedy.click()
    history.broken = True
    finish_alone(kit)
    assert "read-only" in kit.window.notice
    assert f"{ALONE} | no sequential run yet | no sequential run yet" in kit.details

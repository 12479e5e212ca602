"""The line that says which model writes faster, or why nobody can tell."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import answer, failed, timing
from weighin.core.comparisons.comparison import Comparison
from weighin.core.comparisons.speed_test import SpeedTest
from weighin.core.runs.conditions import Conditions
from weighin.core.runs.lane import Mode

BUSY = Conditions(other_cores=1.4, used_cores=2.0)
TEST = SpeedTest("2026-11-29T10:00:00+00:00", 2, 128, (100.0, 101.0, 99.0, 100.0), 256, (400.0,))


def long(rate: float, **more: object):
    """An answer of 300 tokens at `rate`."""
    return answer(timing=replace(timing(300, 299 / rate), **more))


def test_the_faster_one_is_named(kit: Kit) -> None:
    kit.start()
    assert kit.page.speed_line.sentence == ""
    kit.runner.finish(long(102), long(65.3))
    assert kit.page.speed_line.sentence == "A writes 1.6 times as fast."
    assert kit.page.speed_line.button.isHidden()
    assert kit.page.speed_line.property("tone") == ""
    kit.start()
    assert kit.page.speed_line.sentence == ""


def test_a_disturbed_pair_is_measured_again_when_others_are_idle(kit: Kit, qtbot: QtBot) -> None:
    class Quiet:
        quiet = False

        def begin(self) -> None:
            self.begun = True

        def is_quiet(self) -> bool:
            return self.quiet

    line = kit.page.speed_line
    line._quiet = quiet = Quiet()
    line._look.setInterval(10)
    kit.start()
    kit.runner.finish(long(3.96, conditions=BUSY), long(4.69, conditions=BUSY))
    assert line.sentence == "Speeds cannot be compared: other programs kept 1.4 cores busy."
    assert line.property("tone") == "amber"
    assert line.button.text() == "Measure again when idle"
    qtbot.mouseClick(line.button, Qt.MouseButton.LeftButton)
    assert line.waits and line.sentence.endswith("Waiting until other programs are idle.")
    assert line.button.text() == "Cancel"
    qtbot.mouseClick(line.button, Qt.MouseButton.LeftButton)
    assert not line.waits and line.button.text() == "Measure again when idle"
    qtbot.mouseClick(line.button, Qt.MouseButton.LeftButton)
    qtbot.wait(50)
    assert len(kit.runner.requests) == 1
    quiet.quiet = True
    qtbot.waitUntil(lambda: len(kit.runner.requests) == 2)
    first, second = kit.runner.requests
    assert second == first


def test_a_short_pair_is_tested_and_then_told(kit: Kit) -> None:
    kit.start()
    made = kit.runner.finish(answer(timing=timing(2, 0.01)), answer(timing=timing(2, 0.01)))
    line = kit.page.speed_line
    assert line.sentence == "Too short to compare speeds: both wrote 2 tokens."
    offered = line.heightForWidth(1200)
    kit.page.show_testing(lambda identifier: identifier == made.id)
    assert line.heightForWidth(1200) == offered
    assert line.sentence.endswith("Measuring the speed of both…") and line.button.isHidden()
    kit.page.show_testing(lambda identifier: identifier == made.id, waits=True)
    assert line.sentence.endswith("2 tokens. Waiting until other programs are idle.") and line.button.isHidden()
    slower = replace(TEST, generation_rates=(50.0, 51.0, 49.0, 50.0))
    results = tuple(replace(r, speed_test=t) for r, t in zip(made.results, (TEST, slower), strict=True))
    kit.history.completed.emit(replace(made, results=results))
    kit.page.show_testing(lambda _identifier: False)
    assert line.sentence == "In the speed test A writes 2.0 times as fast."
    assert "Speed test 100 (99.0–101) tok/s" in kit.page.panes[0].numbers.text
    assert "Speed test 50.0 (49.0–51.0) tok/s" in kit.page.panes[1].numbers.text


def test_a_short_pair_without_a_test_offers_to_measure_again(kit: Kit, qtbot: QtBot) -> None:
    kit.start()
    kit.runner.finish(answer(timing=timing(2, 0.01)), answer(timing=timing(3, 0.01)))
    line = kit.page.speed_line
    assert line.sentence == "Too short to compare speeds: A wrote 2 tokens and B wrote 3 tokens."
    assert line.button.text() == "Measure again"
    qtbot.mouseClick(line.button, Qt.MouseButton.LeftButton)
    assert len(kit.runner.requests) == 2


def test_two_at_once_and_what_failed(kit: Kit) -> None:
    kit.page.prompt.mode.set_mode(Mode.TOGETHER)
    kit.start()
    kit.runner.finish(long(10), long(20))
    assert kit.page.speed_line.sentence == ""
    kit.page.prompt.mode.set_mode(Mode.ALONE)
    kit.start()
    kit.runner.finish(long(10), failed())
    assert kit.page.speed_line.sentence == "B gave no whole answer: speeds cannot be compared."
    assert kit.page.speed_line.button.isHidden()


def test_what_was_run_elsewhere_cannot_be_measured_again_here(kit: Kit) -> None:
    kit.start()
    made: Comparison = kit.runner.finish(long(3.96, conditions=BUSY), long(4.69, conditions=BUSY))
    kit.page.show_comparison(made, "From a bundle", made_here=False)
    assert kit.page.speed_line.sentence.startswith("Speeds cannot be compared")
    assert kit.page.speed_line.button.isHidden()


def test_only_what_may_be_said_of_the_model_has_a_tick(kit: Kit) -> None:
    kit.start()
    kit.runner.finish(long(102), answer())
    shown = {number.title.split()[0]: number for number in kit.page.panes[0].numbers._shown}
    short = {number.title.split()[0]: number for number in kit.page.panes[1].numbers._shown}
    assert (shown["Writing"].mark, short["Writing"].mark) == ("✓", "")
    assert "A number of this run only" in short["Writing"].counted
    assert "A number of this run only" not in shown["Writing"].counted

"""The order of things: alone, together, repeated, stopped, and when one lane fails."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from tests.support.lanes import HASTE, PATIENT, Runs, fake_lane, fake_model, request

from weighin.core.comparisons.comparison import Comparison
from weighin.core.comparisons.report import comparison_json
from weighin.core.comparisons.rounds import AGREEMENT, is_settled, last_change, speeds
from weighin.core.comparisons.slowdown import against_alone, overlap
from weighin.core.comparisons.speed import measured_speed, says_enough
from weighin.core.comparisons.text import is_partly_alone
from weighin.core.errors import AppError
from weighin.core.jsonable import from_plain, to_plain
from weighin.core.runs.answer import StopReason
from weighin.core.runs.chat import Prompt
from weighin.core.runs.conditions import Conditions
from weighin.core.runs.energy import Energy
from weighin.core.runs.lane import LaneSetup, Mode
from weighin.core.runs.progress import LaneState
from weighin.services.lanes.lane import LaneTimeouts


@pytest.fixture
def runs(qtbot: Any) -> Iterator[Any]:
    made: list[Runs] = []

    def new(a: dict | None = None, b: dict | None = None, patience: LaneTimeouts = PATIENT, **more: Any) -> Runs:
        made.append(Runs(qtbot, fake_lane("A", patience, **(a or {})), fake_lane("B", **(b or {})), **more))
        return made[-1]

    yield new
    for one in made:
        one.close()


def test_one_after_the_other_never_overlaps(runs: Any) -> None:
    both = runs({"text": "alpha beta", "tokens_per_s": 20}, {"text": "gamma"})
    busy: list[int] = []
    for lane in both.runner.lanes:
        lane.status_changed.connect(
            lambda _: busy.append(sum(x.status.state is LaneState.BUSY for x in both.runner.lanes))
        )
    comparison = both.run(request())
    assert [r.answer.text for r in comparison.results] == ["alpha beta", "gamma"]
    assert max(busy) == 1
    assert both.rounds == [("A", 1), ("B", 1)]
    assert comparison.engine is not None


def test_together_overlaps_and_shares_the_cores(runs: Any) -> None:
    slow = {"text": "one two three four five six", "tokens_per_s": 20}
    both = runs(slow, slow, cores=8)
    most = [0]
    for lane in both.runner.lanes:
        lane.status_changed.connect(
            lambda _: most.append(sum(x.status.state is LaneState.BUSY for x in both.runner.lanes))
        )
    setup = replace(fake_model(), file_bytes=10**9)
    wanted = replace(request(mode=Mode.TOGETHER), lanes=(LaneSetup(setup), LaneSetup(setup)))
    comparison = both.run(wanted)
    assert max(most) == 2
    threads = [r.answer.timing.threads for r in comparison.results]
    assert sum(threads) <= 8
    assert threads == [3, 3]


def test_each_lane_knows_when_the_other_computed(runs: Any) -> None:
    """B writes a third of what A writes, at the same speed: A goes on alone, and knows since when."""
    both = runs({"tokens": 60, "tokens_per_s": 60}, {"tokens": 20, "tokens_per_s": 60, "prompt_s": 0.1})
    both.runner._watch = Told()
    comparison = both.run(request(mode=Mode.TOGETHER, repeat=2))
    for long, short in zip(*(result.rounds for result in comparison.results), strict=True):
        ends = [timing.pace.begin_s + timing.total_s for timing in (long, short)]
        assert min(long.pace.begin_s, short.pace.begin_s) == 0.0
        assert long.beside.end_s == pytest.approx(ends[1] - long.pace.begin_s, abs=1e-5)
        assert short.beside.end_s == short.total_s
        shared = overlap(long)
        assert 8 <= shared.writing.last < 60
        assert long.pace.mark_tokens[-1] == 60 and short.pace.mark_tokens[-1] == 20
        assert shared.seconds < long.total_s and not shared.is_nearly_all
        assert overlap(short).writing.last == 20
    assert is_partly_alone(comparison.results[0].rounds)
    alone = both.run(request())
    assert all(result.rounds[0].beside is None for result in alone.results)
    assert alone.results[0].rounds[0].pace.begin_s == 0.0
    found = against_alone(comparison, alone)
    assert found.slowdowns[0].shared_tokens < 60
    again = from_plain(Comparison, to_plain(replace(comparison, slowdowns=())))
    assert against_alone(again, from_plain(Comparison, to_plain(alone))).slowdowns == found.slowdowns


def test_nobody_knows_when_a_lane_that_died_computed(runs: Any) -> None:
    both = runs({"text": "a b c d e f", "tokens_per_s": 30, "at": {"writing:4": "sigsegv"}}, {"tokens": 20})
    comparison = both.run(request(mode=Mode.TOGETHER))
    assert [result.answer.timing.beside for result in comparison.results] == [None, None]
    assert against_alone(comparison, comparison) is comparison


def test_rounds_are_a_warm_up_and_then_a_b_b_a(runs: Any) -> None:
    both = runs({"text": "x"}, {"text": "y"})
    comparison = both.run(request(repeat=3))
    assert both.rounds == [("A", 0), ("B", 0), ("A", 1), ("B", 1), ("B", 2), ("A", 2), ("A", 3), ("B", 3)]
    assert [len(r.rounds) for r in comparison.results] == [3, 3]


@pytest.mark.parametrize("mode", list(Mode))
def test_a_lane_that_fails_leaves_the_other_alone(runs: Any, mode: Mode) -> None:
    both = runs({"fail_load": {"kind": "load", "message": "It is broken."}}, {"text": "fine"})
    comparison = both.run(request(mode=mode))
    assert comparison.results[0].answer.failure.message == "It is broken."
    assert comparison.results[1].answer.text == "fine"


@pytest.mark.parametrize("mode", list(Mode))
def test_a_lane_that_dies_in_mid_answer_keeps_its_text_and_leaves_the_other_alone(runs: Any, mode: Mode) -> None:
    both = runs({"text": "a b c d e f", "tokens_per_s": 30, "at": {"writing:4": "sigsegv"}}, {"text": "fine"})
    comparison = both.run(request(mode=mode))
    assert comparison.results[0].answer.stop_reason is StopReason.FAILED
    assert comparison.results[0].answer.text.startswith("a b")
    assert comparison.results[1].answer.text == "fine"
    assert comparison.differences == ()


@pytest.mark.parametrize("mode", list(Mode))
def test_a_lane_that_falls_silent_does_not_hold_up_the_other(runs: Any, mode: Mode) -> None:
    both = runs({"text": "a b c", "at": {"writing:1": "sigstop"}}, {"text": "fine"}, HASTE)
    comparison = both.run(request(mode=mode))
    assert comparison.results[0].answer.failure.kind == "silent"
    assert comparison.results[1].answer.text == "fine"


def test_a_worker_that_dies_between_its_turns_fails_its_lane(qtbot: Any, runs: Any) -> None:
    both = runs({"text": "x"}, {"text": "a b c d e f g h", "tokens_per_s": 8})
    both.runner.run(request(repeat=2))
    lane_a, lane_b = both.runner.lanes
    qtbot.waitUntil(lambda: lane_b.status.phase == "writing", timeout=10_000)
    os.kill(lane_a.worker_pid, signal.SIGKILL)
    first = both.wait().results[0].answer
    assert first.stop_reason is StopReason.FAILED
    assert first.failure.kind == "killed"


def test_stop_ends_everything_and_keeps_what_was_written(qtbot: Any, runs: Any) -> None:
    both = runs({"text": "a " * 300, "tokens_per_s": 30}, {"text": "never"})
    both.runner.run(request())
    qtbot.waitUntil(lambda: both.runner.lanes[0].status.phase == "writing", timeout=10_000)
    both.runner.stop()
    comparison = both.wait()
    assert [r.answer.stop_reason for r in comparison.results] == [StopReason.CANCELLED] * 2
    assert comparison.results[0].answer.text.startswith("a ")
    assert not both.runner.running


def test_stop_while_the_first_model_loads(qtbot: Any, runs: Any) -> None:
    both = runs({"load_s": 30}, {"text": "never"})
    both.runner.run(request())
    qtbot.waitUntil(lambda: both.runner.lanes[0].status.state is LaneState.LOADING, timeout=10_000)
    both.runner.stop()
    assert [r.answer.stop_reason for r in both.wait().results] == [StopReason.CANCELLED] * 2


def test_the_next_comparison_uses_the_loaded_models(runs: Any, tmp_path: Path) -> None:
    both = runs({"text": "x"}, {"text": "y"})
    both.run(request())
    pids = [lane.worker_pid for lane in both.runner.lanes]
    both.run(request("again"))
    assert [lane.worker_pid for lane in both.runner.lanes] == pids


def test_too_little_memory_is_refused_with_both_numbers_and_can_be_forced(runs: Any) -> None:
    both = runs({"text": "x"}, {"text": "y"}, available=4_000_000_000)
    big = replace(fake_model("Big"), file_bytes=60_000_000_000)
    wanted = replace(request(), lanes=(LaneSetup(big), LaneSetup(fake_model("Small"))))
    said: list[object] = []
    both.runner.lanes[0].status_changed.connect(lambda status: said.append(status.failure))
    comparison = both.run(wanted)
    failure = comparison.results[0].answer.failure
    assert said == [failure]
    assert failure.kind == "memory"
    assert "60.3 GB" in failure.message and "4.0 GB" in failure.message
    assert comparison.results[1].answer.text == "y"
    forced = both.run(replace(wanted, try_anyway=True))
    assert forced.results[0].answer.text == "x"


def test_models_that_do_not_fit_at_once_take_turns(qtbot: Any) -> None:
    free = [10_000_000_000]
    lanes = (fake_lane("A", text="x"), fake_lane("B", text="y"))
    both = Runs(qtbot, *lanes)
    both.runner._available = lambda: free[0] - 8_000_000_000 * sum(x.model is not None for x in lanes)
    model = replace(fake_model(), file_bytes=8_000_000_000)
    wanted = replace(request(), lanes=(LaneSetup(model), LaneSetup(model)))
    try:
        comparison = both.run(wanted)
        assert [r.answer.text for r in comparison.results] == ["x", "y"]
        assert lanes[0].model is None and lanes[1].model is not None
    finally:
        both.close()


@pytest.mark.parametrize("text", ["", "   \n"])
def test_an_empty_prompt_is_refused_before_anything_runs(runs: Any, text: str) -> None:
    both = runs()
    with pytest.raises(AppError, match="Type a prompt"):
        both.runner.run(replace(request(), prompt=Prompt(text)))
    assert not both.runner.running


def test_what_was_not_the_same_is_named(runs: Any) -> None:
    both = runs({"text": "x", "context": 512}, {"text": "y", "context": 1024})
    assert "context" in both.run(request()).differences


CALM, BUSY = Conditions(other_cores=0.1), Conditions(other_cores=3.0)


class Told:
    """A watch that says what a test tells it to, one answer after the other; then that all is calm."""

    def __init__(self, *conditions: Conditions) -> None:
        self.left = list(conditions)
        self.spare: list[float] = []

    def begin(self, pids: Any) -> None:
        return None

    def end(self, begin: Any, spare_cores: float, suspended: bool, used_cores: float) -> Conditions:
        self.spare.append(spare_cores)
        return self.left.pop(0) if self.left else CALM


def test_rounds_end_when_the_medians_agree(runs: Any) -> None:
    steady = {"text": "a b c d e f g h i j", "tokens_per_s": 200}
    both = runs(steady, steady)
    both.runner._watch = Told()
    comparison = both.run(request(repeat=20), 60_000)
    made = [len(result.rounds) for result in comparison.results]
    assert made[0] == made[1] and made[0] % 2 == 0 and 4 <= made[0] < 20
    for result in comparison.results:
        assert last_change(speeds(result.rounds)) <= AGREEMENT
    order = sorted((timing.position, result.label) for result in comparison.results for timing in result.rounds)
    assert "".join(label for _, label in order).startswith("ABBAABBA")
    assert [position for position, _ in order] == list(range(2, 2 + sum(made)))
    body = comparison_json(comparison)
    assert body["rounds_asked"] == 20
    rates = [[timed["generation_tokens_per_s"] for timed in lane["rounds"]] for lane in body["lanes"]]
    assert all(measured_speed(result).speed for result in comparison.results), "and long enough together"
    for lane, found in zip(body["lanes"], rates, strict=True):
        assert lane["spread"]["generation_tokens_per_s"]["median"] == median(found)

    settled = [n for n in range(4, made[0] + 1, 2) if all(is_settled(found[:n]) for found in rates)]
    enough = (n for n in settled if says_enough(result.rounds[:n] for result in comparison.results))
    assert next(enough) == made[0], "by the record alone it ended as soon as the rule allowed"


def test_a_disturbed_round_is_marked_and_asked_for_again(runs: Any) -> None:
    both = runs({"text": "x"}, {"text": "y"})
    both.runner._watch = Told(CALM, CALM, CALM, BUSY)
    comparison = both.run(request(repeat=3))
    assert both.rounds == [("A", 0), ("B", 0), ("A", 1), ("B", 1), ("B", 1), ("B", 2), ("A", 2), ("A", 3), ("B", 3)]
    a, b = comparison.results
    assert ([len(r.rounds) for r in (a, b)], [len(r.spoiled) for r in (a, b)]) == ([3, 3], [0, 1])
    assert b.spoiled[0].conditions.disturbances
    assert len(a.round_memory) == 3


def test_a_computer_that_is_always_busy_is_not_waited_for(runs: Any) -> None:
    both = runs({"text": "x"}, {"text": "y"})
    both.runner._watch = Told(*[BUSY] * 50)
    comparison = both.run(request(repeat=3))
    assert [len(r.rounds) for r in comparison.results] == [3, 3]
    assert sum(len(r.spoiled) for r in comparison.results) == 3
    assert all(timing.conditions.disturbances for r in comparison.results for timing in r.rounds)


def test_together_a_disturbed_round_is_repeated_by_both(runs: Any) -> None:
    both = runs({"text": "x"}, {"text": "y"})
    both.runner._watch = watch = Told(CALM, CALM, BUSY)
    comparison = both.run(request(mode=Mode.TOGETHER, repeat=2))
    assert [len(r.rounds) for r in comparison.results] == [2, 2]
    assert [len(r.spoiled) for r in comparison.results] == [1, 1]
    assert set(watch.spare) == {2}  # four cores, one thread each


def test_a_single_round_is_never_repeated(runs: Any) -> None:
    both = runs({"text": "x"}, {"text": "y"})
    both.runner._watch = Told(BUSY, BUSY)
    comparison = both.run(request())
    assert both.rounds == [("A", 1), ("B", 1)]
    assert comparison.results[0].answer.timing.conditions == BUSY


class CountingMeter:
    """Ten joules an answer."""

    def begin(self, with_gpus: bool) -> str:
        assert not with_gpus
        return "begin"

    def end(self, begin: str, on_gpu: bool) -> Energy:
        assert begin == "begin" and not on_gpu
        return Energy(10.0, "RAPL: processor")


def test_energy_is_counted_for_a_model_alone_and_never_shared_out(runs: Any) -> None:
    both = runs({"text": "alpha beta"}, {"text": "gamma"}, meter=CountingMeter())
    comparison = both.run(request(repeat=2))
    assert [[t.joules for t in r.rounds] for r in comparison.results] == [[10.0, 10.0]] * 2
    body = comparison_json(comparison)["lanes"][0]
    assert body["timing"]["energy_j"] == 10.0 and body["timing"]["energy_source"] == "RAPL: processor"
    assert body["spread"]["energy_j"]["median"] == 10.0
    together = both.run(request(mode=Mode.TOGETHER))
    assert [r.answer.timing.energy for r in together.results] == [None, None]
    assert comparison_json(together)["lanes"][0]["timing"]["energy_j"] is None


def test_pages_of_the_other_lanes_file_are_not_free(runs: Any) -> None:
    both = runs({"text": "alpha"}, {"text": "beta"}, available=320_000_000)  # each needs 315.6, and maps 10 MB
    comparison = both.run(request(mode=Mode.TOGETHER))
    a, b = comparison.results
    assert a.answer.text == "alpha"
    assert b.answer.failure is not None and b.answer.failure.kind == "memory"
    assert [r.answer.text for r in both.run(request()).results] == ["alpha", "beta"], "in turn both fit"

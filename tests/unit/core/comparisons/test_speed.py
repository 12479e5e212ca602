"""Which speeds are measurements of a model, and when one model is faster: the rules, case by case."""

from __future__ import annotations

import csv
import io
import math
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighin.core.comparisons.comparison import Comparison, ComparisonRequest, LaneResult
from weighin.core.comparisons.report import comparison_csv, comparison_json, comparison_markdown
from weighin.core.comparisons.rounds import Spread, enough, uncertainty
from weighin.core.comparisons.speed import (
    Remedy,
    Shortfall,
    better_of,
    can_be_tested,
    measured_prompt_speed,
    measured_speed,
    needs_speed_tests,
    rounds_to_measure,
    says_enough,
    shown_speed,
    speed_verdict,
)
from weighin.core.comparisons.speed_test import SpeedTest
from weighin.core.jsonable import from_plain, to_plain
from weighin.core.models.model import ModelFacts
from weighin.core.runs.answer import Answer, Counting, Failure, MemoryReceipt, StopReason, Timing
from weighin.core.runs.chat import Prompt
from weighin.core.runs.conditions import Conditions
from weighin.core.runs.lane import LABELS, LaneSetup, Mode

BUSY = Conditions(other_cores=1.4, used_cores=2.0)
TEST = SpeedTest("2026-11-29T10:00:00+00:00", 2, 128, (100.0, 101.0, 99.0, 100.5), 256, (400.0, 410.0))


def timing(rate: float, tokens: int = 257, **more: object) -> Timing:
    """So many tokens at `rate`."""
    return replace(
        Timing(prompt_tokens=36, prompt_s=0.2, first_token_s=0.2, generated_tokens=tokens, characters=4 * tokens,
               generation_s=(tokens - 1) / rate, total_s=0.2 + (tokens - 1) / rate), **more)  # fmt: skip


def lane(*timings: Timing, label: str = "A", **more: object) -> LaneResult:
    setup = LaneSetup(ModelFacts(label, f"/m/{label}.gguf", 7, "llama", "Q8_0", 1, 1))
    answer = Answer("x", "", StopReason.END, timings[-1], MemoryReceipt(total_bytes=5))
    rounds = timings if len(timings) > 1 else ()
    return replace(LaneResult(label, setup, answer, rounds), **more)


def pair(a: LaneResult, b: LaneResult, mode: Mode = Mode.ALONE) -> Comparison:
    results = tuple(replace(result, label=label) for result, label in zip((a, b), LABELS, strict=True))
    request = ComparisonRequest(Prompt("hello"), mode, (a.setup, b.setup))
    return Comparison("c1", "2026-11-29T10:00:00+00:00", request, results)


@pytest.mark.parametrize(
    ("made", "lacks"),
    [
        ((timing(100),), None),
        ((timing(40, 64),), Shortfall.SHORT),  # 64 tokens, but in 1.6 s
        ((timing(10, 40),), Shortfall.SHORT),  # 3.9 s, but 40 tokens
        ((timing(100, conditions=BUSY),), Shortfall.DISTURBED),
        ((Timing(disturbed=True),), Shortfall.DISTURBED),
        ((Timing(generated_tokens=2),), Shortfall.SHORT),
        ((timing(100, 2, conditions=BUSY),), Shortfall.SHORT),  # more quiet would not make it longer
        ((timing(100, counting=Counting.PIECES),), Shortfall.UNCOUNTED),
        ((timing(100, counting=Counting.SERVER),), None),
        ((timing(100, conditions=BUSY), timing(90)), None),
        ((timing(100, 26),) * 3, Shortfall.SHORT),
        ((timing(100, 26),) * 4, None),  # a quarter of a second each, and they agree
        (tuple(timing(r, 26) for r in (50, 100, 150, 100)), Shortfall.UNSTEADY),
        ((timing(4435, 39),) * 5, Shortfall.SHORT),  # some milliseconds are no measurement, however often
    ],
)
def test_what_is_a_measurement_of_the_model(made: tuple[Timing, ...], lacks: Shortfall | None) -> None:
    found = measured_speed(lane(*made))
    assert found.lacks is lacks
    assert (found.speed is None) == (lacks is not None)


def test_a_failed_lane_has_no_speed_whatever_it_wrote() -> None:
    whole = lane(timing(100))
    failed = replace(
        whole, answer=replace(whole.answer, failure=Failure("nan", "It broke."), stop_reason=StopReason.FAILED)
    )
    assert measured_speed(failed).lacks is Shortfall.FAILED
    verdict = speed_verdict(pair(whole, failed))
    assert verdict is not None
    assert (verdict.sentence, verdict.better, verdict.remedy) == (
        "B gave no whole answer: speeds are not comparable.", "", None)  # fmt: skip


def test_stop_leaves_nothing_to_test_and_no_answer_where_nothing_was_written() -> None:
    """Seen: "A wrote 45 tokens and B wrote 0 tokens", and a test of A, after Stop before B's turn."""

    def stopped(made: LaneResult) -> LaneResult:
        return replace(made, answer=replace(made.answer, stop_reason=StopReason.CANCELLED))

    written, empty = stopped(lane(timing(20, 45))), stopped(lane(Timing()))
    verdict = speed_verdict(pair(written, empty))
    assert verdict is not None and verdict.sentence == "B gave no whole answer: speeds are not comparable."
    assert not needs_speed_tests(pair(written, empty))
    assert not needs_speed_tests(pair(lane(timing(100, 2)), written))
    assert measured_speed(stopped(lane(timing(100)))).speed is not None


def test_disturbed_rounds_are_left_out_of_every_number() -> None:
    mixed = lane(timing(50, conditions=BUSY), timing(100), timing(102))
    assert shown_speed(mixed) == Spread(pytest.approx(101.0), pytest.approx(100.0), pytest.approx(102.0), 2)
    only = lane(timing(50, conditions=BUSY), timing(60, conditions=BUSY))
    assert shown_speed(only) is not None and measured_speed(only).speed is None


def test_the_csv_has_the_speed_that_history_shows_beside_that_of_the_kept_answer() -> None:
    """Seen: 5,639 tok/s in History, the median of five rounds, and 6,187 in the file, that of the last."""
    rounds = lane(*map(timing, (90, 100, 104)))
    made = pair(rounds, lane(Timing(generated_tokens=2)))
    a, b = csv.DictReader(io.StringIO(comparison_csv(made)))
    shown = shown_speed(made.results[0])
    assert shown is not None and float(a["median_generation_tokens_per_s"]) == shown.median == pytest.approx(100)
    assert (a["rounds_counted"], b["rounds_counted"], b["median_generation_tokens_per_s"]) == ("3", "0", "")


def test_reading_is_said_of_the_model_only_where_enough_was_read() -> None:
    long = timing(100, prompt_tokens=512, prompt_s=1.0)
    assert measured_prompt_speed(lane(long)) == Spread(512.0, 512.0, 512.0, 1)
    assert measured_prompt_speed(lane(replace(long, cached_tokens=450))) is None
    assert measured_prompt_speed(lane(replace(long, prompt_s=0.1))) is None
    assert measured_prompt_speed(lane(replace(long, conditions=BUSY))) is None


@pytest.mark.parametrize(
    ("a", "b", "sentence", "better", "remedy"),
    [
        (102.0, 65.3, "A writes 1.6 times as fast.", "A", None),
        (60.0, 65.3, "Both write about equally fast.", "", None),  # single runs, under a tenth
        (60.0, 68.0, "B writes 1.13 times as fast.", "B", None),
    ],
)
def test_the_verdict_of_single_runs(a: float, b: float, sentence: str, better: str, remedy: Remedy | None) -> None:
    verdict = speed_verdict(pair(lane(timing(a)), lane(timing(b))))
    assert verdict is not None
    assert (verdict.sentence, verdict.better, verdict.remedy) == (sentence, better, remedy)


def test_ranges_that_meet_are_about_as_fast_and_those_that_do_not_are_told_apart() -> None:
    a, b = (100.0, 104.0, 108.0), (97.0, 99.0, 101.0)
    meet = speed_verdict(pair(lane(*map(timing, a)), lane(*map(timing, b))))
    apart = speed_verdict(pair(lane(*map(timing, a)), lane(*map(timing, (96.0, 97.0, 98.0)))))
    assert meet is not None and apart is not None
    assert (meet.better, apart.better) == ("", "A")
    assert apart.sentence == "A writes 1.07 times as fast."


def test_two_disturbed_runs_say_nothing_and_offer_to_measure_again() -> None:
    """Seen: 3.96 and 4.69 tok/s beside other programs became "B writes 1.2 times as fast"; idle it was 102 and 65."""
    verdict = speed_verdict(pair(lane(timing(3.96, conditions=BUSY)), lane(timing(4.69, conditions=BUSY))))
    assert verdict is not None
    assert verdict.sentence == "Speeds are not comparable: other programs used 1.4 cores."
    assert (verdict.better, verdict.speeds, verdict.remedy) == ("", None, Remedy.AGAIN)


def test_what_disturbed_both_is_said_once() -> None:
    busier = replace(BUSY, other_cores=1.7)
    verdict = speed_verdict(pair(lane(timing(3.96, conditions=BUSY)), lane(timing(4.69, conditions=busier))))
    assert verdict is not None
    assert verdict.sentence == "Speeds are not comparable: other programs used 1.4 to 1.7 cores."
    slept = speed_verdict(pair(lane(timing(3.96, disturbed=True)), lane(timing(4.69, disturbed=True))))
    assert slept is not None and slept.sentence == "Speeds are not comparable: the computer slept."


def test_short_answers_are_judged_by_speed_tests_of_both() -> None:
    short = lane(timing(100, 2))
    assert needs_speed_tests(pair(short, short)) and needs_speed_tests(pair(lane(timing(100)), short))
    assert not needs_speed_tests(pair(lane(timing(100)), lane(timing(10))))
    assert not needs_speed_tests(pair(short, short, Mode.TOGETHER))
    bare = speed_verdict(pair(short, lane(timing(100, 1))))
    assert bare is not None
    assert bare.sentence == "Both answers are too short to compare speeds."
    assert bare.remedy is Remedy.LONGER
    one = speed_verdict(pair(replace(short, speed_test=TEST), lane(timing(100, 2))))
    assert one is not None and one.speeds is None
    slower = replace(TEST, generation_rates=(50.0, 51.0, 50.5, 49.0))
    both = speed_verdict(pair(replace(short, speed_test=TEST), replace(short, speed_test=slower)))
    assert both is not None
    assert (both.sentence, both.better, both.tests) == ("In the speed test A writes 2.0 times as fast.", "A", True)
    # A long answer beside a short one: a test is held against a test.
    mixed = speed_verdict(pair(replace(lane(timing(10)), speed_test=TEST), replace(short, speed_test=slower)))
    assert mixed is not None and mixed.tests and mixed.better == "A"


def test_what_the_user_stopped_is_tested_only_when_asked() -> None:
    short = lane(timing(100, 2))
    stopped = replace(short, answer=replace(short.answer, stop_reason=StopReason.CANCELLED))
    assert not needs_speed_tests(pair(short, stopped)) and can_be_tested(pair(short, stopped))
    assert not can_be_tested(pair(lane(timing(100)), lane(timing(10)))), "nothing is lacking"


@pytest.mark.parametrize(
    ("tokens", "rate", "asked", "rounds"),
    [
        (300, 200.0, 1, 4),  # 1.5 s, a little too short
        (40, 400.0, 1, 8),  # 0.1 s each: half a second together, and as much again in half of them
        (10, 20.0, 1, 10),  # 64 tokens together
        (10, 20.0, 10, 0),  # was asked already
        (2, 20.0, 1, 0),  # 20 rounds of them are not 64 tokens
        (1, 20.0, 1, 0),
    ],
)
def test_how_many_rounds_would_tell_the_speed(tokens: int, rate: float, asked: int, rounds: int) -> None:
    made = pair(lane(timing(rate, tokens)), lane(timing(10)))
    assert rounds_to_measure(replace(made, request=replace(made.request, repeat=asked))) == rounds


def test_rounds_that_do_not_agree_are_doubled() -> None:
    loose = lane(*(timing(rate, 100) for rate in (60.0, 90.0, 70.0, 120.0)))
    assert measured_speed(loose).lacks is Shortfall.UNSTEADY
    made = pair(loose, lane(timing(10)))
    asked = [rounds_to_measure(replace(made, request=replace(made.request, repeat=n))) for n in (1, 4, 15, 20)]
    assert asked == [4, 8, 20, 0]


def test_rounds_go_on_until_they_are_long_enough_together() -> None:
    short = [timing(20.0, 10)] * 4
    assert enough([short, short]) and not says_enough([short, short])
    assert says_enough([short * 2, short * 2])
    assert says_enough([[replace(one, counting=Counting.PIECES) for one in short]]), "more would not be counted either"


def test_two_at_once_have_no_verdict_on_speed() -> None:
    assert speed_verdict(pair(lane(timing(100)), lane(timing(50)), Mode.TOGETHER)) is None


def test_better_where_less_is_better() -> None:
    a, b = Spread(1.0, 0.9, 1.1, 5), Spread(2.0, 1.9, 2.1, 5)
    assert (better_of(a, b), better_of(a, b, smaller_is_better=True)) == ("B", "A")


@given(st.integers(4, 20), st.integers(0, 1000))
def test_the_uncertainty_is_that_of_an_interval_that_covers_the_median(n: int, seed: int) -> None:
    """Of a known distribution: the interval is symmetric in ranks, and never narrower than its coverage asks for."""
    draw = random.Random(seed)
    values = [math.exp(draw.gauss(0, 0.3)) for _ in range(n)]
    known = uncertainty(values)
    assert known is not None
    ordered = sorted(values)
    assert 0 <= known <= (ordered[-1] - ordered[0]) / 2 / ((ordered[(n - 1) // 2] + ordered[n // 2]) / 2) + 1e-12
    assert uncertainty(values[:3]) is None


def test_the_interval_behind_the_uncertainty_covers_the_median_as_often_as_it_says() -> None:
    draw, covered, tries = random.Random(1), 0, 4000
    for _ in range(tries):
        values = [1 + draw.gauss(0, 0.1) for _ in range(8)]
        ordered, half = sorted(values), uncertainty(values)
        assert half is not None
        low, high = ordered[1], ordered[6]  # P = 0.93; the next ones would cover 0.71 only
        middle = (ordered[3] + ordered[4]) / 2
        assert half == pytest.approx((high - low) / 2 / middle)
        covered += low <= 1.0 <= high
    assert covered / tries >= 0.91


def test_rounds_far_apart_are_not_enough_although_two_medians_agree() -> None:
    """Seen: "4 of 5, medians agree within 5 %" beside a range of 860 to 5,819 tok/s."""
    wild = [timing(rate) for rate in (2389, 2389, 860, 5819, 2389, 2389)]
    steady = [timing(rate) for rate in (2389, 2400, 2390, 2380, 2389, 2395)]
    assert not enough([wild[:4], steady[:4]])
    assert enough([steady[:4], steady[:4]])


def test_the_export_says_what_the_window_says() -> None:
    made = pair(replace(lane(timing(100, 2)), speed_test=TEST), replace(lane(timing(100, 2)), speed_test=TEST))
    body = comparison_json(made)
    assert body["speed"]["sentence"] == "In the speed test both write about equally fast."
    assert body["speed"]["from_speed_test"] is True and body["speed"]["better"] is None
    assert body["lanes"][0]["speed_test"]["generation_tokens_per_s"]["median"] == pytest.approx(100.25)
    page = comparison_markdown(made)
    assert "In the speed test both write about equally fast." in page
    assert "Speed test of 2026-11-29" in page
    assert comparison_json(pair(lane(timing(1)), lane(timing(1)), Mode.TOGETHER))["speed"] is None


def test_a_record_with_a_speed_test_comes_back_and_one_without_is_read() -> None:
    kept = replace(lane(timing(100, 2)), speed_test=TEST)
    plain = to_plain(kept)
    assert from_plain(LaneResult, plain).speed_test == TEST
    del plain["speed_test"]
    assert from_plain(LaneResult, plain).speed_test is None


def test_a_speed_test_has_rates_and_says_whether_they_agree() -> None:
    assert TEST.is_steady
    assert not replace(TEST, generation_rates=(100.0, 100.0)).is_steady
    assert not replace(TEST, generation_rates=(50.0, 100.0, 150.0, 100.0)).is_steady
    for bad in ((), (0.0,), (-1.0,)):
        with pytest.raises(ValueError, match="rates"):
            replace(TEST, generation_rates=bad)

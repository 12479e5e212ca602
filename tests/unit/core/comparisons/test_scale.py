"""The scale: the rows, who is better in each, and the one sentence that they carry."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.core.comparisons.test_speed import BUSY, TEST, lane, pair, timing

from weighin.core.comparisons.comparison import Comparison, Slowdown
from weighin.core.comparisons.scale import LaneReading, ScaleRow, live_rows, scale_of, shares
from weighin.core.comparisons.speed import Remedy
from weighin.core.runs.answer import Failure, MemoryReceipt, StopReason
from weighin.core.runs.energy import Energy
from weighin.core.runs.lane import Mode


def weighed(made: Comparison, a: int | None, b: int | None) -> Comparison:
    """The same with these peaks in bytes."""
    results = tuple(
        replace(result, answer=replace(result.answer, memory=MemoryReceipt(total_bytes=peak, peak_bytes=peak)))
        for result, peak in zip(made.results, (a, b), strict=True)
    )
    return replace(made, results=results)


def better(made: Comparison) -> dict[str, str]:
    return {row.label: row.better for row in scale_of(made).rows}


def said(made: Comparison) -> dict[str, tuple[str, str]]:
    return {row.label: row.values for row in scale_of(made).rows}


def test_four_rows_in_their_order() -> None:
    made = weighed(pair(lane(timing(102)), lane(timing(65.3))), 1_000_000_000, 1_500_000_000)
    scale = scale_of(made)
    assert [(row.label, *row.values, row.less_is_better) for row in scale.rows] == [
        ("Generation speed", "102 tok/s", "65.3 tok/s", False),
        ("Time to first token", "200 ms", "200 ms", True),
        ("Prompt speed", "180 tok/s", "180 tok/s", False),
        ("Memory", "1.0 GB", "1.5 GB", True),
    ]
    assert scale.sentence == "A writes 1.6 times as fast and needs 500 MB less memory."
    assert (scale.caution, scale.remedy, scale.lacks_alone) == ("", None, False)
    assert better(made) == {
        "Generation speed": "A", "Time to first token": "", "Prompt speed": "", "Memory": "A",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("a", "b", "rates", "sentence"),
    [
        (1500, 1000, (100, 50), "A writes 2.0 times as fast. B needs 500 bytes less memory."),
        (1500, 1000, (50, 100), "B writes 2.0 times as fast and needs 500 bytes less memory."),
        (1000, 1500, (60, 62), "Both write about equally fast. A needs 500 bytes less memory."),
        (1000, 1030, (60, 62), "Both write about equally fast."),  # within 5 %
        (None, 1000, (60, 62), "Both write about equally fast."),
        (0, 1000, (60, 62), "Both write about equally fast."),
    ],
)
def test_one_sentence(a: int | None, b: int | None, rates: tuple[float, float], sentence: str) -> None:
    made = weighed(pair(lane(timing(rates[0])), lane(timing(rates[1]))), a, b)
    assert scale_of(made).sentence == sentence


def test_disturbed_runs_make_neither_better_in_anything_that_is_timed() -> None:
    fast = timing(102, conditions=BUSY, first_token_s=0.01)
    made = weighed(pair(lane(fast), lane(timing(20, conditions=BUSY, first_token_s=0.9))), 1000, 2000)
    scale = scale_of(made)
    assert scale.caution == "Speeds are not comparable: other programs used 1.4 cores."
    assert scale.remedy is Remedy.AGAIN
    assert scale.sentence == "A needs 1.0 kB less memory.", "what the noise does not touch is said all the same"
    assert better(made) == {"Generation speed": "", "Time to first token": "", "Prompt speed": "", "Memory": "A"}
    assert scale.rows[0].values == ("102 tok/s", "20.0 tok/s")
    assert scale.rows[0].note == "one run, not a measurement"


def test_a_speed_test_says_what_it_is() -> None:
    slow = replace(TEST, generation_rates=(50.0, 51.0, 49.0, 50.0))
    short = timing(100, 2)
    made = pair(replace(lane(short), speed_test=TEST), replace(lane(short), speed_test=slow))
    row = scale_of(made).rows[0]
    assert (
        row.label == "Generation speed (test)" and row.better == "A" and row.note.startswith("speed test, 2026-11-29")
    )
    assert scale_of(made).sentence == "In the speed test A writes 2.0 times as fast."


def test_rounds_are_shown_by_their_median_and_told_with_their_range() -> None:
    made = pair(lane(*(timing(r) for r in (99, 100, 101))), lane(*(timing(r) for r in (50, 49, 51))))
    row = scale_of(made).rows[0]
    assert (row.a, row.values) == ("100 (99.0–101) tok/s", ("100 tok/s", "50.0 tok/s"))
    assert row.note == "median and range of 3 rounds" and row.better == "A"
    assert (row.share_a, row.share_b) == (1.0, 0.5)
    noisy = pair(lane(*(timing(r) for r in (70, 100, 130))), lane(*(timing(r) for r in (60, 80, 110))))
    assert scale_of(noisy).rows[0].better == "", "their ranges overlap"


def test_running_at_once_names_no_winner_but_what_it_cost() -> None:
    made = pair(lane(timing(100)), lane(timing(20)), Mode.TOGETHER)
    assert better(made)["Generation speed"] == better(made)["Time to first token"] == ""
    assert scale_of(made).sentence == "" and scale_of(made).caution == ""
    held = replace(
        made, slowdowns=(Slowdown("x", True, 0.61, 0.5, shared_s=2.0), Slowdown("x", True, 0.8, shared_s=2.0))
    )
    assert scale_of(held).sentence == "Running at the same time, A kept 61 % of its speed and B kept 80 % of its speed."


def test_a_lane_that_failed_has_no_verdict() -> None:
    broken = lane(timing(10, 3))
    answer = replace(broken.answer, stop_reason=StopReason.FAILED, failure=Failure("crash", "It crashed."))
    scale = scale_of(pair(lane(timing(100)), replace(broken, answer=answer)))
    assert scale.caution == "B gave no whole answer: speeds are not comparable."
    assert scale.remedy is None and scale.rows[0].better == ""


def test_energy_has_a_row_only_where_it_was_counted() -> None:
    plain = pair(lane(timing(100)), lane(timing(100)))
    assert "Energy per answer" not in said(plain)
    counted = pair(lane(timing(100, energy=Energy(10.0, "RAPL"))), lane(timing(100, energy=Energy(30.0, "RAPL"))))
    assert said(counted)["Energy per answer"] == ("10.0 J", "30.0 J")
    assert better(counted)["Energy per answer"] == "A"
    half = pair(lane(timing(100, energy=Energy(10.0, "RAPL"))), lane(timing(100)))
    assert said(half)["Energy per answer"] == ("10.0 J", "-") and better(half)["Energy per answer"] == ""


@pytest.mark.parametrize(
    ("a", "b", "lengths"),
    [
        (10.0, 5.0, (1.0, 0.5)),
        (None, 5.0, (None, 1.0)),
        (0.0, 5.0, (0.0, 1.0)),
        (None, None, (None, None)),
        (0.0, 0.0, (None, None)),
    ],
)
def test_lengths_of_bars(a: float | None, b: float | None, lengths: tuple[float | None, float | None]) -> None:
    assert shares(a, b) == lengths


def test_live_rows_have_the_order_and_the_words_of_the_final_ones_and_no_winner() -> None:
    rows = live_rows(LaneReading(88.0, 0.03, 920.0, 54_700_000), LaneReading())
    assert [row.label for row in rows] == [row.label for row in scale_of(pair(lane(timing(1)), lane(timing(1)))).rows]
    assert [row.values for row in rows] == [
        ("88.0 tok/s", "-"), ("30 ms", "-"), ("920 tok/s", "-"), ("54.7 MB", "-"),
    ]  # fmt: skip
    assert {row.better for row in rows} == {""}
    assert [(row.share_a, row.share_b) for row in rows] == [(1.0, None)] * 4


def test_a_reading_of_a_whole_answer() -> None:
    assert LaneReading.of(timing(100), 5) == LaneReading(100.0, 0.2, 180.0, 5)


def test_what_has_no_short_form_is_shown_as_it_is() -> None:
    assert ScaleRow("x", "1", "2").values == ("1", "2")

"""Repeated rounds: when they are enough, what they say, what disturbs them, and what running together costs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighin.core.comparisons.comparison import Comparison, ComparisonRequest, LaneResult
from weighin.core.comparisons.report import number_lines
from weighin.core.comparisons.rounds import Spread, enough, last_change, schedule, speeds, spread
from weighin.core.comparisons.text import conditions_words, rounds_words
from weighin.core.models.model import ModelFacts
from weighin.core.runs.answer import Answer, Counting, MemoryReceipt, StopReason, Timing
from weighin.core.runs.chat import Prompt
from weighin.core.runs.conditions import Conditions, disturbances
from weighin.core.runs.lane import LABELS, LaneSetup, Mode


def timing(rate: float = 10.0, total: float = 5.0, **more: object) -> Timing:
    """Ten tokens at `rate`."""
    return replace(
        Timing(prompt_tokens=20, prompt_s=0.5, first_token_s=0.6, generated_tokens=11, generation_s=10 / rate,
               characters=44, total_s=total), **more)  # fmt: skip


@given(st.integers(2, 20))
def test_the_order_gives_nobody_the_warmer_half(repeat: int) -> None:
    steps = [step for step in schedule(repeat) if step.number]
    places = [[at for at, step in enumerate(steps) if step.lane == lane] for lane in (0, 1)]
    assert [len(found) for found in places] == [repeat, repeat]
    assert abs(sum(places[0]) - sum(places[1])) <= (0 if repeat % 2 == 0 else 1)


def test_medians_and_ranges() -> None:
    assert spread([3.0, None, 1.0, 10.0]) == Spread(3.0, 1.0, 10.0, 3)
    assert spread([4.0, 2.0]) == Spread(3.0, 2.0, 4.0, 2)
    assert spread([None]) is None


def test_two_medians_are_compared_after_each_whole_a_b_b_a() -> None:
    assert last_change([10, 10, 10]) is None  # in the middle of one
    assert last_change([10, 10]) is None
    assert last_change([10, 10, 10, 10]) == 0
    assert last_change([10, 12, 20, 22]) == pytest.approx((16 - 11) / 16)


def test_rounds_are_enough_when_both_lanes_agree() -> None:
    steady, wild = [timing(10.0)] * 4, [timing(rate) for rate in (10, 10, 14, 15)]
    assert enough([steady, steady])
    assert not enough([steady, wild])
    assert not enough([steady[:3], steady[:3]])
    assert not enough([])


def test_answers_too_short_for_a_speed_are_compared_by_their_time() -> None:
    short = [replace(timing(total=total), generated_tokens=2) for total in (1.0, 1.0, 1.01, 1.0)]
    assert speeds(short) == pytest.approx((1, 1, 1 / 1.01, 1))
    assert enough([short])
    assert not enough([[replace(one, total_s=None) for one in short]])


@pytest.mark.parametrize(
    ("conditions", "said"),
    [
        (Conditions(), ()),
        (Conditions(on_battery=True, other_cores=0.2), ()),
        (Conditions(other_cores=0.8), ("other programs used 0.8 cores",)),
        (Conditions(other_cores=0.8, spare_cores=2.0, used_cores=2.0), ("other programs used 0.8 cores",)),
        (Conditions(other_cores=7.0, spare_cores=15.0, used_cores=16.0), ("other programs used 7.0 cores",)),
        (Conditions(other_cores=1.5, spare_cores=1.0, used_cores=16.0), ()),
        (Conditions(suspended=True, throttled=True, power_changed=True),
         ("the computer slept", "power was plugged in or out", "the processor was throttled")),
    ],
)  # fmt: skip
def test_what_disturbs(conditions: Conditions, said: tuple[str, ...]) -> None:
    assert conditions.disturbances == said


def test_each_reason_is_named_once() -> None:
    """Seen: "other programs used 1.3 cores, other programs used 1.7 cores", too long for its line."""
    busy = [Conditions(other_cores=cores) for cores in (1.7, 0.1, 1.3)]
    assert disturbances(busy) == ("other programs used 1.3 to 1.7 cores",)
    assert disturbances([busy[0], busy[1]]) == ("other programs used 1.7 cores",)
    assert disturbances([*busy, Conditions(throttled=True), Conditions(throttled=True)]) == (
        "the processor was throttled",
        "other programs used 1.3 to 1.7 cores",
    )
    assert disturbances([]) == ()


def test_conditions_in_words() -> None:
    calm = timing(conditions=Conditions(on_battery=False, other_cores=0.1))
    loaded = timing(conditions=Conditions(on_battery=True, other_cores=1.3))
    assert conditions_words((calm,)) == "on AC power, background load 0.1 cores"
    unseen = Conditions(used_cores=4.0, suspended=None)
    assert unseen.words == "" and not unseen.disturbances
    assert Conditions(throttled=False, other_cores=0.0, used_cores=4.0).words == "background load 0.0 cores"
    assert Conditions().words == ""  # of a server
    assert conditions_words((loaded,)) == "other programs used 1.3 cores, on battery"
    assert conditions_words((calm, loaded, calm)) == "1 of 3 disturbed: other programs used 1.3 cores"
    assert conditions_words((timing(),)) == ""


MODELS = tuple(
    ModelFacts(name, f"/m/{name}.gguf", size, "llama", "Q8_0", 1, 1) for name, size in (("One", 7), ("Two", 8))
)


def comparison(
    mode: Mode, rates: tuple[float, float], repeat: int = 1, prompt: str = "hello", **more: object
) -> Comparison:
    setups = tuple(LaneSetup(model) for model in MODELS)
    results = tuple(
        LaneResult(label, setup, Answer("x", "", StopReason.END, timing(rate), MemoryReceipt(total_bytes=5)),
                   tuple(timing(rate + n) for n in range(repeat)))
        for label, setup, rate in zip(LABELS, setups, rates, strict=True)
    )  # fmt: skip
    request = ComparisonRequest(Prompt(prompt), mode, setups, repeat)
    return replace(Comparison(f"{mode.value}1", "2026-11-24T03:00:00+00:00", request, results), **more)


def test_how_many_rounds_and_why_not_more() -> None:
    result = comparison(Mode.ALONE, (100.0, 20.0), 4).results[0]
    assert rounds_words(result, 10) == "4 of 10, median within 5 %"
    assert rounds_words(replace(result, rounds=result.rounds[:3], spoiled=result.rounds[3:]), 3) == (
        "3 of 3, 1 disturbed one repeated"
    )
    assert rounds_words(replace(result, rounds=tuple(timing(r) for r in (10, 10, 20, 21))), 4).endswith(
        "median only within 37 %"
    )
    assert rounds_words(replace(result, rounds=result.rounds[:1]), 1) == ""


def test_nothing_is_loaded_from_a_server() -> None:
    made = comparison(Mode.ALONE, (100.0, 20.0))
    one = made.results[0]
    remote = replace(one, answer=replace(one.answer, timing=timing(load_s=0.2, counting=Counting.SERVER)))
    assert "Connection time 200 ms" in number_lines(remote, made)[1]
    assert "Load time -" in number_lines(one, made)[1]

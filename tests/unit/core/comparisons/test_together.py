"""What running together costs: counted only while both lanes computed, and recomputed from the record."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighin.core.comparisons.comparison import Comparison, ComparisonRequest, LaneResult, Slowdown
from weighin.core.comparisons.finished import finished
from weighin.core.comparisons.report import comparison_csv, comparison_json, comparison_markdown, number_lines
from weighin.core.comparisons.slowdown import against_alone, fits, listed_rate, overlap, side_by_side
from weighin.core.comparisons.text import (
    is_partly_alone,
    lacks_alone,
    overlap_words,
    slowdown_sentence,
    slowdown_words,
    why_no_slowdown,
)
from weighin.core.computer.hardware import UNKNOWN_MACHINE
from weighin.core.jsonable import from_plain, to_plain
from weighin.core.models.model import ModelFacts
from weighin.core.prompts.prompt_set import result_of
from weighin.core.runs.answer import Answer, MemoryReceipt, StopReason, Timing
from weighin.core.runs.chat import Message, Prompt
from weighin.core.runs.conditions import Conditions
from weighin.core.runs.lane import LABELS, EngineFacts, LaneSetup, Mode
from weighin.core.runs.options import LoadOptions
from weighin.core.runs.pace import DENSE_MARKS, MOST_MARKS, Beside, Pace, next_mark

MODELS = tuple(
    ModelFacts(name, f"/m/{name}.gguf", size, "llama", "Q8_0", 1, 1) for name, size in (("One", 7), ("Two", 8))
)


def written(*rates: tuple[int, float], reading_s: float = 0.5, begin_s: float = 0.0, **more: object) -> Timing:
    """Twenty tokens read, then so many tokens written at such a rate, and so many at another one."""
    moments = [0.6]
    for count, rate in rates:
        moments += [moments[-1] + (n + 1) / rate for n in range(count)]
    tokens = len(moments)
    pace = Pace(begin_s, 0.05, tuple(moments), tuple(range(1, tokens + 1)))
    return replace(
        Timing(prompt_tokens=20, prompt_s=reading_s, first_token_s=0.6, generated_tokens=tokens,
               generation_s=moments[-1] - 0.6, characters=4 * tokens, total_s=moments[-1], pace=pace),
        **more,
    )  # fmt: skip


def together(*timings: Timing) -> Comparison:
    """One round of two lanes at once."""
    return record(Mode.TOGETHER, [(one,) for one in side_by_side(timings)])


def record(mode: Mode, rounds: list[tuple[Timing, ...]], prompt: str = "hello") -> Comparison:
    setups = tuple(LaneSetup(model) for model in MODELS)
    results = tuple(
        LaneResult(label, setup, Answer("x", "", StopReason.END, made[-1], MemoryReceipt(total_bytes=5)), made)
        for label, setup, made in zip(LABELS, setups, rounds, strict=True)
    )
    request = ComparisonRequest(Prompt(prompt), mode, setups, len(rounds[0]))
    return Comparison(f"{mode.value}1", "2026-11-24T03:00:00+00:00", request, results)


ALONE = record(Mode.ALONE, [(written((40, 20.0)),), (written((40, 50.0)),)])


def test_what_one_wrote_when_the_other_had_ended_is_no_part_of_it() -> None:
    """Ten tokens at half the speed, then the partner ends and thirty come at full speed."""
    both = together(written((10, 10.0), (30, 20.0)), written((40, 40.0)))
    found = against_alone(both, ALONE)
    one, two = found.slowdowns
    assert both.results[0].answer.timing.generation_tokens_per_s == pytest.approx(16.0), "of the whole answer: 80 %"
    assert one.writing == pytest.approx(0.5)
    assert (one.shared_tokens, one.shared_s) == (11, pytest.approx(1.6))
    assert two.writing == pytest.approx(0.8)
    assert two.shared_share == pytest.approx(1.0)
    assert [is_partly_alone(result.rounds) for result in both.results] == [True, False]
    assert overlap_words(both.results[0], both) == "1.60 s of 3.10 s (52 %), 11 of 41 tokens at 10.0 tok/s"
    assert "1.60 s of 1.60 s (100 %), 41 of 41 tokens" in overlap_words(both.results[1], both)
    assert slowdown_sentence(one).endswith("measured on the same prompt, while both ran (1.60 s)")
    assert "41 tok, 10.0 tok/s (while both ran)" in number_lines(found.results[0], found)[0]
    assert "(while both ran)" not in number_lines(found.results[1], found)[0]


def test_lists_without_room_for_a_remark_tell_what_both_wrote_at_once() -> None:
    both = together(written((10, 10.0), (30, 20.0)), written((40, 40.0)))
    assert [listed_rate(result.answer.timing) for result in both.results] == pytest.approx([10.0, 40.0])
    found = result_of(0, both)
    assert found.a.generation_tokens_per_s == pytest.approx(10.0)
    assert listed_rate(ALONE.results[0].answer.timing) == pytest.approx(20.0)


def test_later_tokens_are_held_against_the_same_tokens_alone() -> None:
    """Alone, too, the first ten come quickly and the others slowly: where text is long, each token costs more."""
    alone = replace(
        ALONE, results=(replace(ALONE.results[0], rounds=(written((10, 20.0), (30, 5.0)),)), ALONE.results[1])
    )
    both = together(written((10, 10.0), (30, 5.0)), written((40, 40.0)))
    assert against_alone(both, alone).slowdowns[0].writing == pytest.approx(0.5)
    other = replace(alone, request=replace(alone.request, prompt=Prompt("another")))
    whole = alone.results[0].rounds[0].generation_tokens_per_s
    assert against_alone(both, other).slowdowns[0].writing == pytest.approx(10 / whole)


def test_a_lane_that_began_later_is_cut_at_its_beginning() -> None:
    early, late = written((40, 10.0)), written((40, 20.0), begin_s=3.0)
    one, two = (overlap(timing) for timing in side_by_side((early, late)))
    assert (one.seconds, two.seconds) == (pytest.approx(1.6), pytest.approx(1.6))
    assert one.writing.first > 20 and one.writing.last == 41 and one.reading == 0.0 and one.first_token == 0.0
    assert two.reading == 1.0 and two.writing_share == pytest.approx(0.5)


def test_two_that_never_computed_at_once_share_nothing() -> None:
    found = side_by_side((written((10, 10.0)), written((10, 10.0), begin_s=9.0)))
    assert [timing.beside.end_s - timing.beside.begin_s for timing in found] == [0.0, 0.0]
    assert [overlap(timing).writing for timing in found] == [None, None]
    both = record(Mode.TOGETHER, [(one,) for one in found])
    assert against_alone(both, ALONE) is both
    assert not lacks_alone(both)


def test_too_few_tokens_at_once_are_no_speed_and_it_is_said_why() -> None:
    both = together(written((40, 2.0)), written((7, 3.0)))  # its eighth token is its end
    one, two = against_alone(both, ALONE).slowdowns
    assert one.writing is None and one.reading == 1.0 and one.shared_tokens == 5
    assert two.writing is not None
    assert why_no_slowdown(both.results[0]) == ("Only 5 tokens came while both ran; 8 are needed.",)
    assert why_no_slowdown(both.results[1]) == ()
    body = comparison_json(both)
    assert body["lanes"][0]["slowdown_missing"] == list(why_no_slowdown(both.results[0]))
    assert "8 are needed" in comparison_markdown(both)


@pytest.mark.parametrize(("ends_s", "share"), [(0.53, 0.96), (0.52, None)])
def test_reading_counts_where_the_other_computed_during_nearly_all_of_it(ends_s: float, share: float | None) -> None:
    """Reading goes from 0.05 to 0.55 s."""
    made = written((40, 20.0), beside=Beside(0.0, ends_s))
    assert overlap(made).reading == pytest.approx((ends_s - 0.05) / 0.5)
    assert overlap(made).has_reading == (share is not None)
    both = record(Mode.TOGETHER, [(made,), side_by_side((written((40, 20.0)), written((40, 20.0))))[:1]])
    slowdown = against_alone(both, ALONE).slowdowns[0]
    assert (slowdown.reading if slowdown else None) == (1.0 if share else None)
    said = " ".join(why_no_slowdown(both.results[0]))
    assert ("Prompt speed: the other model ran during only 94 % of it; 95 % are needed." in said) == (share is None)
    assert "Time to first token: " in said


def test_nobody_knows_of_older_records() -> None:
    bare = replace(written((40, 10.0)), pace=None)
    both = record(Mode.TOGETHER, [(bare,), (bare,)])
    assert against_alone(both, ALONE) is both
    assert overlap_words(both.results[0], both) == "not recorded"
    assert why_no_slowdown(both.results[0]) == ("How long both ran was not recorded.",)
    assert not lacks_alone(both)
    body = to_plain(both)
    for result in body["results"]:
        for timing in (result["answer"]["timing"], *result["rounds"]):
            del timing["pace"], timing["beside"]
    body["slowdowns"] = [{"alone": "x", "same_prompt": True, "writing": 0.5}, None]
    old = from_plain(Comparison, body)
    assert old.results == both.results
    assert "how long both ran was not recorded" in slowdown_sentence(old.slowdowns[0])


def test_the_record_alone_gives_the_same_numbers_again() -> None:
    both = against_alone(together(written((10, 10.0), (30, 20.0)), written((40, 40.0))), ALONE)
    read = from_plain(Comparison, to_plain(both))
    assert against_alone(replace(read, slowdowns=()), from_plain(Comparison, to_plain(ALONE))) == both
    body = comparison_json(both)["lanes"][0]
    timing = body["timing"]
    inside = [n for n, at in enumerate(timing["pace"]["mark_s"])
              if timing["beside"]["begin_s"] <= at <= timing["beside"]["end_s"]]  # fmt: skip
    seconds = timing["pace"]["mark_s"][inside[-1]] - timing["pace"]["mark_s"][inside[0]]
    tokens = timing["pace"]["mark_tokens"][inside[-1]] - timing["pace"]["mark_tokens"][inside[0]]
    assert timing["side_by_side"]["tokens_per_s"] == pytest.approx(tokens / seconds)
    assert timing["side_by_side"]["tokens"] == tokens + 1
    assert body["slowdown"]["shared_s"] == pytest.approx(1.6)
    header, first, _ = comparison_csv(both).splitlines()
    assert "side_by_side_tokens_per_s" in header and "mark_s" not in first


def test_lanes_that_took_turns_share_nothing() -> None:
    assert [overlap(one) for one in side_by_side((written((40, 20.0), begin_s=77.0),))] == [None]
    assert side_by_side((written((40, 20.0), begin_s=77.0),))[0].pace.begin_s == 0.0
    assert overlap_words(ALONE.results[0], ALONE) == ""
    assert comparison_json(ALONE)["lanes"][0]["slowdown_missing"] == []


def test_a_lane_whose_partner_failed_or_slept_knows_of_nobody_beside_it() -> None:
    made = side_by_side((written((40, 20.0)), Timing(generated_tokens=3)))
    assert made[0].beside is None and made[1].beside is None
    slept = replace(written((40, 20.0)), disturbed=True)
    assert slept.pace is None and side_by_side((slept, written((40, 20.0))))[1].beside is None


def test_whether_measuring_alone_would_tell() -> None:
    both = together(written((40, 10.0)), written((40, 40.0)))
    assert lacks_alone(both)
    assert not lacks_alone(against_alone(both, ALONE))
    assert not lacks_alone(ALONE)
    stopped = replace(both.results[0], answer=replace(both.results[0].answer, stop_reason=StopReason.CANCELLED))
    assert not lacks_alone(replace(both, results=(stopped, both.results[1])))


def test_another_conversation_is_another_prompt() -> None:
    both = together(written((40, 10.0)), written((40, 40.0)))
    turns = ((Message("user", "a"), Message("assistant", "b")),) * 2
    follow_up = replace(both, request=replace(both.request, threads=turns))
    assert against_alone(both, ALONE).slowdowns[0].same_prompt
    assert not against_alone(follow_up, ALONE).slowdowns[0].same_prompt


@given(st.integers(1, 2_000_000))
def test_marks_are_few_and_never_far_apart(tokens: int) -> None:
    marks, at = [], 1
    while at <= tokens:
        marks.append(at)
        at = next_mark(at)
    assert len(marks) + 1 <= MOST_MARKS
    assert marks[:DENSE_MARKS] == list(range(1, min(tokens, DENSE_MARKS) + 1))
    assert all(later - earlier <= max(1, earlier / 30) for earlier, later in itertools.pairwise(marks))


@pytest.mark.parametrize(
    "broken",
    [lambda: Pace(0.0, None, (1.0,), ()), lambda: Pace(0.0, None, (2.0, 1.0), (1, 2)),
     lambda: Pace(0.0, None, (1.0, 2.0), (2, 1)), lambda: Beside(2.0, 1.0), lambda: Beside(-1.0, 1.0)],
)  # fmt: skip
def test_moments_that_cannot_be_are_refused(broken: object) -> None:
    with pytest.raises(ValueError, match=r"pace|lane"):
        broken()


def timing(rate: float, together: bool = False) -> Timing:
    """Ten tokens at `rate`; with the other lane beside all of it, or without."""
    made = written((10, rate))
    return replace(made, beside=Beside(0.0, made.total_s) if together else None)


def comparison(mode: Mode, rates: tuple[float, float], repeat: int = 1, prompt: str = "hello") -> Comparison:
    rounds = [tuple(timing(rate + n, mode is Mode.TOGETHER) for n in range(repeat)) for rate in rates]
    return record(mode, rounds, prompt)


def test_the_slowdown_is_of_medians_and_of_each_model_against_itself() -> None:
    alone, together = comparison(Mode.ALONE, (100.0, 20.0), 3), comparison(Mode.TOGETHER, (50.0, 19.0), 3)
    found = against_alone(together, alone)
    one, two = found.slowdowns
    assert one.writing == pytest.approx(51 / 101) and two.writing == pytest.approx(20 / 21)
    assert one.reading == 1.0 and one.alone == "alone1" and one.same_prompt
    assert slowdown_words(one) == "generation speed 50 % (49 to 52 %), prompt speed 100 %, time to first token 100 %"
    assert two.writing_range == pytest.approx((19 / 22, 21 / 20))
    assert slowdown_words(two).startswith("generation speed 95 % (86 to 105 %, within the noise)")
    assert from_plain(Comparison, {**to_plain(found), "request": to_plain(found.request)}).slowdowns == found.slowdowns
    body = comparison_json(found)
    assert body["lanes"][0]["slowdown"]["writing"] == pytest.approx(51 / 101)
    assert body["lanes"][0]["spread"]["generation_tokens_per_s"] == pytest.approx(
        {"median": 51.0, "low": 50.0, "high": 52.0, "n": 3}
    )
    assert "generation speed 50 %" in comparison_markdown(found)


def test_disturbed_rounds_and_other_engines_are_no_measure() -> None:
    alone, together = comparison(Mode.ALONE, (100.0, 20.0), 3), comparison(Mode.TOGETHER, (50.0, 19.0), 3)
    noisy = Conditions(other_cores=3.0)
    rounds = alone.results[0].rounds
    one = replace(alone.results[0], rounds=(*rounds[:2], replace(rounds[2], conditions=noisy)))
    found = against_alone(together, replace(alone, results=(one, alone.results[1])))
    assert found.slowdowns[0].writing == pytest.approx(51 / 100.5)
    spoilt = replace(one, rounds=tuple(replace(timing, conditions=noisy) for timing in rounds))
    assert not fits(together, replace(alone, results=(spoilt, alone.results[1])))
    assert not fits(together, replace(alone, engine=EngineFacts("0.3", "b1", "AVX2")))


def test_lanes_may_be_the_other_way_round() -> None:
    alone, together = comparison(Mode.ALONE, (100.0, 20.0)), comparison(Mode.TOGETHER, (50.0, 19.0))
    swapped = replace(alone, results=alone.results[::-1])
    assert against_alone(together, swapped).slowdowns[0].writing == pytest.approx(0.5)


def test_nothing_to_hold_it_against() -> None:
    together = comparison(Mode.TOGETHER, (50.0, 19.0))
    alone = comparison(Mode.ALONE, (100.0, 20.0))
    longer = replace(alone.results[0], setup=replace(alone.results[0].setup, load=LoadOptions(context=8192)))
    failed = replace(alone.results[0], answer=replace(alone.results[0].answer, stop_reason=StopReason.CANCELLED))
    for other in (longer, failed):
        assert not fits(together, replace(alone, results=(other, alone.results[1])))
    assert not fits(together, replace(alone, request=replace(alone.request, mode=Mode.TOGETHER)))
    assert fits(together, alone)
    assert against_alone(alone, alone) is alone
    assert against_alone(together, None) is together
    assert not against_alone(together, comparison(Mode.ALONE, (100.0, 20.0), prompt="other")).slowdowns[0].same_prompt


def test_what_both_did_for_a_moment_is_not_told_as_if_it_were_sure() -> None:
    long = Slowdown("alone1", True, 0.5, shared_s=1.6, shared_share=1.0, shared_tokens=9)
    brief = replace(long, shared_s=0.025)
    assert slowdown_words(long) == "generation speed 50 %"
    assert slowdown_words(brief) == "generation speed 50 % (run too short)"
    assert "too short" not in slowdown_sentence(long)
    assert slowdown_sentence(brief).endswith("while both ran (25 ms, run too short)")


def test_a_record_is_finished_in_one_way_whoever_finishes_it() -> None:
    """Computer, what running together cost and kept tests: the window, commands and replays kept different ones."""
    here, other = replace(UNKNOWN_MACHINE, processor="here"), replace(UNKNOWN_MACHINE, processor="other")
    both = together(written((10, 10.0), (30, 20.0)), written((40, 40.0)))
    asked: list[Comparison] = []
    made = finished(both, here, lambda one: asked.append(one) or ALONE, lambda *_: pytest.fail("no tests wanted"))
    assert (made.machine, made.slowdowns) == (here, against_alone(both, ALONE).slowdowns)
    assert asked == [replace(both, machine=here)], "the store is asked for a like computer"
    assert finished(replace(both, machine=other), here).machine == other

    short = record(Mode.ALONE, [(written((10, 20.0)),), (written((10, 50.0)),)])
    tested = replace(short, id="tested")
    never = finished(short, here, lambda _: pytest.fail("ran alone"), lambda *_: tested)
    assert never is tested

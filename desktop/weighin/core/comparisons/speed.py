"""Which speed may be said of a model, and which of two models is faster: the one place that decides it.

A run is a number of that run. It is a measurement of the model only where it was long enough, nothing else kept the
computer busy, or several rounds agree."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from weighin.core import format
from weighin.core.comparisons.comparison import Comparison, LaneResult
from weighin.core.comparisons.rounds import MOST_ROUNDS, Spread, enough, spread, uncertainty, undisturbed
from weighin.core.comparisons.slowdown import listed_rate
from weighin.core.comparisons.speed_test import SpeedTest
from weighin.core.runs.answer import Counting, StopReason, Timing
from weighin.core.runs.conditions import disturbances
from weighin.core.runs.lane import LABELS, Mode

# The least that one run must have written.
LEAST_S, LEAST_TOKENS = 2.0, 64
# The least that rounds too short for that must have written together, how many there must be, and how well their median
# must be known, as a share of it.
ROUNDS_S, ROUNDS, ROUNDS_UNCERTAINTY = 0.5, 4, 0.1
# Reading a prompt: below this the clock and the first batch say more than the model.
LEAST_READ_S, LEAST_READ_TOKENS = 0.5, 100
# Below this two single runs say nothing: of 500 published triples half spread by over 3.4 %, one in ten by over 15 %.
NOISE = 0.10
# With fewer measurements their range is not yet what it can be.
_FEW = 3
# Answers of other rounds may be shorter than that of the first.
_SPARE = 1.5


class Shortfall(str, Enum):
    """What a run lacks to be a measurement of its model. FAILED: there is no answer; it broke, or was stopped before
    anything was written. UNCOUNTED: a server does not count
    its tokens. UNSTEADY: the rounds do not agree."""

    FAILED = "failed"
    DISTURBED = "disturbed"
    SHORT = "short"
    UNSTEADY = "unsteady"
    UNCOUNTED = "uncounted"


@dataclass(frozen=True)
class Finding:
    """speed: tokens a second that may be said of the model, None where `lacks` says why it may not."""

    speed: Spread | None
    lacks: Shortfall | None = None


def shown_speed(result: LaneResult) -> Spread | None:
    """Generation speed in tokens a second as every list, page and export shows it: median and range of the timings that
    count; together with the other lane, of what was written while both computed. None where it would be nonsense."""
    return spread(map(listed_rate, result.timings))


def measured_speed(result: LaneResult) -> Finding:
    """What the timings of a lane that ran alone say of the generation speed of its model."""
    answer = result.answer
    stopped_empty = answer.stop_reason is StopReason.CANCELLED and not answer.timing.generated_tokens
    if answer.failure or answer.stop_reason is StopReason.FAILED or stopped_empty:
        return Finding(None, Shortfall.FAILED)
    return speed_of(result.timings)


def speed_of(timings: Sequence[Timing]) -> Finding:
    """What these timings, rounds of one model, say of its generation speed."""
    if any(timing.counting is Counting.PIECES for timing in timings):
        return Finding(None, Shortfall.UNCOUNTED)
    quiet = undisturbed(timings)
    if not quiet:
        long = any(timing.generation_tokens_per_s and timing.generated_tokens >= LEAST_TOKENS for timing in timings)
        slept = all(timing.disturbed for timing in timings)
        return Finding(None, Shortfall.DISTURBED if long or slept else Shortfall.SHORT)
    long_enough = spread(timing.generation_tokens_per_s for timing in quiet if is_long_enough(timing))
    if long_enough is not None:
        return Finding(long_enough)
    rates = [rate for timing in quiet if (rate := timing.generation_tokens_per_s) is not None]
    written = sum(timing.generation_s or 0.0 for timing in quiet)
    tokens = sum(timing.generated_tokens for timing in quiet)
    if len(rates) < ROUNDS or written < ROUNDS_S or tokens < LEAST_TOKENS:
        return Finding(None, Shortfall.SHORT)
    known = uncertainty(rates)
    if known is None or known > ROUNDS_UNCERTAINTY:
        return Finding(None, Shortfall.UNSTEADY)
    return Finding(spread(rates))


def is_long_enough(timing: Timing) -> bool:
    """Whether this one run wrote enough to be a measurement."""
    return timing.generated_tokens >= LEAST_TOKENS and (timing.generation_s or 0.0) >= LEAST_S


def measured_prompt_speed(result: LaneResult) -> Spread | None:
    """Prompt tokens read a second that may be said of the model; None where too few were read, or never undisturbed."""
    return spread(timing.prompt_tokens_per_s for timing in undisturbed(result.timings) if is_read_long_enough(timing))


def is_read_long_enough(timing: Timing) -> bool:
    """Whether this one run read enough of a prompt to be a measurement."""
    read = (timing.prompt_tokens or 0) - timing.cached_tokens
    return read >= LEAST_READ_TOKENS and (timing.prompt_s or 0.0) >= LEAST_READ_S


def better_of(a: Spread, b: Spread, smaller_is_better: bool = False) -> str:
    """ "A" or "B", whose measurements are all better than all of the other; "" where the ranges meet, or where few
    measurements differ by less than NOISE."""
    margin = 1 + NOISE if min(a.n, b.n) < _FEW else 1.0
    more = "A" if a.low > b.high * margin else "B" if b.low > a.high * margin else ""
    if not smaller_is_better or not more:
        return more
    return "B" if more == "A" else "A"


class Remedy(str, Enum):
    """What would tell more. AGAIN: the same once more, while nothing else is busy. LONGER: a longer answer, or more
    rounds."""

    AGAIN = "again"
    LONGER = "longer"


@dataclass(frozen=True)
class SpeedVerdict:
    """What may be said of two generation speeds. better: "A" or "B", "" where neither is. speeds: what it rests on, of
    A and B; None where nothing may be said. tests: whether these are of speed tests. remedy: what would tell more."""

    sentence: str
    better: str = ""
    speeds: tuple[Spread, Spread] | None = None
    tests: bool = False
    remedy: Remedy | None = None


def speed_verdict(comparison: Comparison) -> SpeedVerdict | None:
    """What a comparison of two models, one after the other, says of their speed; None where there was nothing to
    compare or they ran at the same time."""
    if len(comparison.results) != len(LABELS) or comparison.request.mode is not Mode.ALONE:
        return None
    a, b = (measured_speed(result) for result in comparison.results)
    if a.speed and b.speed:
        return _compared(a.speed, b.speed)
    tests = [result.speed_test for result in comparison.results]
    if tests[0] and tests[1] and Shortfall.FAILED not in (a.lacks, b.lacks):
        return _compared(tests[0].generation, tests[1].generation, tests=True)
    return _not_compared(comparison.results, (a.lacks, b.lacks))


def can_be_tested(comparison: Comparison) -> bool:
    """Whether speed tests of both models would tell what their answers, one after the other on this computer, do not:
    an answer was too short, or its rounds did not agree. A test can only be held against a test."""
    results = comparison.results
    if comparison.request.mode is not Mode.ALONE or any(result.setup.model.is_server for result in results):
        return False
    lacks = [measured_speed(result).lacks for result in results]
    return Shortfall.FAILED not in lacks and any(lack in (Shortfall.SHORT, Shortfall.UNSTEADY) for lack in lacks)


def needs_speed_tests(comparison: Comparison) -> bool:
    """Whether speed tests are to be made without being asked for: not after the user stopped an answer, who wants
    nothing to go on."""
    stopped = any(result.answer.stop_reason is StopReason.CANCELLED for result in comparison.results)
    return not stopped and can_be_tested(comparison)


def says_enough(lanes: Iterable[Sequence[Timing]]) -> bool:
    """Whether more rounds of these lanes would tell nothing more: their medians stay, and together they are long enough
    for a speed."""
    rounds = list(lanes)
    return enough(rounds) and all(speed_of(timings).lacks is not Shortfall.SHORT for timings in rounds)


def rounds_to_measure(comparison: Comparison) -> int:
    """Repetitions of the same prompt that would together tell both speeds; 0 where not even the most would, or where so
    many were asked for already."""
    asked = comparison.request.repeat
    needed = ROUNDS
    for result in comparison.results:
        timing, lacks = result.answer.timing, measured_speed(result).lacks
        if lacks is Shortfall.UNSTEADY:
            needed = max(needed, min(2 * asked, MOST_ROUNDS))
        elif lacks is Shortfall.SHORT:
            if not timing.generated_tokens or not timing.generation_s:
                return 0
            shares = LEAST_TOKENS / timing.generated_tokens, ROUNDS_S / timing.generation_s
            needed = max(needed, math.ceil(max(shares) * _SPARE))
    return needed if asked < needed <= MOST_ROUNDS else 0


def speed_with_source(result: LaneResult) -> tuple[Spread | None, SpeedTest | None]:
    """The speed that may be said of the model of a lane that ran alone, and the test it comes from, None where it comes
    from the answer itself."""
    found = measured_speed(result).speed
    if found is not None or result.speed_test is None:
        return found, None
    return result.speed_test.generation, result.speed_test


def _compared(a: Spread, b: Spread, tests: bool = False) -> SpeedVerdict:
    better = better_of(a, b)
    where = "In the speed test " if tests else ""
    if not better:
        said = f"{where}both write about equally fast."
        return SpeedVerdict(said[0].upper() + said[1:], "", (a, b), tests)
    ratio = max(a.median, b.median) / min(a.median, b.median)
    return SpeedVerdict(f"{where}{better} writes {format.times(ratio)} as fast.", better, (a, b), tests)


def _not_compared(results: tuple[LaneResult, ...], lacks: tuple[Shortfall | None, ...]) -> SpeedVerdict:
    """The reason that weighs most, in one sentence."""
    for shortfall, remedy in (
        (Shortfall.FAILED, None),
        (Shortfall.UNCOUNTED, None),
        (Shortfall.DISTURBED, Remedy.AGAIN),
        (Shortfall.SHORT, Remedy.LONGER),
        (Shortfall.UNSTEADY, Remedy.LONGER),
    ):
        lanes = [result for result, found in zip(results, lacks, strict=True) if found is shortfall]
        if lanes:
            return SpeedVerdict(_reason(shortfall, lanes), remedy=remedy)
    raise ValueError("both speeds are known")


def _reason(shortfall: Shortfall, lanes: list[LaneResult]) -> str:
    who = " and ".join(result.label for result in lanes)
    if shortfall is Shortfall.FAILED:
        return f"{who} gave no whole answer: speeds are not comparable."
    if shortfall is Shortfall.UNCOUNTED:
        return f"The server of {who} does not count its tokens: speeds are not comparable."
    if shortfall is Shortfall.DISTURBED:
        timings = [timing for result in lanes for timing in result.timings]
        reasons = dict.fromkeys((*disturbances(t.conditions for t in timings if t.conditions), *_slept(timings)))
        return f"Speeds are not comparable: {', '.join(reasons)}."
    if shortfall is Shortfall.UNSTEADY:
        return f"The rounds of {who} differ too much: speeds are not comparable."
    answers = "Both answers are" if len(lanes) > 1 else f"The answer of {who} is"
    return f"{answers} too short to compare speeds."


def _slept(timings: Sequence[Timing]) -> tuple[str, ...]:
    told = any(timing.conditions is not None and timing.conditions.suspended for timing in timings)
    return ("the computer slept",) if not told and any(timing.disturbed for timing in timings) else ()

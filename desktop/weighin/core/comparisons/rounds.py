"""Repeated rounds: their order, when they are enough, and what they say together."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from weighin.core.runs.answer import Timing
from weighin.core.runs.options import check_whole

# So often each lane answers at most.
MOST_ROUNDS = 20
AGREEMENT = 0.05
# Four values are the fewest whose range covers the median about so often (0.875).
_COVERAGE, _LEAST_FOR_INTERVAL = 0.85, 4
# A B B A is two rounds of each: only whole ones are compared, so that neither model has the warmer half.
_BLOCK = 2


def check_rounds(rounds: object) -> None:
    """Raise AppError(kind="options") unless so many rounds can be asked for."""
    check_whole("Repetitions", rounds, 1, MOST_ROUNDS)


@dataclass(frozen=True)
class Step:
    """One answer to fetch: of which lane, and its round; 0 is the warm-up, which does not count."""

    lane: int
    number: int


def schedule(repeat: int) -> tuple[Step, ...]:
    """Order of the answers: A B for one round; above that a warm-up of each (number 0), then A B B A A B ..."""
    if repeat <= 1:
        return (Step(0, 1), Step(1, 1))
    steps = [Step(0, 0), Step(1, 0)]
    for number in range(1, repeat + 1):
        pair = (0, 1) if number % 2 else (1, 0)
        steps += [Step(lane, number) for lane in pair]
    return tuple(steps)


@dataclass(frozen=True)
class Spread:
    """Median and range of `n` measurements, n >= 1."""

    median: float
    low: float
    high: float
    n: int


def undisturbed(timings: Iterable[Timing]) -> tuple[Timing, ...]:
    """Those of rounds in which nothing else happened, as far as is known."""
    return tuple(t for t in timings if not t.disturbed and not (t.conditions and t.conditions.disturbances))


def spread(values: Iterable[float | None]) -> Spread | None:
    """Of those that are known; None where none is."""
    known = sorted(value for value in values if value is not None)
    return Spread(_median(known), known[0], known[-1], len(known)) if known else None


def last_change(values: Sequence[float]) -> float | None:
    """How far the median moved with the last A B B A, as a share of it; None before the second A B B A is complete."""
    if len(values) < 2 * _BLOCK or len(values) % _BLOCK:
        return None
    before, after = _median(sorted(values[:-_BLOCK])), _median(sorted(values))
    return abs(after - before) / after if after > 0 else None


def uncertainty(values: Sequence[float]) -> float | None:
    """How far the true median may lie from that of `values`, as a share of it; None for fewer than four.

    Half the width of the distribution-free interval between two order statistics that covers the median with a
    probability of at least _COVERAGE (David and Nagaraja, Order Statistics, 7.1)."""
    n, ordered = len(values), sorted(values)
    if n < _LEAST_FOR_INTERVAL or _median(ordered) <= 0:
        return None
    outside, k = 0.0, 0
    while k < n // 2 and 1 - 2 * (outside + math.comb(n, k) / 2**n) >= _COVERAGE:
        outside += math.comb(n, k) / 2**n
        k += 1
    low, high = ordered[k - 1], ordered[n - k]
    return (high - low) / 2 / _median(ordered)


def enough(lanes: Iterable[Sequence[Timing]]) -> bool:
    """Whether more rounds would hardly change the medians: of each lane, two in a row agree within AGREEMENT, and the
    rounds lie so close together that the true median does, too."""
    found = [speeds(rounds) for rounds in lanes]
    return bool(found) and all(is_settled(values) for values in found)


def is_settled(values: Sequence[float]) -> bool:
    """Whether the median of `values` is known to within AGREEMENT."""
    change, known = last_change(values), uncertainty(values)
    return change is not None and known is not None and max(change, known) <= AGREEMENT


def speeds(rounds: Sequence[Timing]) -> tuple[float, ...]:
    """What is compared from round to round: speed of writing, or where answers are too short for one, of the whole
    answer. Empty where some round has neither."""
    for get in (_writing, _whole):
        found = [get(timing) for timing in rounds]
        if all(value is not None for value in found):
            return tuple(value for value in found if value is not None)
    return ()


def _writing(timing: Timing) -> float | None:
    return timing.generation_tokens_per_s


def _whole(timing: Timing) -> float | None:
    return 1 / timing.total_s if timing.total_s else None


def _median(ordered: Sequence[float]) -> float:
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


# Every number of a round that is worth a median, by its name in JSON.
NUMBERS: dict[str, Callable[[Timing], float | None]] = {
    "prompt_tokens_per_s": lambda timing: timing.prompt_tokens_per_s,
    "first_token_s": lambda timing: timing.first_token_s,
    "first_answer_token_s": lambda timing: timing.first_answer_token_s,
    "generation_tokens_per_s": _writing,
    "characters_per_s": lambda timing: timing.characters_per_s,
    "total_s": lambda timing: timing.total_s,
    "energy_j": lambda timing: timing.joules,
}

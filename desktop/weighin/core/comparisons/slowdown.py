"""What it costs two models to run at once: the speed of each while both computed, held against its speed alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from weighin.core.comparisons.answer import StopReason, Timing
from weighin.core.comparisons.blind import contender
from weighin.core.comparisons.comparison import Comparison, LaneResult, LaneSetup, Mode, Slowdown
from weighin.core.comparisons.overlap import Overlap, overlap, stretch_rate
from weighin.core.comparisons.rounds import NUMBERS, Spread, spread, undisturbed

_READING, _FIRST = NUMBERS["prompt_tokens_per_s"], NUMBERS["first_token_s"]


def fits(together: Comparison, alone: Comparison) -> bool:
    """Whether `alone` measured the same pair, with the same options and the same engine on a like computer, one after
    the other, to the end and with nothing disturbing it."""
    if alone.request.mode is not Mode.ALONE or together.engine != alone.engine:
        return False
    if together.machine and alone.machine and not together.machine.computes_like(alone.machine):
        return False
    found = [_alone(result, alone) for result in together.results]
    return all(other is not None and _undisturbed(other) for other in found)


def asked_the_same(one: Comparison, other: Comparison) -> bool:
    """Whether both put the same prompt, after the same turns."""
    return one.request.prompt == other.request.prompt and one.request.threads == other.request.threads


def against_alone(together: Comparison, alone: Comparison | None) -> Comparison:
    """The comparison with what is left of each model's speed; unchanged where there is nothing to hold it against, or
    where it is not known that both computed at the same time for long enough."""
    if alone is None or together.request.mode is not Mode.TOGETHER:
        return together
    same = asked_the_same(together, alone)
    found = tuple(_slowdown(result, _alone(result, alone), alone.id, same) for result in together.results)
    return replace(together, slowdowns=found) if any(found) else together


def in_company(result: LaneResult) -> tuple[tuple[Timing, Overlap], ...]:
    """The undisturbed rounds of a lane of which it is known when the other one computed."""
    found = ((timing, overlap(timing)) for timing in _undisturbed(result))
    return tuple((timing, shared) for timing, shared in found if shared is not None)


def _slowdown(together: LaneResult, alone: LaneResult | None, identifier: str, same_prompt: bool) -> Slowdown | None:
    if alone is None:
        return None
    rounds, before = in_company(together), _undisturbed(alone)
    overlaps = [shared for _, shared in rounds]
    writing = _share(spread(each.tokens_per_s for each in overlaps), _written_alone(overlaps, before, same_prompt))
    now = spread(_READING(timing) for timing, shared in rounds if shared.has_reading)
    reading = _share(now, spread(map(_READING, before)))
    now = spread(_FIRST(timing) for timing, shared in rounds if shared.has_first_token)
    first = _share(spread(map(_FIRST, before)), now)
    if writing[0] is reading[0] is first[0] is None:
        return None
    return Slowdown(
        identifier,
        same_prompt,
        writing[0],
        reading[0],
        first[0],
        writing[1],
        reading[1],
        first[1],
        shared_s=_median([each.seconds for each in overlaps]),
        shared_share=_median([each.share for each in overlaps]),
        shared_tokens=min(each.writing.tokens if each.writing else 0 for each in overlaps),
    )


def _written_alone(overlaps: Sequence[Overlap], alone: Sequence[Timing], same_prompt: bool) -> Spread | None:
    """Speed of writing alone: of the same tokens where that is known, for later ones are slower; else of the answer."""
    stretches = [each.writing for each in overlaps if each.tokens_per_s is not None and each.writing]
    paces = [timing.pace for timing in alone]
    if same_prompt and stretches:
        first, last = min(each.first for each in stretches), max(each.last for each in stretches)
        rates = [stretch_rate(pace.tokens(first, last)) if pace else None for pace in paces]
        if all(rates):
            return spread(rates)
    return spread(map(NUMBERS["generation_tokens_per_s"], alone))


def _share(over: Spread | None, under: Spread | None) -> tuple[float | None, tuple[float, float] | None]:
    """One median as a share of another, and what the rounds allow; None where there is none."""
    if over is None or under is None or not all((over.low, under.low)):
        return None, None
    measured_once = over.n == 1 and under.n == 1
    return over.median / under.median, None if measured_once else (over.low / under.high, over.high / under.low)


def _median(values: Sequence[float | None]) -> float | None:
    found = spread(values)
    return found.median if found else None


def _undisturbed(result: LaneResult) -> tuple[Timing, ...]:
    """The rounds in which nothing else happened, as far as is known."""
    return undisturbed(result.rounds or (result.answer.timing,))


def _alone(result: LaneResult, alone: Comparison) -> LaneResult | None:
    """The lane of `alone` with the same model and options, whose answer came to its end."""
    for other in alone.results:
        same = _same(result.setup, other.setup) and (len(alone.results) < 2 or _side(result, alone, other))
        if same and other.answer.stop_reason not in (StopReason.FAILED, StopReason.CANCELLED):
            return other
    return None


def _side(result: LaneResult, alone: Comparison, other: LaneResult) -> bool:
    """Where both lanes hold the same model each is held against its own."""
    a, b = alone.results
    return not _same(a.setup, b.setup) or other.label == result.label


def _same(one: LaneSetup, other: LaneSetup) -> bool:
    return contender(one.model) == contender(other.model) and one.load == other.load

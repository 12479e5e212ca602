"""What it costs two models to run at once: the speed of each, held against its speed alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from weighin.core.comparisons.answer import StopReason, Timing
from weighin.core.comparisons.blind import contender
from weighin.core.comparisons.comparison import Comparison, LaneResult, LaneSetup, Mode, Slowdown
from weighin.core.comparisons.rounds import NUMBERS, spread


@dataclass(frozen=True)
class _Part:
    name: str
    get: Callable[[Timing], float | None]
    rises: bool  # whether more is faster


_PARTS = (
    _Part("writing", NUMBERS["generation_tokens_per_s"], True),
    _Part("reading", NUMBERS["prompt_tokens_per_s"], True),
    _Part("first_token", NUMBERS["first_token_s"], False),
)


def fits(together: Comparison, alone: Comparison) -> bool:
    """Whether `alone` measured the same pair, with the same options, one after the other, and to the end."""
    return alone.request.mode is Mode.ALONE and all(_alone(result, alone) is not None for result in together.results)


def against_alone(together: Comparison, alone: Comparison | None) -> Comparison:
    """The comparison with what is left of each model's speed; unchanged where there is nothing to hold it against."""
    if alone is None or together.request.mode is not Mode.TOGETHER:
        return together
    same = together.request.prompt == alone.request.prompt
    found = tuple(_slowdown(result, _alone(result, alone), alone.id, same) for result in together.results)
    return replace(together, slowdowns=found) if any(found) else together


def _slowdown(together: LaneResult, alone: LaneResult | None, identifier: str, same_prompt: bool) -> Slowdown | None:
    if alone is None:
        return None
    shares = {part.name: _share(part, together, alone) for part in _PARTS}
    if all(share is None for share in shares.values()):
        return None
    return Slowdown(identifier, same_prompt, **shares)


def _share(part: _Part, together: LaneResult, alone: LaneResult) -> float | None:
    """Speed together as a share of that alone, of the medians of all rounds."""
    now, before = (
        spread(part.get(timing) for timing in result.rounds or (result.answer.timing,)) for result in (together, alone)
    )
    if now is None or before is None or not now.median or not before.median:
        return None
    return now.median / before.median if part.rises else before.median / now.median


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

"""What it costs two models to run at once: the speed of each, held against its speed alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from weighin.core.comparisons.answer import StopReason, Timing
from weighin.core.comparisons.blind import contender
from weighin.core.comparisons.comparison import Comparison, LaneResult, LaneSetup, Mode, Slowdown
from weighin.core.comparisons.rounds import NUMBERS, Spread, spread


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
    """Whether `alone` measured the same pair, with the same options and the same engine, one after the other, to the
    end and with nothing disturbing it."""
    if alone.request.mode is not Mode.ALONE or together.engine != alone.engine:
        return False
    found = [_alone(result, alone) for result in together.results]
    return all(other is not None and _undisturbed(other) for other in found)


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
    shares: dict[str, float | None] = {}
    ranges: dict[str, tuple[float, ...] | None] = {}
    for part in _PARTS:
        shares[part.name], ranges[f"{part.name}_range"] = _share(part, together, alone)
    if all(share is None for share in shares.values()):
        return None
    return Slowdown(identifier, same_prompt, **shares, **ranges)  # type: ignore[arg-type]


def _share(part: _Part, together: LaneResult, alone: LaneResult) -> tuple[float | None, tuple[float, float] | None]:
    """Speed together as a share of that alone, of the medians of all undisturbed rounds, and what the rounds allow."""
    now, before = (spread(part.get(timing) for timing in _undisturbed(result)) for result in (together, alone))
    if now is None or before is None or not all((now.low, before.low)):
        return None, None
    over, under = (now, before) if part.rises else (before, now)
    measured_once = over.n == 1 and under.n == 1
    return over.median / under.median, None if measured_once else _range(over, under)


def _range(over: Spread, under: Spread) -> tuple[float, float]:
    return over.low / under.high, over.high / under.low


def _undisturbed(result: LaneResult) -> tuple[Timing, ...]:
    """The rounds in which nothing else happened, as far as is known."""
    rounds = result.rounds or (result.answer.timing,)
    return tuple(t for t in rounds if not t.disturbed and (t.conditions is None or not t.conditions.disturbances))


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

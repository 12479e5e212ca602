"""What it costs two models to run at once: the speed of each while both computed, held against its speed alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from weighin.core.comparisons.blind import contender
from weighin.core.comparisons.comparison import Comparison, LaneResult, Slowdown
from weighin.core.comparisons.rounds import NUMBERS, Spread, spread, undisturbed
from weighin.core.runs.answer import MIN_TOKENS_FOR_RATE, StopReason, Timing, rate
from weighin.core.runs.lane import LaneSetup, Mode
from weighin.core.runs.pace import Beside, Pace, Stretch

# As good as all of it: at half the speed what is missing shifts a number by less than 5 %.
NEARLY_ALL = 0.95


@dataclass(frozen=True)
class Overlap:
    """Of one answer. seconds: for how long both lanes computed; share: of its whole time, 0..1. writing: what was
    written meanwhile, None where fewer than two tokens were; writing_share: of the time of writing. reading,
    first_token: shares of reading, and of the way to the first text. Shares are None where there was no such time, or
    nobody took it."""

    seconds: float
    share: float | None
    writing: Stretch | None
    writing_share: float | None
    reading: float | None
    first_token: float | None

    @property
    def tokens_per_s(self) -> float | None:
        """Speed of writing while both computed, (last - first) / seconds; None below MIN_TOKENS_FOR_RATE tokens."""
        return stretch_rate(self.writing)

    @property
    def is_nearly_all(self) -> bool:
        """Whether nothing to speak of was written without the other lane."""
        return self.writing_share is not None and self.writing_share >= NEARLY_ALL

    @property
    def has_reading(self) -> bool:
        """Whether the other lane computed during all of reading, or nearly all."""
        return self.reading is not None and self.reading >= NEARLY_ALL

    @property
    def has_first_token(self) -> bool:
        """Whether the other lane computed on nearly all of the way to the first text."""
        return self.first_token is not None and self.first_token >= NEARLY_ALL


def stretch_rate(stretch: Stretch | None) -> float | None:
    """Tokens a second; None below MIN_TOKENS_FOR_RATE tokens, where the quotient says little."""
    if stretch is None or stretch.tokens < MIN_TOKENS_FOR_RATE:
        return None
    return rate(stretch.tokens - 1, stretch.seconds)


def overlap(timing: Timing) -> Overlap | None:
    """That of an answer; None where its lane had no other beside it, or nobody took down when."""
    pace, beside = timing.pace, timing.beside
    if pace is None or beside is None:
        return None
    begin, end = beside.begin_s, beside.end_s
    writing = pace.stretch(begin, end)
    span = pace.mark_s[-1] - pace.mark_s[0] if pace.mark_s else 0.0
    reading = None
    if pace.reading_s is not None and timing.prompt_s is not None:
        reading = _share(pace.reading_s, pace.reading_s + timing.prompt_s, beside)
    return Overlap(
        end - begin,
        _share(0.0, timing.total_s, beside),
        writing,
        (writing.seconds if writing else 0.0) / span if span > 0 else None,
        reading,
        _share(0.0, timing.first_token_s, beside),
    )


def listed_rate(timing: Timing) -> float | None:
    """Speed of writing where there is room for a number and none for a remark: of a lane that ran together, what it
    wrote while the other one computed; None below MIN_TOKENS_FOR_RATE tokens."""
    shared = overlap(timing)
    return timing.generation_tokens_per_s if shared is None else shared.tokens_per_s


def listed_characters(timing: Timing) -> float | None:
    """Characters a second beside such a speed; None where the other lane computed during a part of the writing only:
    nobody counted how many characters that part had."""
    shared = overlap(timing)
    return timing.characters_per_s if shared is None or shared.is_nearly_all else None


def _share(begin: float, end: float | None, beside: Beside) -> float | None:
    if end is None or end <= begin:
        return None
    return max(0.0, min(end, beside.end_s) - max(begin, beside.begin_s)) / (end - begin)


def side_by_side(timings: Sequence[Timing]) -> tuple[Timing, ...]:
    """The timings of the answers of one round, in which each knows when the others computed; their paces begin with the
    first request. Timings of which some have no pace are only made to begin there."""
    paces = [timing.pace for timing in timings]
    first = min((pace.begin_s for pace in paces if pace is not None), default=0.0)
    placed = [replace(t, pace=_since(t.pace, first) if t.pace else None) for t in timings]
    if len(placed) != 2:
        return tuple(placed)
    one, other = placed
    return replace(one, beside=_beside(one, other)), replace(other, beside=_beside(other, one))


def _since(pace: Pace, first: float) -> Pace:
    return replace(pace, begin_s=round(pace.begin_s - first, 6))


def _beside(this: Timing, other: Timing) -> Beside | None:
    if this.pace is None or other.pace is None or this.total_s is None or other.total_s is None:
        return None
    begin = other.pace.begin_s - this.pace.begin_s
    # The end itself is not rounded: the last token may have come just then.
    return Beside(*(min(max(0.0, round(at, 6)), this.total_s) for at in (begin, begin + other.total_s)))


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
    writing = _shares_of(spread(each.tokens_per_s for each in overlaps), _written_alone(overlaps, before, same_prompt))
    now = spread(_READING(timing) for timing, shared in rounds if shared.has_reading)
    reading = _shares_of(now, spread(map(_READING, before)))
    now = spread(_FIRST(timing) for timing, shared in rounds if shared.has_first_token)
    first = _shares_of(spread(map(_FIRST, before)), now)
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


def _shares_of(over: Spread | None, under: Spread | None) -> tuple[float | None, tuple[float, float] | None]:
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
    return contender(one.model).key == contender(other.model).key and one.load == other.load

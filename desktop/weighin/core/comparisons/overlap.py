"""What of an answer was computed while the other lane computed too.

Two lanes at once are rarely at work for equally long: what one writes after the other has ended is no measure of
running together, nor of running alone, for it goes on with its share of the cores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from weighin.core.comparisons.answer import MIN_TOKENS_FOR_RATE, Timing, rate
from weighin.core.comparisons.pace import Beside, Pace, Stretch

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

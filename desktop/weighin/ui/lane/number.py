"""One number of an answer with exactly what was counted, over its rounds, and the numbers of a lane as a whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from weighin.core import format
from weighin.core.comparisons.comparison import Comparison, LaneResult
from weighin.core.comparisons.rounds import AGREEMENT, spread
from weighin.core.comparisons.speed import LEAST_S, LEAST_TOKENS, Shortfall, speed_of
from weighin.core.comparisons.text import (
    NOT_RECORDED,
    WHILE_BOTH,
    conditions_words,
    is_partly_alone,
    lacks_alone,
    rate_spread,
    rounds_words,
    side_by_side_words,
    slowdown_sentence,
    slowdown_words,
    spread_words,
    why_no_slowdown,
)
from weighin.core.runs.answer import Timing
from weighin.core.runs.lane import Mode

MEASURED, ESTIMATED, NO_MARK = "✓", "~", ""
NOT_ALONE = "not measured alone"
_AGAINST = "Against alone"
_WORTH = {
    Shortfall.FAILED: "",
    Shortfall.DISTURBED: "A number of this run only: something else kept the computer busy.",
    Shortfall.SHORT: f"A number of this run only: a measurement of the model takes {LEAST_TOKENS} tokens and "
    f"{LEAST_S:.0f} s of writing.",
    Shortfall.UNSTEADY: "A number of these rounds only: they differ too much.",
    Shortfall.UNCOUNTED: "",
}
_SAID = {MEASURED: "Measured. ", ESTIMATED: "Estimated. ", NO_MARK: ""}

Get = Callable[[Timing], float | None]


@dataclass(frozen=True)
class Number:
    """A title, what stands under it, and the sentence that says what was counted. mark: MEASURED, ESTIMATED or
    NO_MARK."""

    title: str
    value: str
    counted: str
    mark: str = MEASURED

    @property
    def explained(self) -> str:
        """What was counted, and how sure it is."""
        return f"{_SAID[self.mark]}{self.counted}"


def mark(is_known: bool) -> str:
    """The mark of a measurement, none where there is no number."""
    return MEASURED if is_known else NO_MARK


@dataclass(frozen=True)
class Rounds:
    """The timings of an answer's rounds, or of the one there was."""

    timings: tuple[Timing, ...]

    def rate(self, get: Get, unit: str = " tok/s") -> str:
        """A rate; of several rounds its median and range."""
        return rate_spread(spread(map(get, self.timings)), unit)

    def writing_rate(self, get: Get, unit: str = " tok/s") -> str:
        """The same of a speed of writing; says so where it is only of what was written while both lanes wrote."""
        said = self.rate(get, unit)
        return f"{said}, {WHILE_BOTH}" if self.knows(get) and is_partly_alone(self.timings) else said

    @property
    def is_measured(self) -> bool:
        """Whether the speed of writing may be said of the model, not only of this run."""
        return speed_of(self.timings).speed is not None

    @property
    def worth(self) -> str:
        """What to add to a speed of writing that is one of this run only."""
        found = speed_of(self.timings)
        return "" if found.lacks is None else f" {_WORTH[found.lacks]}"

    def time(self, get: Get) -> str:
        """A duration; of several rounds its median and range."""
        return spread_words(spread(map(get, self.timings)), format.seconds)

    def knows(self, get: Get) -> bool:
        """Whether some round has this number."""
        return spread(map(get, self.timings)) is not None

    @property
    def over(self) -> str:
        """What to add to an explanation."""
        many = len(self.timings)
        return f" Median and range of {many} rounds." if many > 1 else ""


def around(result: LaneResult, comparison: Comparison) -> tuple[Number, ...]:
    """What belongs to the numbers of a lane as a whole: its rounds, running together, and what else went on."""
    found = []
    together = comparison.request.mode is Mode.TOGETHER
    if text := rounds_words(result, comparison.request.repeat):
        order, between = ("", " two rounds") if together else ("the order is A B B A, ", " A B B A")
        told = (
            f"Rounds that count. A warm-up is dropped, {order}and it ends when the median of all rounds and that "
            f"before the last{between} agree within {format.percent(AGREEMENT)} and the rounds lie as close together. "
            "A disturbed round is repeated."
        )
        found.append(Number("Rounds", text, told, NO_MARK))
    if text := side_by_side_words(result, comparison):
        told = (
            "For how long the other lane computed as well, and what was written meanwhile. What came before or after "
            "that is in the speed of writing, but not in what running together cost."
        )
        found.append(Number("Side by side", text, told, mark(text != NOT_RECORDED)))
    if together:
        found += _against_alone(result, comparison)
    if text := conditions_words((*result.rounds, *result.spoiled) or (result.answer.timing,)):
        told = (
            "Where the power came from, whether the processor was throttled or the computer slept, and how many cores "
            "other programs kept busy meanwhile."
        )
        found.append(Number("Meanwhile", text, told, NO_MARK))
    return tuple(found)


def _against_alone(result: LaneResult, comparison: Comparison) -> list[Number]:
    slowdown, missing = comparison.slowdown(result.label), " ".join(why_no_slowdown(result))
    if slowdown is not None:
        told = f"What was left of the speed: {slowdown_sentence(slowdown)} (medians). {missing}".rstrip()
        return [
            Number(
                _AGAINST,
                slowdown_words(slowdown),
                told,
                MEASURED if slowdown.same_prompt and not slowdown.is_brief else ESTIMATED,
            )
        ]
    if not side_by_side_words(result, comparison):
        return []
    told = missing or "What running together cost is told once the same pair was measured alone."
    return [Number(_AGAINST, NOT_ALONE if lacks_alone(comparison) else format.NONE, told, NO_MARK)]


def cached_words(timing: Timing) -> str:
    """What to add where part of the prompt was not read again."""
    if not timing.cached_tokens:
        return ""
    return f" {format.plural(timing.cached_tokens, 'token')} were still known from before and not read again."

"""One number of an answer: its title, its value, and exactly what was counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from weighin.core import words
from weighin.core.answer import Timing

MEASURED, ESTIMATED, NO_MARK = "✓", "~", ""
_SAID = {MEASURED: "Measured. ", ESTIMATED: "Estimated. ", NO_MARK: ""}


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


def rate_text(one: float | None, many: tuple[Timing, ...], get: Callable[[Timing], float | None], unit: str) -> str:
    """One round: its rate. Several: median and range, of the rounds that have one."""
    known = [value for value in map(get, many) if value is not None]
    if len(known) > 1:
        from statistics import median  # slow to import, and seldom wanted

        return f"{words.figure(median(known))} ({words.figure(min(known))}–{words.figure(max(known))}){unit}"
    return f"{words.figure(one)}{unit}" if one is not None else words.NONE


def over(many: tuple[Timing, ...]) -> str:
    """What to add to the explanation of a number that stands for several rounds."""
    return f" Median and range of {len(many)} rounds." if many else ""

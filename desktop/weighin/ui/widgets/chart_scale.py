"""One scale for several charts, so that what looks higher is higher."""

from __future__ import annotations

import bisect

from PySide6.QtCore import QObject, Signal

# A value so many times what nearly all others reach is an outlier; so many, and one more, may be outliers.
_OUTLIER, _PART = 3.0, 50


class ChartScale(QObject):
    """The highest value, outliers left out, and the longest time seen by any chart that shares it."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._values: dict[str, list[float]] = {}
        self._top = 0.0
        self._span = 0.0

    @property
    def top(self) -> float:
        """Upper end of the value axis: a round number that nothing but outliers exceeds; 0 before the first value."""
        return self._top

    @property
    def span(self) -> float:
        """Seconds the time axis covers."""
        return self._span

    def include(self, value: float, seconds: float, chart: str = "") -> None:
        """Make room for a point of a chart: what is an outlier there is seen from its own points."""
        if value > 0:
            bisect.insort(self._values.setdefault(chart, []), value)
        top = round_up(max(map(_highest, self._values.values()), default=0.0))
        span = max(self._span, round_up(max(seconds, 2.0)))
        if (top, span) != (self._top, self._span):
            self._top, self._span = top, span
            self.changed.emit()

    def reset(self) -> None:
        """Forget what was seen."""
        self._values.clear()
        self._top = self._span = 0.0
        self.changed.emit()


def _highest(values: list[float]) -> float:
    """Of at least one value, in order: one that stays the only one of its size is none to draw all others by."""
    usual = values[max(0, len(values) - 2 - len(values) // _PART)]
    return values[bisect.bisect_right(values, _OUTLIER * usual) - 1]


def round_up(value: float) -> float:
    """The next of 1, 1.5, 2, 3, 4, 5, 6, 8 times a power of ten."""
    if value <= 0:
        return 0.0
    power = 1.0
    while power * 10 <= value:
        power *= 10
    while power > value:
        power /= 10
    return next(step * power for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if step * power >= value * 0.999999)

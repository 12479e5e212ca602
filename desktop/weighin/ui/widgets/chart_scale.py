"""One scale for several charts, so that what looks higher is higher."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class ChartScale(QObject):
    """The highest value and the longest time seen by any chart that shares it."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._top = 0.0
        self._span = 0.0

    @property
    def top(self) -> float:
        """Upper end of the value axis: a round number that nothing exceeds; 0 before the first value."""
        return self._top

    @property
    def span(self) -> float:
        """Seconds the time axis covers."""
        return self._span

    def include(self, value: float, seconds: float) -> None:
        """Make room for a point."""
        top = max(self._top, round_up(value)) if value > 0 else self._top
        span = max(self._span, round_up(max(seconds, 2.0)))
        if (top, span) != (self._top, self._span):
            self._top, self._span = top, span
            self.changed.emit()

    def reset(self) -> None:
        """Forget what was seen."""
        self._top = self._span = 0.0
        self.changed.emit()


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

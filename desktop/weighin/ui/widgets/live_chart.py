"""Tokens per second and memory of one lane over time."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QWidget

from weighin.core import format
from weighin.core.runs.progress import LivePoint
from weighin.ui.theme import Theme
from weighin.ui.widgets.chart_scale import ChartScale
from weighin.ui.widgets.sparkline import Sparkline

_TOKENS, _PIECES = "Tokens/s", "Pieces/s"


@dataclass(frozen=True)
class ChartScales:
    """The scales that both lanes share."""

    speed: ChartScale
    memory: ChartScale

    def reset(self) -> None:
        """Forget what was seen."""
        self.speed.reset()
        self.memory.reset()


class LiveChart(QWidget):
    """Two small charts side by side, on the scales that the other lane uses too."""

    def __init__(self, theme: Theme, label: str, scales: ChartScales, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.speed = Sparkline(theme, _TOKENS, label, scales.speed, format.figure, self)
        self._memory = Sparkline(theme, "Memory", label, scales.memory, format.size, self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(18)
        layout.addWidget(self.speed)
        layout.addWidget(self._memory)

    def minimumSizeHint(self) -> QSize:
        # It goes where there is no room: no window is kept high for it.
        return QSize(super().minimumSizeHint().width(), 0)

    @property
    def has_line(self) -> bool:
        """Whether there is more than a point of anything."""
        return max(len(self.speed.points), len(self._memory.points)) > 1

    def show_pieces(self, pieces: bool) -> None:
        """Say what is counted while an answer comes: tokens, or of a server's the pieces of text that arrive."""
        self.speed.rename(_PIECES if pieces else _TOKENS)

    def clear(self) -> None:
        """Forget all points."""
        self.speed.clear()
        self._memory.clear()

    def add(self, point: LivePoint) -> None:
        """One more moment. While nothing is written there is no speed to show."""
        if point.tokens_per_s is not None:
            self.speed.add(point.seconds, point.tokens_per_s)
        if point.memory.total_bytes is not None:
            self._memory.add(point.seconds, float(point.memory.total_bytes))

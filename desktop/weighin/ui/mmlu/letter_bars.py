"""What both models thought of one option, as small bars."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from weighin.core.evaluations.evaluation import ItemResult
from weighin.ui.mmlu.chart import draw_bar, small
from weighin.ui.theme import Theme

_BAR = 9.0
_GAP = 5.0


class LetterBars(QWidget):
    """The probability of one letter for each model that was asked, with the number beside the bar."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shares: tuple[tuple[str, float], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @property
    def shares(self) -> tuple[tuple[str, float], ...]:
        """Lane and probability, as drawn."""
        return self._shares

    def show_letter(self, place: int, results: tuple[tuple[str, ItemResult | None], ...]) -> None:
        """Draw the letter at `place` (0..3) of each lane's result."""
        self._shares = tuple(
            (label, math.exp(result.logprobs[place])) for label, result in results if result and result.logprobs
        )
        self.setAccessibleName(", ".join(f"{label} {_percent(share)}" for label, share in self._shares))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(170, round(max(1, len(self._shares)) * (self._line() + 2)))

    def minimumSizeHint(self) -> QSize:
        return QSize(110, self.sizeHint().height())

    def _line(self) -> float:
        return max(_BAR + _GAP, QFontMetricsF(small(self.font())).height())

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(small(self.font()))
        metrics = QFontMetricsF(painter.font())
        side, number = metrics.horizontalAdvance("M "), metrics.horizontalAdvance("100.0 % ")
        y = 0.0
        for label, share in self._shares:
            line = QRectF(0, y, self.width(), self._line())
            painter.setPen(QColor(colours.muted))
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, label)
            painter.setPen(QColor(colours.text))
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, _percent(share))
            track = QRectF(side, line.center().y() - _BAR / 2, max(10.0, self.width() - side - number), _BAR)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.border), 1))
            painter.drawRect(track)
            draw_bar(painter, QRectF(track.left(), track.top(), share * track.width(), _BAR), colours, label)
            y += self._line() + 2
        painter.end()


def _percent(share: float) -> str:
    if 0 < share < 0.0005:
        return "< 0.1 %"
    return f"{100 * share:.1f} %"

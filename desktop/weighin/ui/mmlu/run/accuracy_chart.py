"""Accuracy of each model with its interval, beside lines to read it against."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from weighin.core import format
from weighin.core.evaluations.evaluation import LaneEvaluation
from weighin.core.evaluations.text import REFERENCE_LINES, model_name, score_words
from weighin.ui.charts.chart import Chart, draw_bar, draw_whisker, small
from weighin.ui.theme import Colours, Theme
from weighin.ui.widgets.lane_chips import chip_width, draw_chip

_BAR = 26.0
_GAP = 12.0
_TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True)
class _Line:
    share: float
    text: str
    left: float
    row: int


class AccuracyChart(Chart):
    """One bar a model, beside lines to read it against."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Accuracy of each model", parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._scores: tuple[LaneEvaluation, ...] = ()
        self._references: tuple[tuple[float, str], ...] = REFERENCE_LINES[:1]

    def show_scores(self, scores: tuple[LaneEvaluation, ...], lines: tuple[tuple[float, str], ...]) -> None:
        """Draw these, with `lines` to read them against."""
        self._scores = scores
        self._references = lines
        bars = [f"{s.label}, {model_name(s.model, s.label)}: {score_words(s) or 'no answer yet'}" for s in scores]
        self.setAccessibleDescription(f"{'; '.join(bars)}. Lines: {', '.join(text for _, text in self._references)}.")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(420, round(self.picture_height(self.fontMetrics().height())) + 12)

    def minimumSizeHint(self) -> QSize:
        return QSize(280, self.sizeHint().height())

    def picture_height(self, line: float) -> float:
        return 4 * line + max(1, len(self._scores)) * (line + 2 + _BAR + _GAP)

    def draw(self, painter: QPainter, area: QRectF, colours: Colours) -> None:
        strong = QFontMetricsF(painter.font()).height()
        plain = painter.font()
        painter.setFont(small(plain))
        metrics = QFontMetricsF(painter.font())
        plot = area.adjusted(6, 0, -metrics.horizontalAdvance("100 %") / 2, -metrics.height() - 4)
        lines = self._placed(plot, metrics)
        top = area.top() + metrics.height() * (1 + max(line.row for line in lines)) + 4
        self._draw_axis(painter, plot, metrics, colours)
        self._draw_references(painter, plot, top, lines, metrics, colours)
        y = top + 4
        for score in self._scores:
            painter.setFont(plain)
            self._draw_words(painter, QRectF(plot.left(), y, plot.width(), strong), score, colours)
            self._draw_score(painter, QRectF(plot.left(), y + strong + 3, plot.width(), _BAR), score, colours)
            y += strong + 3 + _BAR + _GAP

    def _placed(self, plot: QRectF, metrics: QFontMetricsF) -> tuple[_Line, ...]:
        """The texts of the lines, in a second row where the first has no room."""
        ends: list[float] = []
        placed = []
        for share, text in self._references:
            width = metrics.horizontalAdvance(text)
            left = plot.left() + share * plot.width() - width / 2
            left = max(plot.left(), min(left, plot.right() + 12 - width))
            row = next((r for r, end in enumerate(ends) if end + 10 <= left), len(ends))
            if row == len(ends):
                ends.append(0.0)
            ends[row] = left + width
            placed.append(_Line(share, text, left, row))
        return tuple(placed)

    def _draw_axis(self, painter: QPainter, plot: QRectF, metrics: QFontMetricsF, colours: Colours) -> None:
        painter.setPen(QPen(QColor(colours.border), 1))
        painter.drawLine(plot.bottomLeft(), plot.bottomRight())
        for share in _TICKS:
            x = plot.left() + share * plot.width()
            painter.setPen(QPen(QColor(colours.border), 1))
            painter.drawLine(QPointF(x, plot.bottom()), QPointF(x, plot.bottom() + 3))
            painter.setPen(QColor(colours.muted))
            text = format.percent(share)
            width = metrics.horizontalAdvance(text)
            left = max(plot.left(), x - width / 2)
            painter.drawText(QPointF(left, plot.bottom() + 4 + metrics.ascent()), text)

    def _draw_references(
        self,
        painter: QPainter,
        plot: QRectF,
        top: float,
        lines: tuple[_Line, ...],
        metrics: QFontMetricsF,
        colours: Colours,
    ) -> None:
        for line in lines:
            x = plot.left() + line.share * plot.width()
            painter.setPen(QPen(QColor(colours.muted), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, top - 4 - metrics.height() * line.row), QPointF(x, plot.bottom()))
        for line in lines:
            # The first row stands nearest to the plot; no line runs through a text.
            base = top - 4 - metrics.height() * line.row
            rect = QRectF(line.left, base - metrics.height(), metrics.horizontalAdvance(line.text), metrics.height())
            painter.fillRect(rect, QColor(colours.surface))
            painter.setPen(QColor(colours.muted))
            painter.drawText(QPointF(line.left, base - metrics.descent()), line.text)

    def _draw_words(self, painter: QPainter, rect: QRectF, score: LaneEvaluation, colours: Colours) -> None:
        metrics = QFontMetricsF(painter.font())
        value = format.accuracy(score.accuracy)
        interval = f"  {format.between(score.interval, 1)}" if score.interval else ""
        width = metrics.horizontalAdvance(value + interval)
        side = chip_width(painter.font()) + 6
        room = max(20.0, rect.width() - width - side - 16)
        shown = metrics.elidedText(model_name(score.model, score.label), Qt.TextElideMode.ElideMiddle, room)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.fillRect(
            QRectF(rect.left(), rect.top(), side + metrics.horizontalAdvance(shown) + 4, rect.height()),
            QColor(colours.surface),
        )
        painter.fillRect(
            QRectF(rect.right() - width - 4, rect.top(), width + 4, rect.height()), QColor(colours.surface)
        )
        draw_chip(painter, rect.left(), rect.center().y(), score.label, colours)
        painter.setPen(QColor(colours.text))
        painter.drawText(rect.adjusted(side, 0, 0, 0), Qt.AlignmentFlag.AlignLeft | middle, shown)
        painter.drawText(rect, Qt.AlignmentFlag.AlignRight | middle, value + interval)

    def _draw_score(self, painter: QPainter, rect: QRectF, score: LaneEvaluation, colours: Colours) -> None:
        if score.accuracy is None or score.interval is None:
            return
        draw_bar(
            painter, QRectF(rect.left(), rect.top(), rect.width() * score.accuracy, rect.height()), colours, score.label
        )
        low, high = (rect.left() + end * rect.width() for end in score.interval)
        draw_whisker(painter, low, high, rect.center().y(), colours)

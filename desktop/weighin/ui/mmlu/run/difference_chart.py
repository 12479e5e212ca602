"""How the difference of two models settles while questions are answered."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from weighin.core import format
from weighin.ui.charts.chart import Chart, blended, small
from weighin.ui.mmlu.run.items import TracePoint
from weighin.ui.theme import Colours, Theme
from weighin.ui.widgets.chart_scale import round_up
from weighin.ui.widgets.lane_chips import draw_chip

_BAND = 20  # per cent
_BETTER = "better"
# The first questions swing wildly: the scale is made for what comes after this share of those answered.
_SETTLED = 0.25


class DifferenceChart(Chart):
    """Accuracy of A minus that of B over questions answered by both, with its 95 % interval as a band."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Difference of the two models over questions answered", parent)
        self._points: tuple[TracePoint, ...] = ()
        self._total = 0

    @property
    def points(self) -> tuple[TracePoint, ...]:
        """What is drawn."""
        return self._points

    def show_trace(self, points: tuple[TracePoint, ...], total: int) -> None:
        """Draw these; `total`: questions of the whole run."""
        self._points, self._total = points, total
        text = "Nothing is answered by both models yet."
        if points:
            last = points[-1]
            after = f"After {format.count(last.n)} of {format.count(total)} questions"
            band = f"95 % interval {format.points(last.low)} to {format.points(last.high)}"
            text = f"{after} A minus B is {format.points(last.difference)} points, {band}."
            first = self._decision
            text += f" Decided after {format.count(first.n)} questions." if first else " Not decided."
        self.setAccessibleDescription(text)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(420, 14 * self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(280, 8 * self.fontMetrics().height())

    def picture_height(self, line: float) -> float:
        return 18 * line

    @property
    def _decision(self) -> TracePoint | None:
        return next((point for point in self._points if point.decided), None)

    def draw(self, painter: QPainter, area: QRectF, colours: Colours) -> None:
        painter.setFont(small(painter.font()))
        metrics = QFontMetricsF(painter.font())
        top = self._top()
        left = metrics.horizontalAdvance("+100 ") + 4
        plot = area.adjusted(left, metrics.height() + 6, -6, -metrics.height() - 6)
        if self._points:
            self._draw_band(painter, plot, top, colours)
        self._draw_scale(painter, plot, top, metrics, colours)
        if not self._points:
            painter.setPen(QColor(colours.muted))
            # Between two lines of the scale.
            above_zero = plot.adjusted(0, 0, 0, -plot.height() / 4)
            painter.drawText(above_zero, Qt.AlignmentFlag.AlignCenter, "Nothing is answered by both models yet.")
            return
        self._draw_lines(painter, plot, top, colours)
        self._draw_decision(painter, plot, metrics, colours)

    def _top(self) -> float:
        """Points (0..100) at the upper end of the scale; the lower end mirrors it."""
        if not self._points:
            return 10.0
        settled = [p for p in self._points if p.n >= _SETTLED * self._points[-1].n] or [self._points[-1]]
        return min(100.0, max(2.0, round_up(100 * max(max(abs(p.low), abs(p.high)) for p in settled))))

    def _draw_scale(
        self, painter: QPainter, plot: QRectF, top: float, metrics: QFontMetricsF, colours: Colours
    ) -> None:
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for value in (top, top / 2, 0.0, -top / 2, -top):
            y = plot.center().y() - value / top * plot.height() / 2
            zero = value == 0
            painter.setPen(QPen(QColor(colours.muted if zero else colours.border), 1.4 if zero else 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(QColor(colours.muted))
            text = "0" if zero else f"{value:+.3g}"
            painter.drawText(QRectF(0, y - metrics.height(), plot.left() - 6, 2 * metrics.height()), right, text)
        base = plot.bottom() + 4 + metrics.ascent()
        painter.drawText(QPointF(plot.left(), base), "0")
        lane_a = plot.top() - 3 - metrics.height() / 2
        self._draw_side(painter, QPointF(plot.left(), lane_a), "A", "above 0 points", metrics, colours)
        middle = QPointF(plot.center().x() - 2.5 * metrics.horizontalAdvance(_BETTER), base - metrics.ascent() / 2 + 1)
        self._draw_side(painter, middle, "B", "below 0", metrics, colours)
        text = f"{format.count(self._total)} questions"
        painter.drawText(QPointF(plot.right() - metrics.horizontalAdvance(text), base), text)

    def _draw_side(
        self, painter: QPainter, at: QPointF, label: str, where: str, metrics: QFontMetricsF, colours: Colours
    ) -> None:
        """Which lane is better on that side of 0."""
        width = draw_chip(painter, at.x(), at.y(), label, colours)
        painter.setPen(QColor(colours.muted))
        painter.drawText(QPointF(at.x() + width + 5, at.y() + metrics.ascent() / 2 - 1), f"{_BETTER} {where}")

    def _at(self, plot: QRectF, top: float, n: int, value: float) -> QPointF:
        x = plot.left() + n / max(1, self._total) * plot.width()
        return QPointF(x, plot.center().y() - 100 * value / top * plot.height() / 2)

    def _draw_band(self, painter: QPainter, plot: QRectF, top: float, colours: Colours) -> None:
        upper = [self._at(plot, top, p.n, p.high) for p in self._points]
        lower = [self._at(plot, top, p.n, p.low) for p in self._points]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(blended(colours.accent, colours.surface, _BAND))
        painter.drawPolygon(QPolygonF([*upper, *reversed(lower)]).intersected(QPolygonF(plot)))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colours.accent), 1, Qt.PenStyle.DotLine))
        for line in (upper, lower):
            painter.drawLines(_within(line, plot))

    def _draw_lines(self, painter: QPainter, plot: QRectF, top: float, colours: Colours) -> None:
        painter.setPen(QPen(QColor(colours.accent), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLines(_within([self._at(plot, top, p.n, p.difference) for p in self._points], plot))
        last = self._points[-1]
        painter.setBrush(QColor(colours.accent))
        painter.drawEllipse(self._at(plot, top, last.n, last.difference), 3, 3)

    def _draw_decision(self, painter: QPainter, plot: QRectF, metrics: QFontMetricsF, colours: Colours) -> None:
        decided = self._decision
        if decided is None:
            return
        x = plot.left() + decided.n / max(1, self._total) * plot.width()
        painter.setPen(QPen(QColor(colours.text), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        text = f"decided after {format.count(decided.n)}"
        width = metrics.horizontalAdvance(text)
        left = x + 4 if x + 4 + width < plot.right() else x - 4 - width
        painter.setPen(QColor(colours.text))
        painter.drawText(QPointF(left, plot.bottom() - 2 - metrics.descent()), text)


def _within(points: list[QPointF], plot: QRectF) -> list[QLineF]:
    """The line through the points, as far as it lies within the plot's height: drawings for files know no clip."""
    lines = []
    for one, other in pairwise(points):
        line = QLineF(one, other)
        ends = [_cut(line, plot, line.p1()), _cut(line, plot, line.p2())]
        if ends[0] is not None and ends[1] is not None:
            lines.append(QLineF(ends[0], ends[1]))
    return lines


def _cut(line: QLineF, plot: QRectF, end: QPointF) -> QPointF | None:
    """`end`, or where the line comes in or goes out on that side; None where it does neither."""
    edge = min(max(end.y(), plot.top()), plot.bottom())
    if edge == end.y():
        return end
    rise = line.y2() - line.y1()
    share = (edge - line.y1()) / rise if rise else -1.0
    return line.pointAt(share) if 0 <= share <= 1 else None

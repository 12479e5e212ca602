"""A small chart of one value over time."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from weighin.ui.theme import Theme
from weighin.ui.widgets.chart_scale import ChartScale

# Twice as many as pixels are ever shown; beyond that every second point goes, so an hour costs no more than a minute.
_MOST_POINTS = 1_200


class Sparkline(QWidget):
    """A line with its title, its newest value and the top of its scale. `say` words a value."""

    def __init__(
        self, theme: Theme, title: str, label: str, scale: ChartScale, say: Callable[[float], str], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._title = title
        self._label = label
        self._scale = scale
        self._say = say
        self._points: list[tuple[float, float]] = []
        self._stride = 1
        self._skipped = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.rename(title)
        scale.changed.connect(self.update)
        theme.changed.connect(self.update)

    @property
    def points(self) -> tuple[tuple[float, float], ...]:
        """The points that are drawn: seconds and values."""
        return tuple(self._points)

    @property
    def title(self) -> str:
        """What is drawn."""
        return self._title

    def rename(self, title: str) -> None:
        """It draws something else now."""
        self._title = title
        self.setAccessibleName(f"{title} over time, lane {self._label}")
        self.update()

    def clear(self) -> None:
        """Forget all points."""
        self._points = []
        self._stride, self._skipped = 1, 0
        self.setAccessibleDescription("")
        self.update()

    def add(self, seconds: float, value: float) -> None:
        """One more point, later than all before."""
        self._scale.include(value, seconds, self._label)
        self._skipped += 1
        if self._skipped >= self._stride or len(self._points) < 2:
            self._points.append((seconds, value))
            self._skipped = 0
        else:
            self._points[-1] = (seconds, value)
        if len(self._points) > _MOST_POINTS:
            self._points = self._points[::2]
            self._stride *= 2
        self.setAccessibleDescription(self._say(value))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, self.fontMetrics().height() + 40)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = painter.font()
        font.setPointSizeF(font.pointSizeF() * 0.88)
        painter.setFont(font)
        head = painter.fontMetrics().height() + 2
        area = QRectF(0.5, head, self.width() - 1, self.height() - head - 1)
        self._paint_words(painter, QRectF(0, 0, self.width(), head), colours.muted, colours.text)
        painter.setPen(QPen(QColor(colours.border), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        dotted = QPen(QColor(colours.border), 1, Qt.PenStyle.DotLine)
        painter.setPen(dotted)
        painter.drawLine(area.topLeft(), area.topRight())
        if self._points and self._scale.top and self._scale.span:
            self._paint_line(painter, area, QColor(colours.lane(self._label)))
        painter.end()

    def _paint_words(self, painter: QPainter, rect: QRectF, muted: str, strong: str) -> None:
        painter.setPen(QColor(muted))
        painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self._title)
        used = painter.fontMetrics().horizontalAdvance(f"{self._title}  ")
        if self._points:
            painter.setPen(QColor(strong))
            value = self._say(self._points[-1][1])
            painter.drawText(
                rect.adjusted(used, 0, 0, 0), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, value
            )
            used += painter.fontMetrics().horizontalAdvance(f"{value}  ")
        if self._scale.top:
            top = f"top {self._say(self._scale.top)}"
            if used + painter.fontMetrics().horizontalAdvance(top) < rect.width():
                painter.setPen(QColor(muted))
                painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, top)

    def _paint_line(self, painter: QPainter, area: QRectF, colour: QColor) -> None:
        across, up = area.width() / self._scale.span, area.height() / self._scale.top
        line = QPolygonF(
            [QPointF(area.left() + s * across, area.bottom() - min(v, self._scale.top) * up) for s, v in self._points]
        )
        fill = QPolygonF(line)
        fill.append(QPointF(line.last().x(), area.bottom()))
        fill.append(QPointF(line.first().x(), area.bottom()))
        tint = QColor(colour)
        tint.setAlpha(45)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint)
        painter.drawPolygon(fill)
        painter.setPen(QPen(colour, 1.6))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(line)

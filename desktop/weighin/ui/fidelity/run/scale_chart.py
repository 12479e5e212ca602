"""The mean KLD of each model on a logarithmic scale, beside what quantizations cost a well-known model."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from weighin.core.fidelity.fidelity import Estimate, FidelityRecord
from weighin.core.fidelity.names import side_name
from weighin.core.fidelity.published import MODEL, PUBLISHED
from weighin.core.fidelity.text import with_error
from weighin.ui.charts.chart import Chart, draw_whisker, small
from weighin.ui.theme import Colours, Theme

_LEAST, _MOST = -5, 1  # powers of ten
_DOT = 5.0
_ROW_GAP = 10.0


@dataclass(frozen=True)
class _Point:
    """One of ours."""

    name: str
    kld: Estimate


@dataclass(frozen=True)
class _Label:
    """A published type. row: 0 stands nearest to the plot."""

    name: str
    x: float
    left: float
    row: int


class ScaleChart(Chart):
    """Dashed lines are the published ones, dots with an interval are ours, one row each."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "KLD beside published values", parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._points: tuple[_Point, ...] = ()
        self._count = 1

    @property
    def points(self) -> tuple[tuple[str, float], ...]:
        """Names and values that are drawn."""
        return tuple((point.name, point.kld.value) for point in self._points)

    def show_record(self, record: FidelityRecord) -> None:
        """Draw what is measured."""
        self._count = max(1, len(record.others))
        self._points = tuple(
            _Point(side_name(record, number), other.summary.kld.mean)
            for number, other in enumerate(record.others, 1)
            if other.summary is not None
        )
        ours = "; ".join(f"{point.name}: KLD {with_error(point.kld)}" for point in self._points)
        theirs = ", ".join(f"{row.name} {row.kld:g}" for row in PUBLISHED)
        self.setAccessibleDescription(f"{ours or 'Nothing is measured yet'}. {MODEL}: {theirs}.")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(480, round(self.picture_height(self.fontMetrics().height())) + 8)

    def minimumSizeHint(self) -> QSize:
        return QSize(320, self.sizeHint().height())

    def picture_height(self, line: float) -> float:
        return 5.5 * line + self._count * (2 * line + _ROW_GAP)

    def draw(self, painter: QPainter, area: QRectF, colours: Colours) -> None:
        plain = painter.font()
        line = QFontMetricsF(plain).height()
        painter.setFont(small(plain))
        metrics = QFontMetricsF(painter.font())
        plot = area.adjusted(10, 0, -14, -metrics.height() - 6)
        labels = self._placed(plot, metrics)
        top = area.top() + metrics.height() * (1 + max(label.row for label in labels)) + 4
        self._draw_axis(painter, plot, metrics, colours)
        self._draw_published(painter, plot, top, labels, metrics, colours)
        painter.setFont(plain)
        y = top + 6
        for point in self._points:
            self._draw_point(painter, plot, y, line, point, colours)
            y += 2 * line + _ROW_GAP

    def _x(self, plot: QRectF, kld: float) -> float:
        power = math.log10(kld) if kld > 0 else float(_LEAST)
        return plot.left() + plot.width() * (min(max(power, _LEAST), _MOST) - _LEAST) / (_MOST - _LEAST)

    def _placed(self, plot: QRectF, metrics: QFontMetricsF) -> tuple[_Label, ...]:
        """The published names in as many rows as it takes."""
        ends: list[float] = []
        placed = []
        for row in PUBLISHED:
            width = metrics.horizontalAdvance(row.name)
            x = self._x(plot, row.kld)
            left = max(plot.left(), min(x - width / 2, plot.right() - width))
            at = next((n for n, end in enumerate(ends) if end + 8 <= left), len(ends))
            if at == len(ends):
                ends.append(0.0)
            ends[at] = left + width
            placed.append(_Label(row.name, x, left, at))
        return tuple(placed)

    def _draw_axis(self, painter: QPainter, plot: QRectF, metrics: QFontMetricsF, colours: Colours) -> None:
        painter.setPen(QPen(QColor(colours.border), 1))
        painter.drawLine(plot.bottomLeft(), plot.bottomRight())
        for power in range(_LEAST, _MOST + 1):
            x = self._x(plot, 10.0**power)
            painter.setPen(QPen(QColor(colours.border), 1))
            painter.drawLine(QPointF(x, plot.bottom()), QPointF(x, plot.bottom() + 4))
            painter.setPen(QColor(colours.muted))
            text = f"{10.0**power:.{max(0, -power)}f}"
            width = metrics.horizontalAdvance(text)
            left = max(plot.left() - 8, min(x - width / 2, plot.right() + 12 - width))
            painter.drawText(QPointF(left, plot.bottom() + 6 + metrics.ascent()), text)

    def _draw_published(
        self,
        painter: QPainter,
        plot: QRectF,
        top: float,
        labels: tuple[_Label, ...],
        metrics: QFontMetricsF,
        colours: Colours,
    ) -> None:
        for label in labels:
            painter.setPen(QPen(QColor(colours.border), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(label.x, top - metrics.height() * label.row), QPointF(label.x, plot.bottom()))
        for label in labels:
            base = top - 2 - metrics.height() * label.row
            width = metrics.horizontalAdvance(label.name)
            painter.fillRect(
                QRectF(label.left - 1, base - metrics.height(), width + 2, metrics.height()), QColor(colours.surface)
            )
            painter.setPen(QColor(colours.muted))
            painter.drawText(QPointF(label.left, base - metrics.descent()), label.name)

    def _draw_point(
        self, painter: QPainter, plot: QRectF, y: float, line: float, point: _Point, colours: Colours
    ) -> None:
        metrics = QFontMetricsF(painter.font())
        value = f"KLD {with_error(point.kld)}"
        room = max(40.0, plot.width() - metrics.horizontalAdvance(value) - 16)
        name = metrics.elidedText(point.name, Qt.TextElideMode.ElideMiddle, room)
        said = f"{name}  {value}"
        width = metrics.horizontalAdvance(said)
        x = self._x(plot, point.kld.value)
        left = max(plot.left(), min(x - width / 2, plot.right() - width))
        painter.fillRect(QRectF(left - 2, y, width + 4, line), QColor(colours.surface))
        painter.setPen(QColor(colours.text))
        painter.drawText(QPointF(left, y + metrics.ascent()), said)
        middle = y + 1.5 * line
        if point.kld.low is not None and point.kld.high is not None:
            draw_whisker(painter, self._x(plot, point.kld.low), self._x(plot, point.kld.high), middle, colours)
        painter.setPen(QPen(QColor(colours.surface), 1.5))
        painter.setBrush(QColor(colours.accent))
        painter.drawEllipse(QPointF(x, middle), _DOT, _DOT)

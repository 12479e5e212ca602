"""A bar of parts laid end to end, with a mark for what there is room for."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from weighin.ui.theme import Theme

_HEIGHT = 22
_ROUND = 4.0


@dataclass(frozen=True)
class BarPart:
    """`colour`: a name in Colours. `hatched`: drawn lighter, for what only takes what others leave."""

    label: str
    value: float
    colour: str
    hatched: bool = False


class StackedBar(QWidget):
    """`name` is its accessible name; the description says the parts in words."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._parts: tuple[BarPart, ...] = ()
        self._limit = 0.0
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @property
    def parts(self) -> tuple[BarPart, ...]:
        """What is drawn."""
        return self._parts

    def show_parts(self, parts: tuple[BarPart, ...], limit: float) -> None:
        """Draw these; `limit`: where the mark stands, 0 for none."""
        self._parts, self._limit = parts, limit
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, _HEIGHT + 8)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, _HEIGHT + 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = max(self._limit, sum(part.value for part in self._parts))
        area = QRectF(0.5, 4, self.width() - 1, _HEIGHT)
        outline = QPainterPath()
        outline.addRoundedRect(area, _ROUND, _ROUND)
        painter.fillPath(outline, QColor(colours.raised))
        if whole > 0:
            painter.save()
            painter.setClipPath(outline)
            self._paint_parts(painter, area, area.width() / whole)
            painter.restore()
        painter.setPen(QPen(QColor(colours.border), 1))
        painter.drawPath(outline)
        if whole > 0 and self._limit > 0:
            at = area.left() + min(self._limit / whole * area.width(), area.width() - 1)
            painter.setPen(QPen(QColor(colours.text), 2))
            painter.drawLine(round(at), 1, round(at), _HEIGHT + 7)
        painter.end()

    def _paint_parts(self, painter: QPainter, area: QRectF, scale: float) -> None:
        left = area.left()
        for part in self._parts:
            width = part.value * scale
            rect = QRectF(left, area.top(), width, area.height())
            colour = QColor(getattr(self._theme.colours, part.colour))
            if part.hatched:
                painter.fillRect(rect, QBrush(colour, Qt.BrushStyle.BDiagPattern))
            else:
                painter.fillRect(rect, colour)
            if width > 3:
                painter.fillRect(
                    QRectF(left + width - 1, area.top(), 1, area.height()), QColor(self._theme.colours.surface)
                )
            left += width

"""How much KLD is how dark, and the legend that says so."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from weighin.ui.charts.chart import blended, small
from weighin.ui.theme import Colours, Theme

# From each of these on a token is a level darker.
LEVELS = (0.02, 0.1, 0.5, 2.0)
_TINTS = (0, 12, 22, 34, 100)  # per cent of red
_NAMES = ("KLD under 0.02", "0.02", "0.1", "0.5", "2 and more")
_GREY = "grey: only read"
# From this level on a line stands below the token, thicker each time: colour never stands alone.
_LINED = 2


def level_of(kld: float) -> int:
    """0 to 4."""
    return sum(kld >= least for least in LEVELS)


def paint_level(painter: QPainter, rect: QRectF, level: int, colours: Colours) -> str:
    """Paint the ground of a token; the colour of its text."""
    if level:
        painter.fillRect(rect, blended(colours.red, colours.surface, _TINTS[level]))
    ink = colours.surface if level == len(LEVELS) else colours.text
    if level >= _LINED:
        thick = float(level - _LINED + 1)
        painter.setPen(QPen(QColor(ink), thick))
        y = rect.bottom() - thick / 2
        painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))
    return ink


class HeatLegend(QWidget):
    """The levels side by side."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAccessibleName(f"Legend: {', '.join((*_NAMES, _GREY))}")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip("The darker and the more underlined, the larger the KLD")
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(420, round(QFontMetricsF(small(self.font())).height()) + 8)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = self._theme.colours
        painter.setFont(small(self.font()))
        metrics = QFontMetricsF(painter.font())
        left = 0.0
        for level, name in enumerate((*_NAMES, _GREY)):
            width = metrics.horizontalAdvance(name) + 14
            rect = QRectF(left, 2, width, self.height() - 4)
            ink = colours.muted if level > len(LEVELS) else paint_level(painter, rect, level, colours)
            painter.setPen(QColor(ink))
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, name)
            left += width + 6
        painter.end()

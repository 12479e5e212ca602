"""What all charts have in common."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from weighin.ui.theme import Colours, Theme

_CAP = 4.0
# Hatching on the bars of B: colour never stands alone.
_TINT = 28  # per cent
_HATCH = 6.0


class Chart(QWidget):
    """A painted picture that can have the focus; its accessible description says in words what it shows."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.draw(painter, QRectF(self.rect()).adjusted(3, 3, -3, -3), self._theme.colours)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self._theme.colours.accent), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 5, 5)
        painter.end()

    def picture_height(self, line: float) -> float:
        """How high a picture of it is where a line of text takes `line`."""
        raise NotImplementedError

    def draw(self, painter: QPainter, area: QRectF, colours: Colours) -> None:
        """Paint into `area`."""
        raise NotImplementedError


def small(font: QFont) -> QFont:
    """The same font for what is said beside a picture."""
    smaller = QFont(font)
    if font.pixelSize() > 0:
        smaller.setPixelSize(round(font.pixelSize() * 0.88))
    else:
        smaller.setPointSizeF(font.pointSizeF() * 0.88)
    return smaller


def blended(colour: str, ground: str, percent: int) -> QColor:
    """So much of `colour` on `ground`, opaque: drawings for files know no transparency everywhere."""
    over, below = QColor(colour), QColor(ground)
    pairs = ((over.red(), below.red()), (over.green(), below.green()), (over.blue(), below.blue()))
    return QColor(*(round((percent * a + (100 - percent) * b) / 100) for a, b in pairs))


def draw_bar(painter: QPainter, rect: QRectF, colours: Colours, label: str) -> None:
    """A bar of lane "A" (solid) or "B" (hatched)."""
    colour = QColor(colours.lane(label))
    if label == "A":
        painter.fillRect(rect, colour)
        return
    painter.fillRect(rect, blended(colours.lane(label), colours.surface, _TINT))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour, 1))
    # Line by line: a brush's pattern comes out in the pixels of whatever it is printed on, and a clip not at all.
    x = rect.left() - rect.height() + _HATCH
    while x < rect.right():
        left, right = max(x, rect.left()), min(x + rect.height(), rect.right())
        painter.drawLine(QPointF(left, rect.bottom() - (left - x)), QPointF(right, rect.bottom() - (right - x)))
        x += _HATCH
    painter.drawRect(rect.adjusted(0.5, 0.5, -0.5, -0.5))


def draw_whisker(painter: QPainter, low: float, high: float, y: float, colours: Colours, thin: bool = False) -> None:
    """An interval from x = `low` to `high`, on a halo of the ground so that it stands out from the bar below."""
    cap = _CAP / 2 if thin else _CAP
    for colour, width in ((colours.surface, 3.0 if thin else 4.5), (colours.text, 1.4 if thin else 1.8)):
        pen = QPen(QColor(colour), width)
        pen.setCapStyle(Qt.PenCapStyle.SquareCap)
        painter.setPen(pen)
        painter.drawLine(QRectF(low, y, high - low, 0).topLeft(), QRectF(low, y, high - low, 0).topRight())
        for x in (low, high):
            painter.drawLine(QRectF(x, y - cap, 0, 2 * cap).topLeft(), QRectF(x, y - cap, 0, 2 * cap).bottomLeft())

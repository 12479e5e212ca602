"""How well text can be read: contrast ratios of WCAG 2.2, of two colours and of what is on the screen."""

from __future__ import annotations

from collections import Counter
from functools import cache

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QTabBar, QTableView, QToolButton, QWidget

from tests.support.layout import shown_in

# For text of any size.
LEAST = 4.5


@cache
def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, #rrggbb."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def hard_to_read(window: QWidget) -> list[str]:
    """A line for each text in sight in `window` whose strongest ink has too little contrast to its ground. Letters must
    be so large that some of their pixels have the whole of their colour."""
    picture = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    found = []
    for widget in shown_in(window):
        for what, place in _texts(widget):
            at = QRect(widget.mapTo(window, place.topLeft()), place.size()) & window.rect()
            if place.height() > at.height() or at.width() < widget.fontMetrics().averageCharWidth() * 2:
                continue  # scrolled out of sight
            top = window.childAt(at.center())
            if top is not None and not (top is widget or widget.isAncestorOf(top) or top.isAncestorOf(widget)):
                continue  # something lies over it
            ink, ground = _ink_and_ground(picture.copy(at))
            if ink != ground and contrast(ink, ground) < LEAST:
                found.append(f"{type(widget).__name__} {what[:40]!r}: {ink} on {ground}, {contrast(ink, ground):.2f}")
    return found


def _texts(widget: QWidget) -> list[tuple[str, QRect]]:
    """What is written on it, and where."""
    if widget.visibleRegion().boundingRect().height() < widget.height():
        return []  # partly scrolled out of sight
    place = widget.visibleRegion().boundingRect()
    if isinstance(widget, (QLabel, QAbstractButton)):
        if isinstance(widget, QToolButton) and not widget.icon().isNull():
            place.setTop(max(place.top(), widget.height() - widget.fontMetrics().height() - 8))
        return [(widget.text(), place)] if widget.text().strip() else []
    if isinstance(widget, QLineEdit):
        return [(widget.text() or widget.placeholderText(), place)]
    if isinstance(widget, QComboBox):
        return [(widget.currentText(), place.adjusted(0, 0, -place.width() // 4, 0))]
    if isinstance(widget, QTabBar):
        return [(widget.tabText(number), widget.tabRect(number)) for number in range(widget.count())]
    if isinstance(widget, QTableView):
        offset = widget.viewport().mapTo(widget, QPoint(0, 0))
        rows = range(min(widget.model().rowCount(), 20))
        cells = [widget.model().index(row, column) for row in rows for column in range(widget.model().columnCount())]
        room = widget.viewport().rect()
        seen = [(cell, widget.visualRect(cell)) for cell in cells if str(cell.data() or "").strip()]
        whole = [(cell, at & room) for cell, at in seen if room.top() <= at.top() and at.bottom() <= room.bottom()]
        return [(str(cell.data()), at.translated(offset)) for cell, at in whole]
    return []


def _ink_and_ground(picture: QImage) -> tuple[str, str]:
    """The colour of most pixels, and the one that differs most from it."""
    pixels = Counter(memoryview(picture.constBits()).cast("I"))
    ground = _name(pixels.most_common(1)[0][0])
    return max((_name(pixel) for pixel in pixels), key=lambda colour: contrast(colour, ground)), ground


def _name(pixel: int) -> str:
    return f"#{pixel & 0xFFFFFF:06x}"

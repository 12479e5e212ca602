"""What of a window cannot be read: texts that are cut, widgets outside their parents."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QRect, Qt, QTextBoundaryFinder
from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QCheckBox, QLabel, QRadioButton, QTabBar, QWidget

from weighin.ui.widgets.label import ElidedLabel

# Half a letter's ascent may be given by a layout that rounds.
_SLACK = 2


def unreadable(window: QWidget) -> list[str]:
    """A line for each widget shown in `window` whose text is cut without a tooltip, or that its parent cuts off and no
    scroll bar reaches."""
    shown = [widget for widget in window.findChildren(QWidget) if widget.isVisible() and not _is_qts_own(widget)]
    return [*(line for w in shown if (line := _cut(w))), *(line for w in shown if (line := _outside(w)))]


def _cut(widget: QWidget) -> str:
    if isinstance(widget, ElidedLabel) or not widget.width():
        return ""
    if isinstance(widget, QLabel) and widget.text():
        room = widget.contentsRect()
        if widget.wordWrap():
            needed = widget.heightForWidth(widget.width())
            words = max((_width(widget, word) for word in _unbroken(widget.text())), default=0)
            if needed > widget.height() + _SLACK or words > room.width() + _SLACK:
                return _line("cut", widget, f"needs {words} x {needed}")
        elif _width(widget, widget.text()) > room.width() + _SLACK and not widget.toolTip():
            return _line("cut", widget, f"needs {_width(widget, widget.text())}")
    if isinstance(widget, QAbstractButton) and widget.text():
        needed = _width(widget, widget.text())
        aside = 16 if isinstance(widget, (QCheckBox, QRadioButton)) else 0
        if needed + aside > widget.width() or widget.fontMetrics().height() > widget.height() + _SLACK:
            return _line("cut", widget, f"needs {needed}")
    if isinstance(widget, QTabBar) and widget.count():
        last = widget.tabRect(widget.count() - 1)
        if last.right() > widget.width() and not widget.usesScrollButtons():
            return _line("cut", widget, f"needs {last.right()}")
    return ""


def _unbroken(text: str) -> list[str]:
    """Pieces in which a line cannot be broken: words, and single signs of a script without spaces."""
    finder = QTextBoundaryFinder(QTextBoundaryFinder.BoundaryType.Line, text)
    ends = [0]
    while (end := finder.toNextBoundary()) >= 0:
        ends.append(end)
    return [text[start:end].strip() for start, end in pairwise(ends)]


def _width(widget: QWidget, text: str) -> int:
    return max(widget.fontMetrics().horizontalAdvance(line) for line in text.split("\n"))


def _outside(widget: QWidget) -> str:
    parent = widget.parentWidget()
    if parent is None or widget.isWindow():
        return ""
    holder = parent.parentWidget()
    if isinstance(holder, QAbstractScrollArea) and parent is holder.viewport():
        off = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        too_wide = holder.horizontalScrollBarPolicy() == off and widget.width() > parent.width() + _SLACK
        return _line("outside", widget, f"its scroll area has {parent.width()}") if too_wide else ""
    room = QRect(0, 0, parent.width(), parent.height()).adjusted(-_SLACK, -_SLACK, _SLACK, _SLACK)
    return "" if room.contains(widget.geometry()) else _line("outside", widget, f"parent has {parent.size().toTuple()}")


def _is_qts_own(widget: QWidget) -> bool:
    """Parts of Qt's composite widgets, which these arrange themselves."""
    return widget.objectName().startswith("qt_") or isinstance(widget.parentWidget(), (QTabBar,))


def _line(what: str, widget: QWidget, why: str) -> str:
    text = widget.text() if isinstance(widget, (QLabel, QAbstractButton)) else widget.accessibleName()
    kind = type(widget).__name__
    within = type(widget.parentWidget()).__name__
    return f"{what}: {kind} in {within} {text[:60]!r} {widget.geometry().getRect()}, {why}"

"""What of a window cannot be read or reached: texts cut off, widgets outside their parents, a Tab order that jumps."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import QPoint, QRect, Qt, QTextBoundaryFinder
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QApplication,
    QCheckBox,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QTabBar,
    QTableView,
    QTextEdit,
    QToolButton,
    QWidget,
)

from weighin.ui.widgets.label import ElidedLabel, PlainLabel

# Half a letter's ascent may be given by a layout that rounds.
_SLACK = 2
# What a check box or radio button has beside its text, and a line edit around it.
_BOX, _FRAME = 16, 12


def unreadable(window: QWidget) -> list[str]:
    """A line for each widget shown in `window` whose text is cut without a tooltip, or that its parent cuts off and no
    scroll bar reaches."""
    shown = shown_in(window)
    return [*(line for w in shown if (line := _cut(w))), *(line for w in shown if (line := _outside(w)))]


def unreadable_at_last(window: QWidget) -> list[str]:
    """The same, once the layouts have come to rest: one that scrolls takes several turns."""
    lines: list[str] = []
    for turn in range(12):
        for _ in range(8):
            QApplication.processEvents()
        if not (lines := unreadable(window)):
            return []
        if turn:
            QTest.qWait(20)
    return lines


def shown_in(window: QWidget) -> list[QWidget]:
    """The widgets of ours in sight in `window`, itself left out."""
    return [widget for widget in window.findChildren(QWidget) if widget.isVisible() and not _is_qts_own(widget)]


def _cut(widget: QWidget) -> str:
    if not widget.width():
        return ""
    if isinstance(widget, ElidedLabel):
        whole = _width(widget, widget.text()) <= widget.contentsRect().width()
        return "" if whole or widget.toolTip() else _line("cut", widget, "and has no tooltip")
    if isinstance(widget, QLabel) and widget.text():
        return _cut_label(widget)
    if isinstance(widget, QAbstractButton) and widget.text():
        return _cut_button(widget)
    if isinstance(widget, QTabBar) and widget.count():
        last = widget.tabRect(widget.count() - 1)
        if last.right() > widget.width() and not widget.usesScrollButtons():
            return _line("cut", widget, f"needs {last.right()}")
    if isinstance(widget, QComboBox) and not widget.isEditable():
        needed = _width(widget, widget.currentText() or widget.placeholderText())
        if needed > widget.width() - 2 * _FRAME and not widget.toolTip():
            return _line("cut", widget, f"needs {needed} for {widget.currentText()[:40]!r} and has no tooltip")
    if isinstance(widget, QLineEdit) and not widget.text() and not isinstance(widget.parentWidget(), QComboBox):
        needed = _width(widget, widget.placeholderText())
        if needed > widget.width() - _FRAME and not widget.toolTip():
            return _line("cut", widget, f"needs {needed} for {widget.placeholderText()!r}")
    if isinstance(widget, (QTextEdit, QPlainTextEdit)):
        needed = widget.fontMetrics().height()
        if widget.viewport().height() < needed:
            return _line("cut", widget, f"has room for {widget.viewport().height()} of a line of {needed}")
    if isinstance(widget, QTableView):
        return next(_cut_cells(widget), "")
    if isinstance(widget, QHeaderView):
        return next(_cut_titles(widget), "")
    return ""


def _cut_label(widget: QLabel) -> str:
    room = widget.contentsRect()
    if widget.wordWrap():
        needed = widget.heightForWidth(widget.width())
        # A label of ours breaks a word that is wider than it, unless its text can be selected.
        selectable = widget.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse
        breaks = isinstance(widget, PlainLabel) and not selectable
        words = 0 if breaks else max((_width(widget, word) for word in _unbroken(widget.text())), default=0)
        if needed > widget.height() + _SLACK or words > room.width() + _SLACK:
            return _line("cut", widget, f"needs {words} x {needed}")
        return ""
    lines = widget.text().count("\n") + 1
    if lines * widget.fontMetrics().height() > widget.height() + _SLACK:
        return _line("cut", widget, f"needs a height of {lines * widget.fontMetrics().height()}")
    if _width(widget, widget.text()) > room.width() + _SLACK and not widget.toolTip():
        return _line("cut", widget, f"needs {_width(widget, widget.text())}")
    return ""


def _cut_button(widget: QAbstractButton) -> str:
    needed = _width(widget, widget.text())
    aside = _BOX if isinstance(widget, (QCheckBox, QRadioButton)) else 0
    narrow = needed + aside > widget.width()
    # Between text and edge a push button has what the style sheet says.
    narrow |= isinstance(widget, QPushButton) and widget.width() < widget.minimumSizeHint().width() - _SLACK
    low = widget.fontMetrics().height() > widget.height() + _SLACK
    if isinstance(widget, QToolButton) and widget.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonTextUnderIcon:
        low = widget.sizeHint().height() > widget.height() + _SLACK
    if (narrow and not widget.toolTip()) or low:
        return _line("cut", widget, f"needs {max(needed, widget.minimumSizeHint().width())}")
    return ""


def _cut_cells(table: QTableView) -> Iterator[str]:
    """A cell in sight that is elided without a tooltip."""
    model, metrics = table.model(), table.fontMetrics()
    first, last = table.rowAt(0), table.rowAt(table.viewport().height() - 1)
    for row in range(max(0, first), (model.rowCount() if last < 0 else last + 1) if first >= 0 else 0):
        for column in range(model.columnCount()):
            index = model.index(row, column)
            text = str(index.data() or "")
            is_cut = metrics.horizontalAdvance(text) > table.columnWidth(column) and not table.isColumnHidden(column)
            if is_cut and not index.data(Qt.ItemDataRole.ToolTipRole):
                yield _line("cut", table, f"{text[:60]!r} in row {row} has no tooltip")


def _cut_titles(header: QHeaderView) -> Iterator[str]:
    model = header.model()
    if header.orientation() != Qt.Orientation.Horizontal or model is None:
        return
    for column in range(header.count()):
        text = str(model.headerData(column, header.orientation()) or "")
        told = model.headerData(column, header.orientation(), Qt.ItemDataRole.ToolTipRole)
        if _width(header, text) > header.sectionSize(column) and not header.isSectionHidden(column) and not told:
            yield _line("cut", header, f"{text!r} needs {_width(header, text)} of {header.sectionSize(column)}")


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
        too_high = holder.verticalScrollBarPolicy() == off and widget.height() > parent.height() + _SLACK
        return (
            _line("outside", widget, f"its scroll area has {parent.size().toTuple()}") if too_wide or too_high else ""
        )
    room = QRect(0, 0, parent.width(), parent.height()).adjusted(-_SLACK, -_SLACK, _SLACK, _SLACK)
    return "" if room.contains(widget.geometry()) else _line("outside", widget, f"parent has {parent.size().toTuple()}")


def _is_qts_own(widget: QWidget) -> bool:
    """Parts of Qt's composite widgets, which these arrange themselves."""
    return widget.objectName().startswith("qt_") or isinstance(widget.parentWidget(), (QTabBar, QAbstractItemView))


def _line(what: str, widget: QWidget, why: str) -> str:
    text = widget.text() if isinstance(widget, (QLabel, QAbstractButton)) else widget.accessibleName()
    kind = type(widget).__name__
    within = type(widget.parentWidget()).__name__
    return f"{what}: {kind} in {within} {text[:60]!r} {widget.geometry().getRect()}, {why}"


def against_the_reading(page: QWidget, apart: tuple[type[QWidget], ...] = ()) -> list[str]:
    """Steps of Tab that lead back up without leading to the right, or to the left in a row. What lies over the page, as
    the types in `apart` do, is a group of its own: read as one, and left before the rest goes on."""
    groups: dict[QWidget, list[QWidget]] = {}
    order: list[QWidget] = []
    for widget in _by_tab(page):
        above = next((up for up in _upwards(widget) if isinstance(up, apart)), page)
        groups.setdefault(above, []).append(widget)
        order.append(above)
    entered = [above for before, above in zip([*order[-1:], *order], order, strict=False) if above is not before]
    wrong = [f"{type(above).__name__} is left and entered again" for above in set(entered) if entered.count(above) > 1]
    for widgets in groups.values():
        steps = [step for one, other in pairwise([*widgets, widgets[0]]) if (step := _step_back(one, other, page))]
        # The round comes back to its beginning once.
        wrong += steps if len(steps) > 1 else []
    return wrong


def _step_back(one: QWidget, other: QWidget, page: QWidget) -> str:
    """What is wrong with going from `one` to `other`, "" for nothing."""
    if one.isAncestorOf(other):
        return ""
    here, there = _places(one, other, page)
    up, beside = there.bottom() <= here.top(), there.top() < here.bottom() and here.top() < there.bottom()
    if (up and there.left() < here.right()) or (beside and there.left() < here.left()):
        return f"{spoken(one)} {here.getRect()} -> {spoken(other)} {there.getRect()}"
    return ""


def spoken(widget: QWidget) -> str:
    """What a screen reader calls it."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name) if interface else ""


def _by_tab(page: QWidget) -> list[QWidget]:
    """Where Tab leads in it, from where the keyboard is until it comes round. Asking Qt for its chain would do, but
    PySide takes each of its widgets for the child of the one before, and lets it die with that."""
    page.window().activateWindow()
    assert QTest.qWaitForWindowActive(page.window())
    if not page.isAncestorOf(QApplication.focusWidget() or page):
        page.focusNextChild()
    found: list[QWidget] = []
    while (at := QApplication.focusWidget()) is not None and at not in found:
        found.append(at)
        QTest.keyClick(at, Qt.Key.Key_Tab)
    assert found
    return [w for w in found if page.isAncestorOf(w) and w.focusPolicy() & Qt.FocusPolicy.TabFocus]


def _upwards(widget: QWidget | None) -> Iterator[QWidget]:
    while widget is not None:
        yield widget
        widget = widget.parentWidget()


def _places(one: QWidget, other: QWidget, page: QWidget) -> tuple[QRect, QRect]:
    """Where both are in `page`. What is scrolled out of sight counts as at the edge where it went, unless the other is
    scrolled with it."""
    parents = (one.parentWidget(), other.parentWidget())
    areas = [[up for up in _upwards(parent) if isinstance(up, QScrollArea)] for parent in parents]
    apart = [[area for area in mine if area not in theirs] for mine, theirs in (areas, areas[::-1])]
    return _seen(one, page, apart[0]), _seen(other, page, apart[1])


def _seen(widget: QWidget, page: QWidget, areas: list[QScrollArea]) -> QRect:
    place = QRect(widget.mapTo(page, QPoint(0, 0)), widget.size())
    for area in areas:
        view = QRect(area.viewport().mapTo(page, QPoint(0, 0)), area.viewport().size())
        top = min(max(place.top(), view.top()), view.bottom())
        place.setCoords(place.left(), top, place.right(), max(top, min(place.bottom(), view.bottom())))
    return place

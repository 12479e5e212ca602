"""The table of the History page: badges on what was asked, sets that fold, stars by a click."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPalette
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from weighin.ui.history.entries import COLUMNS, PROMPT_COLUMN, STAR_COLUMN, Entry, tip
from weighin.ui.theme import Theme, icon
from weighin.ui.widgets.table import RECORD, RowTable

_EDGE, _GAP, _PADDING = 11, 6, 6
_ARROW = 14
_INDENT = _ARROW + _GAP


class HistoryTable(RowTable):
    """Rows are of Entry. `fold_toggled` and `star_toggled` carry the one that was meant."""

    fold_toggled = Signal(object)
    star_toggled = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Past comparisons", COLUMNS, lambda entry: entry.key, tip, several=True, parent=parent)
        self._badges = PromptDelegate(theme, self)
        self.setItemDelegateForColumn(PROMPT_COLUMN, self._badges)
        theme.changed.connect(self.viewport().update)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        entry: Entry | None = index.data(RECORD) if index.isValid() else None
        if entry is not None and event.button() == Qt.MouseButton.LeftButton and not event.modifiers():
            if index.column() == STAR_COLUMN:
                self.star_toggled.emit(entry)
                return
            at = event.position().x() - self.visualRect(index).left()
            if entry.group and index.column() == PROMPT_COLUMN and at < _EDGE + _INDENT:
                self.fold_toggled.emit(entry)
                return
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        entry: Entry | None = self.chosen
        wanted = {Qt.Key.Key_Right: True, Qt.Key.Key_Left: False}.get(Qt.Key(event.key()))
        if entry is not None and entry.group and wanted is not None and wanted is not entry.unfolded:
            self.fold_toggled.emit(entry)
        else:
            super().keyPressEvent(event)


class PromptDelegate(QStyledItemDelegate):
    """Paints an arrow before a set, room before what stands below it, and badges at the right."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        entry: Entry = index.data(RECORD)
        whole = QStyleOptionViewItem(option)
        self.initStyleOption(whole, index)
        whole.text = ""
        style = whole.widget.style() if whole.widget else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, whole, painter, whole.widget)
        chosen = bool(whole.state & QStyle.StateFlag.State_Selected)
        colours = self._theme.colours
        text = whole.palette.color(QPalette.ColorRole.HighlightedText) if chosen else QColor(colours.text)
        room = whole.rect.adjusted(_EDGE, 0, -_EDGE, 0)
        if entry.group:
            arrow = icon("unfolded" if entry.unfolded else "folded", text.name(), _ARROW)
            arrow.paint(painter, QRect(room.left(), room.center().y() - _ARROW // 2, _ARROW, _ARROW))
        if entry.group or entry.nested:
            room.setLeft(room.left() + _INDENT)
        painter.save()
        painter.setFont(whole.font)
        for mark in reversed(entry.marks):
            room = self._badge(painter, room, mark.text, text if chosen else QColor(colours.muted))
        painter.setPen(text)
        shown = whole.fontMetrics.elidedText(entry.text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        painter.restore()

    def _badge(self, painter: QPainter, room: QRect, text: str, colour: QColor) -> QRect:
        """Draw one at the right end of `room`; what is left of it. Where it would leave too little it is left out: the
        tooltip has it all the same."""
        metrics = painter.fontMetrics()
        size = QSize(metrics.horizontalAdvance(text) + 2 * _PADDING, metrics.height() + 2)
        if size.width() > room.width() // 2:
            return room
        place = QRect(room.right() - size.width(), room.center().y() - size.height() // 2, size.width(), size.height())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(colour)
        painter.drawRoundedRect(place, 4, 4)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
        return room.adjusted(0, 0, -size.width() - _GAP, 0)

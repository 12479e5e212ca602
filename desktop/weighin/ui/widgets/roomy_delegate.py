"""Rows of a drop-down list with room to breathe."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

# How QComboBox.insertSeparator marks its rows.
_SEPARATOR = "separator"
_SEPARATOR_HEIGHT = 9
_ROOM = 12


class RoomyDelegate(QStyledItemDelegate):
    """Paints entries as usual, only higher, and separators as a line."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        hint = super().sizeHint(option, index)
        height = _SEPARATOR_HEIGHT if _is_separator(index) else option.fontMetrics.height() + _ROOM
        return QSize(hint.width(), height)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        if not _is_separator(index):
            super().paint(painter, option, index)
            return
        middle = option.rect.center().y()
        painter.setPen(option.palette.color(QPalette.ColorRole.Mid))
        painter.drawLine(option.rect.left() + 6, middle, option.rect.right() - 6, middle)


def _is_separator(index: QModelIndex | QPersistentModelIndex) -> bool:
    return index.data(Qt.ItemDataRole.AccessibleDescriptionRole) == _SEPARATOR

"""The rows of the table of what runs here: filtered and sorted in one go, so that thousands are no burden."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from weighin.core.plans.plan import VerdictKind
from weighin.core.plans.workstation import Row
from weighin.ui.theme import Theme
from weighin.ui.widgets.label import plain_tooltip
from weighin.ui.workstation.columns import COLUMNS, HERE

_TONES = {VerdictKind.RUNS: "green", VerdictKind.TIGHT: "amber", VerdictKind.NO: "red"}
_Index = QModelIndex | QPersistentModelIndex


class RunRows(QAbstractTableModel):
    """`tip`: what hovering over a row says."""

    def __init__(self, theme: Theme, tip: Callable[[Row], str]) -> None:
        super().__init__()
        self._theme, self._tip = theme, tip
        self._all: tuple[Row, ...] = ()
        self._wanted: Callable[[Row], bool] = lambda _: True
        self._column, self._order = -1, Qt.SortOrder.AscendingOrder
        self.shown: tuple[Row, ...] = ()

    def show_rows(self, rows: tuple[Row, ...]) -> None:
        """Take these in place of what was there."""
        self._all = rows
        self._arrange()

    def show_only(self, wanted: Callable[[Row], bool]) -> None:
        """Show the rows that `wanted` says yes to."""
        self._wanted = wanted
        self._arrange()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._column, self._order = column, order
        self._arrange()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.shown)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section].head
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row, column = self.shown[index.row()], COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(row)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        if role == Qt.ItemDataRole.ForegroundRole and index.column() == HERE and row.kind is not None:
            return QColor(getattr(self._theme.colours, _TONES[row.kind]))
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(self._tip(row))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{column.head}: {column.text(row)}"
        return None

    def _arrange(self) -> None:
        shown = [row for row in self._all if self._wanted(row)]
        if self._column >= 0:
            shown = _sorted(shown, COLUMNS[self._column].order, self._order == Qt.SortOrder.DescendingOrder)
        places = {row.candidate.key: number for number, row in enumerate(shown)}
        if places.keys() != {row.candidate.key for row in self.shown}:
            self.beginResetModel()
            self.shown = tuple(shown)
            self.endResetModel()
            return
        # The same models in another order or with other numbers: what is selected follows its model.
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        after = [self.index(places[self.shown[i.row()].candidate.key], i.column()) for i in before]
        self.shown = tuple(shown)
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()


def _sorted(rows: list[Row], order: Callable[[Row], Any], falling: bool) -> list[Row]:
    """By `order`; rows of which it is unknown come last either way."""
    known = [row for row in rows if order(row) is not None]
    return sorted(known, key=order, reverse=falling) + [row for row in rows if order(row) is None]


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if COLUMNS[column].number else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter

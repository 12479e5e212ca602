"""The table of what runs here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QWidget

from weighin.core.plans.plan import VerdictKind
from weighin.core.plans.workstation import WorkstationRow
from weighin.ui.theme import Theme
from weighin.ui.widgets.label import plain_tooltip
from weighin.ui.widgets.table import ListTable, column_widths
from weighin.ui.workstation.columns import COLUMNS, HERE

_TONES = {VerdictKind.RUNS: "green", VerdictKind.TIGHT: "amber", VerdictKind.NO: "red"}
_Index = QModelIndex | QPersistentModelIndex


class RunRows(QAbstractTableModel):
    """`tip`: what hovering over a row says."""

    def __init__(self, theme: Theme, tip: Callable[[WorkstationRow], str]) -> None:
        super().__init__()
        self._theme, self._tip = theme, tip
        self._all: tuple[WorkstationRow, ...] = ()
        self._wanted: Callable[[WorkstationRow], bool] = lambda _: True
        self._column, self._order = -1, Qt.SortOrder.AscendingOrder
        self.shown: tuple[WorkstationRow, ...] = ()

    def show_rows(self, rows: tuple[WorkstationRow, ...]) -> None:
        """Take these in place of what was there."""
        self._all = rows
        self._arrange()

    def show_only(self, wanted: Callable[[WorkstationRow], bool]) -> None:
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


def _sorted(rows: list[WorkstationRow], order: Callable[[WorkstationRow], Any], falling: bool) -> list[WorkstationRow]:
    """By `order`; rows of which it is unknown come last either way."""
    known = [row for row in rows if order(row) is not None]
    return sorted(known, key=order, reverse=falling) + [row for row in rows if order(row) is None]


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if COLUMNS[column].number else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


_PADDING = 24
_ARROW = 16
_ROOM_FOR_DETAILS = 1100


class RunTable(ListTable):
    """One or two rows can be chosen."""

    def __init__(self, theme: Theme, tip: Callable[[WorkstationRow], str], parent: QWidget | None = None) -> None:
        self.rows = RunRows(theme, tip)
        super().__init__("Models and whether they run here", self.rows, several=True, parent=parent)
        head = self.horizontalHeader()
        head.setSortIndicatorClearable(True)
        head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        self._kept: tuple[str, ...] = ()
        self.rows.modelAboutToBeReset.connect(self._remember)
        self.rows.modelReset.connect(self._select_again)

    @property
    def chosen(self) -> tuple[WorkstationRow, ...]:
        """The rows that are selected, in the order in which they were."""
        return tuple(self.rows.shown[index.row()] for index in self.selectionModel().selectedRows())

    def choose(self, keys: tuple[str, ...]) -> None:
        """Select the models with these keys, as far as they are shown."""
        places = {row.candidate.key: number for number, row in enumerate(self.rows.shown)}
        selection = QItemSelection()
        last = len(COLUMNS) - 1
        for key in keys:
            if key in places:
                selection.select(self.rows.index(places[key], 0), self.rows.index(places[key], last))
        self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if selection.indexes():
            first = selection.indexes()[0]
            self.selectionModel().setCurrentIndex(first, QItemSelectionModel.SelectionFlag.NoUpdate)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.viewport().width()
        for number, column in enumerate(COLUMNS):
            self.setColumnHidden(number, column.detail and room < _ROOM_FOR_DETAILS)
        shown = [number for number in range(len(COLUMNS)) if not self.isColumnHidden(number)]
        metrics = self.fontMetrics()
        heads = [metrics.horizontalAdvance(COLUMNS[n].head) + _PADDING + _ARROW for n in shown]
        wanted = [
            max(metrics.horizontalAdvance(COLUMNS[n].sample) + _PADDING, head)
            for n, head in zip(shown, heads, strict=True)
        ]
        widths = column_widths(wanted, heads, [COLUMNS[n].share for n in shown], room)
        for number, width in zip(shown, widths, strict=True):
            self.setColumnWidth(number, width)

    def _remember(self) -> None:
        self._kept = tuple(row.candidate.key for row in self.chosen)

    def _select_again(self) -> None:
        self.choose(self._kept)
        self.chosen_changed.emit()

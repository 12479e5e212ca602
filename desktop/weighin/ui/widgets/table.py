"""A read-only table of records, each column told by a function."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from weighin.ui.widgets.label import plain_tooltip


class ListTable(QTableView):
    """Rows that can be chosen and opened. `opened`: a double click or Enter; `delete_pressed`; `chosen_changed`."""

    opened = Signal()
    delete_pressed = Signal()
    chosen_changed = Signal()

    def __init__(self, name: str, model: QAbstractItemModel, several: bool, parent: QWidget | None = None) -> None:
        """`model` becomes the table's own. `several`: whether more than one row can be chosen."""
        super().__init__(parent)
        model.setParent(self)
        self.setModel(model)
        dress(self, name, self.fontMetrics().height() + 14)
        if several:
            self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.doubleClicked.connect(lambda _index: self.opened.emit())
        self.selectionModel().selectionChanged.connect(lambda _new, _old: self.chosen_changed.emit())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.opened.emit()
        elif event.key() == Qt.Key.Key_Delete:
            self.delete_pressed.emit()
        else:
            super().keyPressEvent(event)


def dress(table: QTableView, name: str, row_height: int) -> None:
    """Make `table` a quiet list of rows of which one can be chosen; Tab leaves it."""
    table.setAccessibleName(name)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setTabKeyNavigation(False)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTextElideMode(Qt.TextElideMode.ElideRight)
    table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(row_height)
    table.horizontalHeader().setHighlightSections(False)
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)


def column_widths(wanted: list[int], least: list[int], shares: list[float], room: int) -> list[int]:
    """Widths in pixels for columns in `room`: what is over goes to them by their `shares`; what is missing is taken
    from those that have one, down to `least`, so that their texts are cut with "…" rather than the last column."""
    over = room - sum(wanted)
    if over >= 0:
        return [width + int(over * share) for width, share in zip(wanted, shares, strict=True)]
    spare = [max(0, width - floor) if share else 0 for width, floor, share in zip(wanted, least, shares, strict=True)]
    part = min(1.0, -over / sum(spare)) if sum(spare) else 0.0
    return [width - math.ceil(slack * part) for width, slack in zip(wanted, spare, strict=True)]


_PADDING = 24
_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Column:
    """`cell`: the text of a record; `sample`: what should fit; `share`: of the room that is left over. Where there is
    too little, columns with a share give way."""

    head: str
    cell: Callable[[Any], str]
    sample: str
    share: float = 0.0
    number: bool = False


class _Rows(QAbstractTableModel):
    def __init__(self, columns: Sequence[Column], tip: Callable[[Any], str]) -> None:
        super().__init__()
        self._columns, self._tip = columns, tip
        self.records: tuple[Any, ...] = ()

    def set_records(self, records: tuple[Any, ...]) -> None:
        self.beginResetModel()
        self.records = records
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.records)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._columns[section].head
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(section)
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        column, record = self._columns[index.column()], self.records[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.cell(record)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(self._tip(record))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{column.head}: {column.cell(record)}"
        return None

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignRight if self._columns[column].number else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter


class RowTable(ListTable):
    """One record at a time can be chosen."""

    def __init__(
        self,
        name: str,
        columns: Sequence[Column],
        key: Callable[[Any], str],
        tip: Callable[[Any], str],
        parent: QWidget | None = None,
    ) -> None:
        self._columns, self._key = columns, key
        self._rows = _Rows(columns, tip)
        super().__init__(name, self._rows, several=False, parent=parent)

    @property
    def chosen(self) -> Any:
        """The selected record; None where there is none."""
        rows = self.selectionModel().selectedRows()
        return self._rows.records[rows[0].row()] if rows else None

    @property
    def records(self) -> tuple[Any, ...]:
        """All records shown, from the top."""
        return self._rows.records

    def show_records(self, records: tuple[Any, ...]) -> None:
        """Show these; what was chosen stays so where it is still there."""
        if records == self._rows.records:
            return
        kept = self._key(self.chosen) if self.chosen is not None else None
        self._rows.set_records(records)
        number = next((n for n, record in enumerate(records) if self._key(record) == kept), None)
        if number is not None:
            self.selectRow(number)
        self.chosen_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        metrics = self.fontMetrics()
        heads = [metrics.horizontalAdvance(c.head) + _PADDING for c in self._columns]
        wanted = [
            max(metrics.horizontalAdvance(c.sample) + _PADDING, head)
            for c, head in zip(self._columns, heads, strict=True)
        ]
        shares = [c.share for c in self._columns]
        for number, width in enumerate(column_widths(wanted, heads, shares, self.viewport().width())):
            self.setColumnWidth(number, width)

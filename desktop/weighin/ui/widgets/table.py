"""The table of the program: records as rows, each column told by functions."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLineEdit, QTableView, QWidget

from weighin.ui.widgets.focus import on_keys
from weighin.ui.widgets.label import plain_tooltip

RECORD = Qt.ItemDataRole.UserRole
_PADDING = 24
_ARROW = 16
_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Column:
    """`cell`: the text of a record. `sample`: what should fit; `share`: of the room that is left over. Where there is
    too little, columns with a share give way down to their head, those with a `least` to that text. `room`: a narrower
    table, in pixels, hides the column. `order`: what rows are sorted by; those of which it is None come last either
    way. `tip`: what hovering over a cell says, "" for nothing, in place of what the table says of the record.
    `colour`: of the text, "" for the usual one. `spoken`: what a screen reader is told in place of head and cell."""

    head: str
    cell: Callable[[Any], str]
    sample: str
    share: float = 0.0
    number: bool = False
    centred: bool = False
    least: str = ""
    room: int = 0
    order: Callable[[Any], Any] | None = None
    tip: Callable[[Any], str] | None = None
    colour: Callable[[Any], str] | None = None
    spoken: Callable[[Any], str] | None = None


def column_widths(wanted: list[int], least: list[int], shares: list[float], room: int) -> list[int]:
    """Widths in pixels for columns in `room`: what is over goes to them by their `shares`; what is missing is taken
    from those that want more than their `least`, so that texts are cut with "…" rather than the last column."""
    over = room - sum(wanted)
    if over >= 0:
        return [width + int(over * share) for width, share in zip(wanted, shares, strict=True)]
    spare = [max(0, width - floor) for width, floor in zip(wanted, least, strict=True)]
    part = min(1.0, -over / sum(spare)) if sum(spare) else 0.0
    return [width - math.ceil(slack * part) for width, slack in zip(wanted, spare, strict=True)]


class _Rows(QAbstractTableModel):
    """Read-only. `given`: all records as they came; `records`: as they are shown; `places`: their rows by key."""

    def __init__(
        self, columns: Sequence[Column], key: Callable[[Any], Hashable], tip: Callable[[Any], str] | None
    ) -> None:
        super().__init__()
        self._columns, self._key, self._tip = columns, key, tip
        self._order: Callable[[Any], Any] | None = None
        self._falling = False
        self.icons: dict[str, QIcon] = {}
        self.given: tuple[Any, ...] = ()
        self.records: tuple[Any, ...] = ()
        self.places: dict[Hashable, int] = {}

    def take(self, records: tuple[Any, ...]) -> None:
        """Show these in place of what was there."""
        self.given = records
        self._arrange()

    def change(self, record: Any) -> None:
        """Show this in place of the one with its key, where that is shown."""
        place = self.places.get(self._key(record))
        if place is not None:
            at = place if self._order is None else self.given.index(self.records[place])
            self.given = (*self.given[:at], record, *self.given[at + 1 :])
            self.records = (*self.records[:place], record, *self.records[place + 1 :])
            self.dataChanged.emit(self.index(place, 0), self.index(place, len(self._columns) - 1))

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._order = self._columns[column].order if column >= 0 else None
        self._falling = order == Qt.SortOrder.DescendingOrder
        self._arrange()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.records)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        column = self._columns[section] if orientation == Qt.Orientation.Horizontal else None
        if column is not None and role == Qt.ItemDataRole.DecorationRole:
            return self.icons.get(column.head)
        if column is not None and role == Qt.ItemDataRole.DisplayRole:
            return "" if column.head in self.icons else column.head
        if column is not None and role == Qt.ItemDataRole.AccessibleTextRole:
            return column.head
        if column is not None and role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column.number)
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        column, record = self._columns[index.column()], self.records[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.cell(record)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column.number, column.centred)
        if role == Qt.ItemDataRole.ForegroundRole and column.colour is not None:
            colour = column.colour(record)
            return QColor(colour) if colour else None
        if role == Qt.ItemDataRole.ToolTipRole:
            tell = column.tip or self._tip
            # Without a tip, what may be too long for the cell.
            tip = tell(record) if tell else column.cell(record)
            return plain_tooltip(tip) if tip else None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return column.spoken(record) if column.spoken else f"{column.head}: {column.cell(record)}"
        return record if role == RECORD else None

    def _arrange(self) -> None:
        records, order = self.given, self._order
        if order is not None:
            known = sorted((r for r in records if order(r) is not None), key=order, reverse=self._falling)
            records = (*known, *(r for r in records if order(r) is None))
        places = {self._key(record): number for number, record in enumerate(records)}
        if len(records) != len(self.records) or places.keys() != self.places.keys():
            self.beginResetModel()
            self.records, self.places = records, places
            self.endResetModel()
            return
        # The same in another order or with other numbers: what is selected follows its record.
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        after = [self.index(places[self._key(self.records[i.row()])], i.column()) for i in before]
        self.records, self.places = records, places
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()


def _alignment(number: bool, centred: bool = False) -> Qt.AlignmentFlag:
    sides = Qt.AlignmentFlag
    return (sides.AlignRight if number else sides.AlignHCenter if centred else sides.AlignLeft) | sides.AlignVCenter


class RowTable(QTableView):
    """Rows that can be chosen and opened; Tab leaves it. `opened`: a double click or Enter; `delete_pressed`;
    `chosen_changed`: others are chosen, or other records are shown."""

    opened = Signal()
    delete_pressed = Signal()
    chosen_changed = Signal()

    def __init__(
        self,
        name: str,
        columns: Sequence[Column],
        key: Callable[[Any], Hashable],
        tip: Callable[[Any], str] | None = None,
        several: bool = False,
        sorted_by: int | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`key`: tells records apart; `tip`: what hovering over a row says; `several`: whether more than one row can be
        chosen. `sorted_by`: the column rows are sorted by at first; None: as they come, and so again by a third click
        on a head."""
        super().__init__(parent)
        self._columns, self._key = columns, key
        self._left_out: Collection[str] = ()
        self._rows = _Rows(columns, key, tip)
        self._rows.setParent(self)
        self.setModel(self._rows)
        self.setAccessibleName(name)
        modes = QAbstractItemView.SelectionMode
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(modes.ExtendedSelection if several else modes.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self._fit_rows()
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        if any(column.order for column in columns):
            head.setSortIndicatorClearable(sorted_by is None)
            head.setSortIndicator(-1 if sorted_by is None else sorted_by, Qt.SortOrder.AscendingOrder)
            self.setSortingEnabled(True)
        self.doubleClicked.connect(lambda _index: self.opened.emit())
        self.selectionModel().selectionChanged.connect(lambda _new, _old: self.chosen_changed.emit())

    @property
    def chosen(self) -> Any:
        """The selected record; None where there is none, or more than one."""
        chosen = self.all_chosen
        return chosen[0] if len(chosen) == 1 else None

    @property
    def all_chosen(self) -> tuple[Any, ...]:
        """The selected records, in the order in which they were chosen."""
        return tuple(self._rows.records[index.row()] for index in self.selectionModel().selectedRows())

    @property
    def records(self) -> tuple[Any, ...]:
        """All records shown, from the top."""
        return self._rows.records

    def show_records(self, records: tuple[Any, ...]) -> None:
        """Show these; what was chosen stays so where it is still there."""
        if records == self._rows.given:
            return
        kept = [self._key(record) for record in self.all_chosen]
        self._rows.take(records)
        if not self.selectionModel().hasSelection():
            self.choose(kept)
        self.chosen_changed.emit()

    def change_record(self, record: Any) -> None:
        """Show this in place of the record with its key, where that is shown; rows keep their order until all are shown
        anew."""
        self._rows.change(record)
        if any(self._key(one) == self._key(record) for one in self.all_chosen):
            self.chosen_changed.emit()

    def choose(self, keys: Sequence[Hashable]) -> None:
        """Select the records with these keys, as far as they are shown."""
        rows = [self._rows.places[key] for key in keys if key in self._rows.places]
        selection = QItemSelection()
        for row in rows:
            selection.select(self._rows.index(row, 0), self._rows.index(row, len(self._columns) - 1))
        self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if rows:
            first = self._rows.index(rows[0], 0)
            self.selectionModel().setCurrentIndex(first, QItemSelectionModel.SelectionFlag.NoUpdate)

    def follow_search(self, search: QLineEdit) -> None:
        """Down in `search`, the line above the rows, goes on into them."""
        on_keys(search, ("Down",), self._enter)

    def _enter(self) -> None:
        if self.records:
            if not self.all_chosen:
                self.selectRow(0)
            self.setFocus()

    def show_icons(self, icons: dict[str, QIcon]) -> None:
        """Show these in place of the heads they are named by."""
        self._rows.icons = icons
        self._rows.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self._columns) - 1)

    def leave_out(self, heads: Collection[str]) -> None:
        """Hide the columns with these heads, and no others for which there is room."""
        self._left_out = heads
        self.fit()

    def fit(self) -> None:
        """Give the columns their widths; hide those for which there is no room."""
        room, arrow = self.viewport().width(), _ARROW if self.isSortingEnabled() else 0
        shown, wanted, least = [], [], []
        for number, column in enumerate(self._columns):
            is_hidden = column.head in self._left_out or room < column.room
            self.setColumnHidden(number, is_hidden)
            if not is_hidden:
                shown.append(number)
                head = self._width(column.head) + arrow
                wanted.append(max(self._width(column.sample), head))
                least.append(self._width(column.least) if column.least else head if column.share else wanted[-1])
        # What hidden columns would take of the room that is over goes to the others.
        shares = [self._columns[number].share for number in shown]
        scale = min(1.0, sum(column.share for column in self._columns)) / (sum(shares) or 1.0)
        widths = column_widths(wanted, least, [share * scale for share in shares], room)
        for number, width in zip(shown, widths, strict=True):
            self.setColumnWidth(number, width)

    def _width(self, text: str) -> int:
        return self.fontMetrics().horizontalAdvance(text) + _PADDING

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and self.model() is not None:
            self._fit_rows()
            self.fit()

    def _fit_rows(self) -> None:
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 14)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.opened.emit()
        elif event.key() == Qt.Key.Key_Delete:
            self.delete_pressed.emit()
        else:
            super().keyPressEvent(event)

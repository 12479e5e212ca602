"""Tables that are quiet lists of rows."""

from __future__ import annotations

import math

from PySide6.QtCore import QAbstractItemModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget


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

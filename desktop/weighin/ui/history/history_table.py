"""The table of the History page."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from weighin.core.comparisons.history import HistoryRow
from weighin.ui.history.rows import HistoryRows

# What must fit into each column, and the share it takes of the room that is left over.
_SAMPLES = (
    "2026-11-22 10:31",
    "What is seven plus five?",
    "Starter Dense",
    "Starter Dense",
    "together",
    "A tok/s",
    "B tok/s",
    "ended by itself",
)
_SHARES = (0.0, 0.5, 0.13, 0.13, 0.0, 0.0, 0.0, 0.24)
_PADDING = 24


class HistoryTable(QTableView):
    """`opened`: a row was double-clicked or Enter pressed; `delete_pressed`; `selection_changed`."""

    opened = Signal()
    delete_pressed = Signal()
    selection_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = HistoryRows(self)
        self.setModel(self._rows)
        self.setAccessibleName("Comparisons made before")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 14)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.doubleClicked.connect(lambda _index: self.opened.emit())
        self.selectionModel().selectionChanged.connect(lambda _new, _old: self.selection_changed.emit())

    @property
    def chosen(self) -> tuple[HistoryRow, ...]:
        """The selected records, from the top."""
        numbers = sorted(index.row() for index in self.selectionModel().selectedRows())
        return tuple(self._rows.row(number) for number in numbers)

    @property
    def all_rows(self) -> tuple[HistoryRow, ...]:
        """All records shown, from the top."""
        return tuple(self._rows.row(number) for number in range(self._rows.rowCount()))

    def show_rows(self, rows: tuple[HistoryRow, ...]) -> None:
        """Show these; what was selected stays selected where it is still there."""
        kept = {row.id for row in self.chosen}
        self._rows.set_rows(rows)
        for number, row in enumerate(rows):
            if row.id in kept:
                self.selectRow(number)
        self.selection_changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.opened.emit()
        elif event.key() == Qt.Key.Key_Delete:
            self.delete_pressed.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        least = [self.fontMetrics().horizontalAdvance(sample) + _PADDING for sample in _SAMPLES]
        over = max(0, self.viewport().width() - sum(least))
        for column, (width, share) in enumerate(zip(least, _SHARES, strict=True)):
            self.setColumnWidth(column, width + int(over * share))

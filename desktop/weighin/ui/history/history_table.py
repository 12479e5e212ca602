"""The table of the History page."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from weighin.core.comparisons.comparison import HistoryRow
from weighin.ui.history.rows import HistoryRows
from weighin.ui.widgets.list_table import ListTable

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


class HistoryTable(ListTable):
    """Several records can be chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._rows = HistoryRows()
        super().__init__("Comparisons made before", self._rows, several=True, parent=parent)

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
        self.chosen_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        least = [self.fontMetrics().horizontalAdvance(sample) + _PADDING for sample in _SAMPLES]
        over = max(0, self.viewport().width() - sum(least))
        for column, (width, share) in enumerate(zip(least, _SHARES, strict=True)):
            self.setColumnWidth(column, width + int(over * share))

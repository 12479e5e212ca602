"""The table of what runs here."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from weighin.core.plans.workstation import Row
from weighin.ui.theme import Theme
from weighin.ui.widgets.list_table import ListTable, column_widths
from weighin.ui.workstation.columns import COLUMNS
from weighin.ui.workstation.run_rows import RunRows

_PADDING = 24
_ARROW = 16
_ROOM_FOR_DETAILS = 1100


class RunTable(ListTable):
    """One or two rows can be chosen."""

    def __init__(self, theme: Theme, tip: Callable[[Row], str], parent: QWidget | None = None) -> None:
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
    def chosen(self) -> tuple[Row, ...]:
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

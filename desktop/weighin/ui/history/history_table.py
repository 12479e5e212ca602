"""The table of the History page."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from weighin.core import format
from weighin.core.comparisons.comparison import HistoryRow
from weighin.core.comparisons.text import STOPS
from weighin.core.runs.answer import StopReason
from weighin.core.safe_text import safe_name
from weighin.ui.widgets.label import plain_tooltip
from weighin.ui.widgets.table import ListTable

HEADS = ("When", "Prompt", "Model A", "Model B", "Mode", "A tok/s", "B tok/s", "How it ended")
_NUMBERS = (5, 6)
_Index = QModelIndex | QPersistentModelIndex


class HistoryRows(QAbstractTableModel):
    """Read-only; one HistoryRow a row."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[HistoryRow, ...] = ()

    def set_rows(self, rows: tuple[HistoryRow, ...]) -> None:
        """Show these."""
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def row(self, number: int) -> HistoryRow:
        """The record in a row. Raises IndexError."""
        return self._rows[number]

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return HEADS[section]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return _cell(row, index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            ends = f"A {_stop(row.stop_a)}, B {_stop(row.stop_b)}"
            return plain_tooltip(f"{row.prompt}\nA: {row.answer_a}\nB: {row.answer_b}\n{ends}")
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{HEADS[index.column()]}: {_cell(row, index.column())}"
        return None


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in _NUMBERS else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _cell(row: HistoryRow, column: int) -> str:
    return (
        format.moment(row.created),
        safe_name(" ".join(row.prompt.split()), 300),
        safe_name(row.model_a),
        safe_name(row.model_b),
        safe_name(row.mode, 24),
        format.figure(row.generation_tokens_per_s_a),
        format.figure(row.generation_tokens_per_s_b),
        _ended(row),
    )[column]


def _ended(row: HistoryRow) -> str:
    a, b = _stop(row.stop_a), _stop(row.stop_b)
    return a if a == b else f"A {a}, B {b}"


def _stop(value: str) -> str:
    try:
        return STOPS[StopReason(value)]
    except ValueError:
        return safe_name(value, 24) or format.NONE


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

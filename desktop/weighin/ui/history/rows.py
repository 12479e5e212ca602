"""The rows of the History table."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from weighin.core import format
from weighin.core.comparisons.comparison import HistoryRow
from weighin.core.comparisons.text import STOPS
from weighin.core.runs.answer import StopReason
from weighin.core.safe_text import safe_name
from weighin.ui.widgets.label import plain_tooltip

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

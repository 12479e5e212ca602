"""Questions as rows of a list."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from weighin.core import format
from weighin.core.evaluations.evaluation import ItemResult, ScoredItem
from weighin.core.evaluations.text import subject_name
from weighin.core.safe_text import safe_name
from weighin.ui.widgets.label import plain_tooltip

_Index = QModelIndex | QPersistentModelIndex
_LONGEST = 300
NEAR = "≈"
QUESTION, SUBJECT, KEY, A, B = range(5)
_HEADS = ("Question", "Subject", "Right", "A", "B")
_TEXTS: tuple[Callable[[ScoredItem], str], ...] = (
    lambda item: safe_name(" ".join(item.question.text.split()), _LONGEST),
    lambda item: subject_name(item.question.subject),
    lambda item: item.question.letter,
    lambda item: _letter(item.a, item.right("A")),
    lambda item: _letter(item.b, item.right("B")),
)


class QuestionRows(QAbstractTableModel):
    """Made anew when another box is chosen or answers came in."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.items: list[ScoredItem] = []

    def show_items(self, items: list[ScoredItem]) -> None:
        """Show these."""
        self.beginResetModel()
        self.items = items
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.items)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(_HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _HEADS[section]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        item, column = self.items[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return _TEXTS[column](item)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{_HEADS[column]}: {_TEXTS[column](item)}"
        if role == Qt.ItemDataRole.ToolTipRole and column in (A, B):
            return plain_tooltip(_tip(item.a if column == A else item.b))
        return None


def _letter(result: ItemResult | None, right: bool | None) -> str:
    """ "C ✓", "B ✗ ≈", "not scored"."""
    if result is None:
        return format.NONE
    if result.letter is None:
        return "not scored"
    return f"{result.letter} {'✓' if right else '✗'}{f' {NEAR}' if result.near_tie else ''}"


def _tip(result: ItemResult | None) -> str:
    if result is None:
        return "Not asked yet."
    if result.failure:
        return result.failure
    return f"{NEAR} near tie: another batch could turn it around." if result.near_tie else ""

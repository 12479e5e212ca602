"""Subjects as rows: how many questions, how each model did, and how far apart they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from weighin.core import format
from weighin.core.evaluations.evaluation import LaneEvaluation, SubjectScore
from weighin.core.statistics.intervals import wilson
from weighin.ui.mmlu import said

_Index = QModelIndex | QPersistentModelIndex
SUBJECT, QUESTIONS, SCORE_A, SCORE_B, DIFFERENCE, BARS = range(6)
ROW = Qt.ItemDataRole.UserRole
_HEADS = ("Subject", "Questions", "A", "B", "A - B", "0 to 100 %")


@dataclass(frozen=True)
class SubjectRow:
    """One subject; a model without answers has None. n: questions of the subject in the run."""

    name: str
    n: int
    a: SubjectScore | None
    b: SubjectScore | None

    @property
    def difference(self) -> float | None:
        """Accuracy of A minus that of B."""
        a, b = share(self.a), share(self.b)
        return None if a is None or b is None else a - b


def share(score: SubjectScore | None) -> float | None:
    """The accuracy, None without answers."""
    return None if score is None or not score.n else score.correct / score.n


def interval(score: SubjectScore | None) -> tuple[float, float] | None:
    """Its Wilson interval."""
    return None if score is None or not score.n else wilson(score.correct, score.n)


class SubjectRows(QAbstractTableModel):
    """Sorted by whatever column was asked for; new numbers keep the order of the columns."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[SubjectRow, ...] = ()
        self._sorted_by, self._order = SUBJECT, Qt.SortOrder.AscendingOrder

    def show_scores(self, scores: tuple[LaneEvaluation, ...], asked: dict[str, int]) -> None:
        """Show these; `asked`: questions of the run by subject."""
        by_label = {score.label: score.subjects for score in scores}
        a, b = by_label.get("A", {}), by_label.get("B", {})
        rows = tuple(SubjectRow(name, n, a.get(name), b.get(name)) for name, n in asked.items())
        if {row.name for row in rows} == {row.name for row in self.rows}:
            self.layoutAboutToBeChanged.emit()
            self.rows = self._in_order(rows)
            self.layoutChanged.emit()
        else:
            self.beginResetModel()
            self.rows = self._in_order(rows)
            self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(_HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _HEADS[section]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return _TEXTS[column](row)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return _spoken(row) if column == BARS else f"{_HEADS[column]}: {_TEXTS[column](row)}"
        if role == ROW:
            return row
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._sorted_by, self._order = (SUBJECT if column in (-1, BARS) else column), order
        self.layoutAboutToBeChanged.emit()
        self.rows = self._in_order(self.rows)
        self.layoutChanged.emit()

    def _in_order(self, rows: tuple[SubjectRow, ...]) -> tuple[SubjectRow, ...]:
        """Rows without a number come last whichever way one sorts."""
        value = _VALUES[self._sorted_by]
        known = [row for row in rows if value(row) is not None]
        unknown = [row for row in rows if value(row) is None]
        backwards = self._order == Qt.SortOrder.DescendingOrder
        known.sort(key=lambda row: row.name)
        known.sort(key=value, reverse=backwards)  # type: ignore[arg-type]
        return (*known, *sorted(unknown, key=lambda row: row.name))


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column in (SUBJECT, BARS) else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter


def _score(score: SubjectScore | None) -> str:
    return format.NONE if score is None else f"{said.percent(share(score))} ({score.correct} of {score.n})"


def _difference(row: SubjectRow) -> str:
    return format.NONE if row.difference is None else said.points(row.difference)


def _spoken(row: SubjectRow) -> str:
    parts = [
        f"{label} {said.percent(share(score))}, interval {said.between(interval(score))}"
        for label, score in (("A", row.a), ("B", row.b))
        if score is not None
    ]
    return f"{said.subject(row.name)}: {'; '.join(parts) or 'no answer yet'}"


_TEXTS: tuple[Callable[[SubjectRow], str], ...] = (
    lambda row: said.subject(row.name),
    lambda row: format.count(row.n),
    lambda row: _score(row.a),
    lambda row: _score(row.b),
    _difference,
    lambda row: "",
)
_VALUES: tuple[Callable[[SubjectRow], object], ...] = (
    lambda row: row.name,
    lambda row: row.n,
    lambda row: share(row.a),
    lambda row: share(row.b),
    lambda row: row.difference,
)

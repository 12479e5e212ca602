"""The table of subjects, with both models' bars in each row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from weighin.core import format
from weighin.core.evaluations.evaluation import LaneEvaluation, SubjectScore
from weighin.core.evaluations.text import subject_name, subject_score
from weighin.core.statistics.intervals import wilson
from weighin.ui.mmlu.run.chart import draw_bar, draw_whisker
from weighin.ui.theme import Theme
from weighin.ui.widgets.table import column_widths, dress

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
    return None if score is None else score.accuracy


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


def _difference(row: SubjectRow) -> str:
    return format.NONE if row.difference is None else format.points(row.difference)


def _spoken(row: SubjectRow) -> str:
    parts = [
        f"{label} {format.accuracy(share(score))}, interval {format.between(interval(score), 1)}"
        for label, score in (("A", row.a), ("B", row.b))
        if score is not None
    ]
    return f"{subject_name(row.name)}: {'; '.join(parts) or 'no answer yet'}"


_TEXTS: tuple[Callable[[SubjectRow], str], ...] = (
    lambda row: subject_name(row.name),
    lambda row: format.count(row.n),
    lambda row: subject_score(row.a),
    lambda row: subject_score(row.b),
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

_BAR = 9.0
_SIDE = 10
_PADDING = 26
_SAMPLES = {
    SUBJECT: "high school government and politics",
    QUESTIONS: "Questions ▾",
    SCORE_A: "100.0 % (1 234 of 1 534)",
    SCORE_B: "100.0 % (1 234 of 1 534)",
    DIFFERENCE: "+100.0",
    BARS: "m" * 24,
}
_SHORTEST = {SUBJECT: "high school gover", SCORE_A: "62.5 % (12 of 34)", SCORE_B: "62.5 % (12 of 34)"}
_LEAST_BARS = 120
_LINES = (0.25, 0.5, 0.75)


class SubjectsTable(QTableView):
    """Sorted by a click on a heading. One model alone has no columns for the other."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = SubjectRows(self)
        self.setModel(self.rows)
        self.setItemDelegateForColumn(BARS, _Bars(theme, self))
        dress(self, "Accuracy by subject", max(self.fontMetrics().height() + 14, 34))
        self.horizontalHeader().setSortIndicator(SUBJECT, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        theme.changed.connect(self.viewport().update)

    def show_scores(self, scores: tuple[LaneEvaluation, ...], asked: dict[str, int]) -> None:
        """Show these; `asked`: questions of the run by subject."""
        alone = len(scores) < 2
        for column in (SCORE_B, DIFFERENCE):
            self.setColumnHidden(column, alone)
        self.rows.show_scores(scores, asked)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        shown = [column for column in _SAMPLES if not self.isColumnHidden(column)]
        metrics = self.fontMetrics()
        wanted = [metrics.horizontalAdvance(_SAMPLES[c]) + _PADDING for c in shown]
        least = [
            _LEAST_BARS if c == BARS else metrics.horizontalAdvance(_SHORTEST.get(c, "")) + _PADDING for c in shown
        ]
        shares = [1.0 if c == BARS else 0.0 for c in shown]
        if sum(wanted) > self.viewport().width():
            shares = [0.0 if c in (QUESTIONS, DIFFERENCE) else 1.0 for c in shown]
        widths = column_widths(wanted, least, shares, self.viewport().width())
        for column, width in zip(shown, widths, strict=True):
            self.setColumnWidth(column, width)


class _Bars(QStyledItemDelegate):
    """Paints the bars of one subject, A above B."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        row: SubjectRow = index.data(ROW)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(option.rect).adjusted(_SIDE, 2, -_SIDE, -2)
        painter.setPen(QPen(QColor(self._theme.colours.border), 1))
        for at in (0.0, *_LINES, 1.0):
            x = area.left() + at * area.width()
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        scores = [(label, score) for label, score in (("A", row.a), ("B", row.b)) if score is not None]
        height = len(scores) * _BAR + (len(scores) - 1) * 3
        y = area.center().y() - height / 2
        for label, score in scores:
            self._bar(painter, QRectF(area.left(), y, area.width(), _BAR), label, score)
            y += _BAR + 3
        painter.restore()

    def _bar(self, painter: QPainter, rect: QRectF, label: str, score: SubjectScore) -> None:
        accuracy, ends = share(score), interval(score)
        if accuracy is None or ends is None:
            return
        colours = self._theme.colours
        draw_bar(painter, QRectF(rect.left(), rect.top(), accuracy * rect.width(), rect.height()), colours, label)
        low, high = (rect.left() + end * rect.width() for end in ends)
        draw_whisker(painter, low, high, rect.center().y(), colours, thin=True)

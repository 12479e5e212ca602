"""The table of subjects, with both models' bars in each row."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from weighin.core import format
from weighin.core.evaluations.evaluation import LaneEvaluation, SubjectScore
from weighin.core.evaluations.text import subject_name, subject_score
from weighin.core.statistics.intervals import wilson
from weighin.ui.charts.chart import draw_bar, draw_whisker
from weighin.ui.theme import Theme
from weighin.ui.widgets.lane_chips import chip_icon
from weighin.ui.widgets.table import RECORD, Column, RowTable


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


def _difference(row: SubjectRow) -> str:
    if row.difference is None:
        return format.NONE
    return format.points(row.difference, sign="+" if row.difference else "-")


_MINUS = "In points: above 0 A is better, below 0 B."


def _spoken_gap(row: SubjectRow) -> str:
    return f"Difference, A minus B: {_difference(row)} points"


def _spoken(row: SubjectRow) -> str:
    parts = [
        f"{label} {format.accuracy(share(score))}, interval {format.between(interval(score), 1)}"
        for label, score in (("A", row.a), ("B", row.b))
        if score is not None
    ]
    return f"{subject_name(row.name)}: {'; '.join(parts) or 'no answer yet'}"


_SCORE, _SHORT_SCORE = "100.0 % (1,234 of 1,534)", "62.5 % (12 of 34)"
_COLUMNS = (
    Column(
        "Subject",
        lambda r: subject_name(r.name),
        "high school government and politics",
        least="high school gover",
        order=lambda r: r.name,
    ),
    Column("Questions", lambda r: format.count(r.n), "Questions", number=True, order=lambda r: r.n),
    Column("A", lambda r: subject_score(r.a), _SCORE, least=_SHORT_SCORE, order=lambda r: share(r.a)),
    Column("B", lambda r: subject_score(r.b), _SCORE, least=_SHORT_SCORE, order=lambda r: share(r.b)),
    Column(
        "Difference",
        _difference,
        "+100.0",
        number=True,
        order=lambda r: r.difference,
        tip=lambda r: _MINUS,
        spoken=_spoken_gap,
    ),
    Column("0 to 100 %", lambda r: "", "m" * 24, 1.0, order=lambda r: r.name, spoken=_spoken),
)
_BARS = len(_COLUMNS) - 1
_BAR = 9.0
_SIDE = 10
_LINES = (0.25, 0.5, 0.75)


class SubjectsTable(RowTable):
    """Sorted by a click on a heading. One model alone has no columns for the other."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Accuracy by subject", _COLUMNS, lambda row: row.name, sorted_by=0, parent=parent)
        self.setItemDelegateForColumn(_BARS, _Bars(theme, self))
        self.verticalHeader().setDefaultSectionSize(max(self.fontMetrics().height() + 14, 34))
        theme.changed.connect(self._paint_heads)
        self._theme = theme
        self._paint_heads()

    def _paint_heads(self) -> None:
        self.show_icons({label: chip_icon(label, self._theme.colours) for label in "AB"})
        self.viewport().update()

    def show_scores(self, scores: tuple[LaneEvaluation, ...], asked: dict[str, int]) -> None:
        """Show these; `asked`: questions of the run by subject."""
        by_label = {score.label: score.subjects for score in scores}
        a, b = by_label.get("A", {}), by_label.get("B", {})
        self.leave_out(("B", "Difference") if len(scores) < 2 else ())
        self.show_records(tuple(SubjectRow(name, n, a.get(name), b.get(name)) for name, n in asked.items()))


class _Bars(QStyledItemDelegate):
    """Paints the bars of one subject, A above B."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        row: SubjectRow = index.data(RECORD)
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

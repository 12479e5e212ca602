"""The table of subjects, with both models' bars in each row."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from weighin.core.evaluations.evaluation import LaneEvaluation, SubjectScore
from weighin.ui.mmlu.chart import draw_bar, draw_whisker
from weighin.ui.mmlu.subject_rows import (
    BARS,
    DIFFERENCE,
    QUESTIONS,
    ROW,
    SCORE_A,
    SCORE_B,
    SUBJECT,
    SubjectRow,
    SubjectRows,
    interval,
    share,
)
from weighin.ui.theme import Theme
from weighin.ui.widgets.list_table import column_widths, dress

_BAR = 9.0
_SIDE = 10
_PADDING = 26
_SAMPLES = {
    SUBJECT: "high school government and politics",
    QUESTIONS: "Questions ▾",
    SCORE_A: "100.0 % (1,234 of 1,534)",
    SCORE_B: "100.0 % (1,234 of 1,534)",
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

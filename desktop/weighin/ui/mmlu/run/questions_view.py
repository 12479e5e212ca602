"""The questions of a run: four boxes, what is in them, and each question itself."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLineEdit, QSplitter, QTableView, QVBoxLayout, QWidget

from weighin.core.evaluations.evaluation import ScoredItem
from weighin.ui.mmlu.run.boxes import ALL, Boxes, chosen_items
from weighin.ui.mmlu.run.items import RunItems
from weighin.ui.mmlu.run.question_detail import QuestionDetail
from weighin.ui.mmlu.run.question_rows import KEY, QUESTION, SUBJECT, A, B, QuestionRows
from weighin.ui.theme import Theme
from weighin.ui.widgets.table import column_widths, dress

_SIDE_BY_SIDE = 760
# Narrower, and the subject stands beside the chosen question only.
_ROOM_FOR_SUBJECTS = 560
_REFRESH_MS = 500
_PADDING = 26
_SAMPLES = {QUESTION: "m" * 20, SUBJECT: "college mathematics", KEY: "Right", A: "not scored", B: "not scored"}


class QuestionsView(QWidget):
    """New answers are taken in at most twice a second; the chosen question stays chosen."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run: RunItems | None = None
        self.boxes = Boxes()
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search questions, options and subjects")
        self.search.setAccessibleName("Search the questions of this run")
        self.search.setClearButtonEnabled(True)
        self.rows = QuestionRows(self)
        self.table = _Table(self.rows)
        self.detail = QuestionDetail(theme)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_REFRESH_MS)
        self._later.timeout.connect(self._refresh)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for part in (self.boxes, self.search):
            column.addWidget(part)
        column.addWidget(self.table, 1)
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.setHandleWidth(10)
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(left)
        self._split.addWidget(self.detail)
        self._split.setSizes([500, 500])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.addWidget(self._split)
        self.boxes.chosen_changed.connect(self._refresh)
        self.search.textChanged.connect(lambda _text: self._refresh())
        self.table.selectionModel().selectionChanged.connect(lambda _new, _old: self._show_chosen())

    @property
    def chosen(self) -> ScoredItem | None:
        """The question that is shown."""
        rows = self.table.selectionModel().selectedRows()
        return self.rows.items[rows[0].row()] if rows else None

    def show_run(self, run: RunItems) -> None:
        """Show a run, or the same with all its answers: what is picked out stays."""
        self._run = run
        self._refresh()

    def show_all(self) -> None:
        """Pick nothing out of the next run."""
        self._run = None
        self.search.clear()
        self.boxes.choose(ALL)
        self.table.clearSelection()

    def answers_came(self) -> None:
        """The run shown has more answers."""
        if not self._later.isActive():
            self._later.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = event.size().width() >= _SIDE_BY_SIDE
        self._split.setOrientation(Qt.Orientation.Horizontal if beside else Qt.Orientation.Vertical)

    def _refresh(self) -> None:
        self._later.stop()
        if self._run is None:
            return
        kept = self.chosen.question.id if self.chosen else None
        self.boxes.show_items(self._run)
        wanted = self.search.text().lower().split()
        items = chosen_items(self._run, self.boxes.chosen)
        self.rows.show_items([item for item in items if _matches(item, wanted)])
        self.table.setColumnHidden(B, not self._run.paired)
        self.table.fit()
        place = next((row for row, item in enumerate(self.rows.items) if item.question.id == kept), None)
        if place is not None:
            self.table.selectRow(place)
        else:
            self._show_chosen()

    def _show_chosen(self) -> None:
        self.detail.show_item(self.chosen)


class _Table(QTableView):
    def __init__(self, rows: QuestionRows) -> None:
        super().__init__()
        self.setModel(rows)
        dress(self, "Questions", self.fontMetrics().height() + 12)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """Give the columns their widths."""
        self.setColumnHidden(SUBJECT, self.viewport().width() < _ROOM_FOR_SUBJECTS)
        shown = [column for column in _SAMPLES if not self.isColumnHidden(column)]
        metrics = self.fontMetrics()
        wanted = [metrics.horizontalAdvance(_SAMPLES[c]) + _PADDING for c in shown]
        shares = [1.0 if c == QUESTION else 0.0 for c in shown]
        widths = column_widths(wanted, [40] * len(shown), shares, self.viewport().width())
        for column, width in zip(shown, widths, strict=True):
            self.setColumnWidth(column, width)


def _matches(item: ScoredItem, wanted: list[str]) -> bool:
    if not wanted:
        return True
    question = item.question
    subject = f"{question.subject} {question.subject.replace('_', ' ')}"
    text = f"{question.text} {' '.join(question.choices)} {subject}".lower()
    return all(word in text for word in wanted)

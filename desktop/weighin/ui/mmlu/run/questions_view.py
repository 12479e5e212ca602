"""The questions of a run: four boxes, what is in them, and each question itself."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.evaluations.evaluation import ItemResult, ScoredItem
from weighin.core.evaluations.text import subject_name
from weighin.core.safe_text import safe_name
from weighin.ui.mmlu.run.boxes import ALL, Boxes, chosen_items
from weighin.ui.mmlu.run.items import RunItems
from weighin.ui.mmlu.run.question_detail import NEAR, QuestionDetail
from weighin.ui.theme import Theme
from weighin.ui.widgets.lane_chips import chip_icon
from weighin.ui.widgets.search_line import SearchLine
from weighin.ui.widgets.table import Column, RowTable

_SIDE_BY_SIDE = 760
# Narrower, and the subject stands beside the chosen question only.
_ROOM_FOR_SUBJECTS = 560
_REFRESH_MS = 500


class QuestionsView(QWidget):
    """New answers are taken in at most twice a second; the chosen question stays chosen."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run: RunItems | None = None
        self.boxes = Boxes()
        self.search = SearchLine("Search questions, options and subjects", "Search the questions of this run")
        self.table = RowTable("Questions", _COLUMNS, lambda item: item.question.id)
        self.table.verticalHeader().setDefaultSectionSize(self.table.fontMetrics().height() + 12)
        self._theme = theme
        theme.changed.connect(self._paint_heads)
        self._paint_heads()
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
        self.table.follow_search(self.search)
        self.table.chosen_changed.connect(lambda: self.detail.show_item(self.chosen))

    @property
    def chosen(self) -> ScoredItem | None:
        """The question that is shown."""
        chosen: ScoredItem | None = self.table.chosen
        return chosen

    def _paint_heads(self) -> None:
        self.table.show_icons({label: chip_icon(label, self._theme.colours) for label in "AB"})

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
        self.boxes.show_items(self._run)
        wanted = self.search.text().lower().split()
        items = chosen_items(self._run, self.boxes.chosen)
        self.table.leave_out(() if self._run.paired else ("B",))
        self.table.show_records(tuple(item for item in items if _matches(item, wanted)))


def _matches(item: ScoredItem, wanted: list[str]) -> bool:
    if not wanted:
        return True
    question = item.question
    subject = f"{question.subject} {question.subject.replace('_', ' ')}"
    text = f"{question.text} {' '.join(question.choices)} {subject}".lower()
    return all(word in text for word in wanted)


def _letter(result: ItemResult | None, right: bool | None) -> str:
    """ "C ✓", "B ✗ ≈", "not scored"."""
    if result is None:
        return format.NONE
    if result.letter is None:
        return "not scored"
    return f"{result.letter} {'✓' if right else '✗'}{f' {NEAR}' if result.near_tie else ''}"


def _tip(result: ItemResult | None) -> str:
    if result is None:
        return "Not answered yet."
    if result.failure:
        return result.failure
    return f"{NEAR} Near tie: rounding could change this answer." if result.near_tie else ""


_COLUMNS = (
    Column("Question", lambda i: safe_name(" ".join(i.question.text.split()), 300), "m" * 20, 1.0),
    Column("Subject", lambda i: subject_name(i.question.subject), "college mathematics", room=_ROOM_FOR_SUBJECTS),
    Column("Key", lambda i: str(i.question.letter), "Key", tip=lambda i: "The right option."),
    Column("A", lambda i: _letter(i.a, i.right("A")), "not scored", tip=lambda i: _tip(i.a)),
    Column("B", lambda i: _letter(i.b, i.right("B")), "not scored", tip=lambda i: _tip(i.b)),
)

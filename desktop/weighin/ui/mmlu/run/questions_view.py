"""The questions of a run: four boxes, what is in them, and each question itself."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from weighin.core import format
from weighin.core.evaluations.evaluation import ItemResult, ScoredItem
from weighin.core.evaluations.text import subject_name
from weighin.core.safe_text import safe_name
from weighin.ui.mmlu.run.boxes import QuestionBoxes, chosen_items
from weighin.ui.mmlu.run.items import RunItems
from weighin.ui.mmlu.run.question_detail import NEAR, QuestionDetail
from weighin.ui.theme import Theme
from weighin.ui.widgets.row_browser import RowBrowser
from weighin.ui.widgets.search_line import SearchLine
from weighin.ui.widgets.table import Column, RowTable

# Narrower, and the subject stands beside the chosen question only.
_ROOM_FOR_SUBJECTS = 560


class QuestionsView(RowBrowser):
    """New answers are taken in at most twice a second; the chosen question stays chosen."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        boxes, detail = QuestionBoxes(), QuestionDetail(theme)
        search = SearchLine("Search questions, options and subjects", "Search the questions of this run")
        table = RowTable("Questions", _COLUMNS, lambda item: item.question.id)
        table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 12)
        super().__init__(theme, search, (boxes, search), table, detail, parent=parent)
        self.boxes, self.detail = boxes, detail
        self._run: RunItems | None = None
        self.boxes.chosen_changed.connect(self.refresh)
        table.chosen_changed.connect(lambda: self.detail.show_item(self.chosen))

    @property
    def chosen(self) -> ScoredItem | None:
        """The question that is shown."""
        chosen: ScoredItem | None = self.table.chosen
        return chosen

    def show_run(self, run: RunItems) -> None:
        """Show a run, or the same with all its answers: what is picked out stays."""
        self._run = run
        self.refresh()

    def show_all(self) -> None:
        """Pick nothing out of the next run."""
        self._run = None
        self.search.clear()
        self.boxes.choose_all()
        self.table.clearSelection()

    def refresh(self) -> None:
        super().refresh()
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

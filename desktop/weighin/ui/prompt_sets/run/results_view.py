"""The prompts of a set with both answers and their marks: boxes, lists, a search, and the chosen prompt."""

from __future__ import annotations

from collections import Counter

from PySide6.QtWidgets import QHBoxLayout, QWidget

from weighin.core import format
from weighin.core.grading.marks import Mark, MarkedBy
from weighin.core.grading.text import mark_words, read_words, short_words, why_words
from weighin.core.prompts.prompt_set import SetPrompt, SetResult, StoredRun
from weighin.core.safe_text import safe_name
from weighin.ui.prompt_sets.prompt_rows import BY_HAND, NO_ANSWER, UNMARKED, PromptRow, RunRows, short_answer
from weighin.ui.prompt_sets.run.answer_detail import AnswerDetail
from weighin.ui.theme import Theme
from weighin.ui.widgets.boxes import PAIRED, Boxes
from weighin.ui.widgets.elided_combo_box import ElidedComboBox
from weighin.ui.widgets.row_browser import RowBrowser
from weighin.ui.widgets.search_line import SearchLine
from weighin.ui.widgets.table import Column, RowTable

ALL = "All prompts"
_ANY_TAG = "All tags"
# Narrower tables, in pixels, leave the tag or the answers to the chosen prompt.
_ROOM_FOR_TAGS, _ROOM_FOR_ANSWERS = 520, 640


class ResultsView(RowBrowser):
    """Shows a set, or a run of it; `take` has the answers that came since."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        boxes = Boxes([box.value for box in PAIRED], (ALL, NO_ANSWER, UNMARKED, BY_HAND), len(PAIRED))
        tags, detail = ElidedComboBox(), AnswerDetail(theme)
        tags.setAccessibleName("Show prompts with this tag")
        search = SearchLine("Search prompts and answers", "Search the prompts and answers of this set")
        table = RowTable("Prompts and marks", _COLUMNS, lambda row: row.key)
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(search, 1)
        row.addWidget(tags)
        super().__init__(theme, search, (boxes, line), table, detail, 60, parent)
        self.boxes, self.tags, self.detail = boxes, tags, detail
        self._rows = RunRows(())
        self._graded = self._was_run = False
        boxes.chosen_changed.connect(self.refresh)
        tags.activated.connect(lambda _row: self.refresh())
        table.chosen_changed.connect(self._show_chosen)

    @property
    def chosen(self) -> PromptRow | None:
        """The prompt that is shown."""
        chosen: PromptRow | None = self.table.chosen
        return chosen

    def result_number(self, row: PromptRow) -> int:
        """The number that the result of a row has in its run."""
        return self._rows.result_number(row)

    def show_prompts(self, prompts: tuple[SetPrompt, ...], stored: StoredRun | None, hides: bool) -> None:
        """Show a set anew, with what came of it in `stored`; hides: that may not be told."""
        self._rows = RunRows(prompts, stored, hides)
        self._graded = any(prompt.expect for prompt in prompts)
        self._was_run = stored is not None
        self.boxes.setVisible(self._graded and stored is not None and not hides)
        self.boxes.choose_all()
        self.search.clear()
        self._offer_tags(prompts)
        self.table.clearSelection()
        self.refresh()

    def take(self, result: SetResult) -> None:
        """The run that is shown has another answer, or another mark of one."""
        row = self._rows.take(result)
        if row is not None:
            self.table.change_record(row)
            self.refresh_soon()

    def refresh(self) -> None:
        super().refresh()
        rows = self._rows.rows
        if self._graded:
            self.boxes.show_counts(_counts(rows))
        words, chosen_tag = self.search.text().lower().split(), str(self.tags.currentData() or "")
        box = self.boxes.chosen if self._graded else ALL
        tagged = (row for row in rows if not chosen_tag or row.prompt.tag == chosen_tag)
        found = tuple(row for row in tagged if (box == ALL or box in row.lists) and row.holds(words))
        marks = _OF_MARKS if self._was_run and self._graded else ()
        wanted = (*marks, *_OF_ANSWERS) if self._was_run else _BEFORE if self._graded else ()
        tag_head = ("Tag",) if self.tags.count() > 1 else ()
        self.table.leave_out({*_OF_MARKS, *_OF_ANSWERS, *_BEFORE, "Tag"} - {*wanted, *tag_head})
        self.table.show_records(found)

    def _offer_tags(self, prompts: tuple[SetPrompt, ...]) -> None:
        """The tags of the set, where it has any."""
        self.tags.clear()
        self.tags.addItem(_ANY_TAG, "")
        for tag in sorted({prompt.tag for prompt in prompts if prompt.tag}):
            self.tags.addItem(safe_name(tag, 40), tag)
        self.tags.setVisible(self.tags.count() > 1)

    def _show_chosen(self) -> None:
        self.detail.show_row(self.chosen)


def _counts(rows: list[PromptRow]) -> dict[str, int | None]:
    found = Counter(name for row in rows for name in row.lists)
    counts: dict[str, int | None] = {box.value: found[box.value] for box in PAIRED}
    counts |= {ALL: len(rows), NO_ANSWER: found[NO_ANSWER]}
    counts |= {name: found[name] or None for name in (UNMARKED, BY_HAND)}
    return counts


def _mark(row: PromptRow, label: str) -> str:
    """ "✓ Right", "✗ by hand", "Cut off"."""
    marked = row.marked(label)
    if marked is None:
        return format.NONE if row.result else ""
    symbol = {Mark.RIGHT: "✓ ", Mark.WRONG: "✗ "}.get(marked.mark, "")
    return symbol + ("by hand" if marked.by is MarkedBy.HAND else mark_words(marked))


def _mark_tip(row: PromptRow, label: str) -> str:
    marked = row.marked(label)
    if marked is None:
        return "Not answered yet." if row.prompt.expect else "Nothing is expected of this answer."
    read = [words for check in marked.checks if (words := read_words(check))]
    return "\n".join(line for line in (mark_words(marked), *read, why_words(marked)) if line)


def _spoken(row: PromptRow, label: str) -> str:
    marked = row.marked(label)
    return f"Answer of {label}: {mark_words(marked) if marked else 'none yet'}"


def _tip(row: PromptRow, label: str) -> str:
    outcome = row.outcome(label)
    return (outcome.failure or outcome.text[:1000]) if outcome else ""


# What is there to be seen only of a set that says what is right, after a run, and before one.
_OF_MARKS, _OF_ANSWERS, _BEFORE = ("A", "B"), ("Answer A", "Answer B"), ("Expected",)
_COLUMNS = (
    Column("#", lambda r: r.place, "9999", number=True, order=lambda r: r.key),
    Column("Prompt", lambda r: safe_name(r.prompt.short, 200), "m" * 12, 0.4, order=lambda r: r.prompt.short.lower(),
           tip=lambda r: r.prompt.text[:1000]),
    Column("Tag", lambda r: safe_name(r.prompt.tag, 40), "several steps", room=_ROOM_FOR_TAGS,
           order=lambda r: r.prompt.tag or None),
    Column("Expected", lambda r: short_words(r.prompt.expect), "Number, Contains", 0.6),
    Column("A", lambda r: _mark(r, "A"), "Not marked",
           tip=lambda r: _mark_tip(r, "A"), spoken=lambda r: _spoken(r, "A")),
    Column("B", lambda r: _mark(r, "B"), "Not marked",
           tip=lambda r: _mark_tip(r, "B"), spoken=lambda r: _spoken(r, "B")),
    Column("Answer A", lambda r: short_answer(r, r.outcome("A")), "m" * 8, 0.3, room=_ROOM_FOR_ANSWERS,
           tip=lambda r: _tip(r, "A")),
    Column("Answer B", lambda r: short_answer(r, r.outcome("B")), "m" * 8, 0.3, room=_ROOM_FOR_ANSWERS,
           tip=lambda r: _tip(r, "B")),
)  # fmt: skip

"""One prompt of a set: what is asked, what a right answer looks like, and what each model made of it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.grading.marks import Mark, MarkedAnswer, MarkedBy
from weighin.core.grading.text import expectations_words, mark_words, read_words, why_words
from weighin.core.prompts.prompt_set import LaneOutcome
from weighin.core.safe_text import safe_name
from weighin.ui.prompt_sets.prompt_rows import PromptRow
from weighin.ui.theme import Theme
from weighin.ui.widgets.growing_edit import GrowingEdit
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.lane_chips import lane_chip
from weighin.ui.widgets.section import button

_NONE = "Choose a prompt to read it with both answers."
_SHOWN = 20_000
_LINES = 12
_HIDDEN = "Answered. What came of it is told when the blind run is over."


class AnswerDetail(QScrollArea):
    """Everything a stranger wrote is shown as plain text. `overruled` carries a PromptRow, the lane and the Mark, None
    for that of the rules again; `opened` a PromptRow whose comparison shall be shown."""

    overruled = Signal(object, str, object)
    opened = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row: PromptRow | None = None
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("The chosen prompt")
        self._where = PlainLabel(role="small", wrap=True)
        self._prompt = _reader("The prompt")
        self._expected = PlainLabel(wrap=True)
        self._tests = _reader("The tests")
        self._remark = PlainLabel(role="muted", wrap=True)
        self.lanes = {label: _LaneAnswer(label) for label in "AB"}
        self.open = button("Open in Compare", "Open both answers of this prompt on the Compare page", "link")
        self.open.clicked.connect(lambda: self.opened.emit(self._row))
        for label, lane in self.lanes.items():
            lane.wanted.connect(lambda mark, which=label: self.overruled.emit(self._row, which, mark))
        inner = QFrame()
        inner.setProperty("role", "card")
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(8)
        for part in (self._where, self._prompt, self._expected, self._tests, self._remark, *self.lanes.values()):
            layout.addWidget(part)
        layout.addWidget(self.open, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addStretch(1)
        self.setWidget(inner)
        self.show_row(None)

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything that is said, from the top."""
        labels = (self._where, self._expected, self._remark)
        said = [label.text() for label in labels if not label.isHidden()]
        return (*said, *(text for lane in self.lanes.values() if not lane.isHidden() for text in lane.texts))

    def show_row(self, row: PromptRow | None) -> None:
        """Show it, or how to get there."""
        is_another = row is None or self._row is None or row.key != self._row.key
        self._row = row
        prompt = row.prompt if row else None
        tests = "\n\n".join(one.tests for one in prompt.expect if one.tests) if prompt else ""
        self._where.say_or_hide(_where(row) if row else "")
        _fill(self._prompt, prompt.text if prompt else "")
        self._expected.say_or_hide(expectations_words(prompt.expect) if prompt else "")
        _fill(self._tests, tests)
        self._remark.say_or_hide(_NONE if row is None else _HIDDEN if row.hidden else "")
        for label, lane in self.lanes.items():
            lane.show_outcome(row.outcome(label) if row else None, bool(prompt and prompt.expect))
        self.open.setVisible(row is not None and row.result is not None)
        if is_another:
            self.verticalScrollBar().setValue(0)
        self.setAccessibleDescription("\n".join(self.texts))


class _LaneAnswer(QWidget):
    """An answer, its mark with what was read and why it is so, and what the user says of it. `wanted` carries a Mark,
    None for that of the rules."""

    wanted = Signal(object)

    def __init__(self, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark = PlainLabel(role="section")
        self._facts = PlainLabel(role="small", wrap=True)
        self._why = PlainLabel(role="small", wrap=True)
        self.answer = _reader(f"The answer of {label}")
        self.right = button("Mark right", f"Mark the answer of {label} right", "link")
        self.wrong = button("Mark wrong", f"Mark the answer of {label} wrong", "link")
        self.by_rules = button("By the rules", f"Mark the answer of {label} by the rules again", "link")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(lane_chip(label))
        head.addWidget(self._mark)
        head.addStretch(1)
        buttons = ((self.right, Mark.RIGHT), (self.wrong, Mark.WRONG), (self.by_rules, None))
        for shown, mark in buttons:
            shown.clicked.connect(lambda _=False, which=mark: self.wanted.emit(which))
            head.addWidget(shown)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(head)
        for part in (self._facts, self._why, self.answer):
            layout.addWidget(part)

    @property
    def texts(self) -> tuple[str, ...]:
        """What is said, from the top."""
        labels = (self._mark, self._facts, self._why)
        return (*(label.text() for label in labels if not label.isHidden()), self.answer.toPlainText())

    def show_outcome(self, outcome: LaneOutcome | None, graded: bool) -> None:
        """Show it; graded: something is expected of it."""
        self.setVisible(outcome is not None)
        if outcome is None:
            return
        marked = outcome.marked
        self._mark.say(mark_words(marked) if graded else "")
        self._facts.say_or_hide(_facts(outcome, marked))
        self._why.say_or_hide(why_words(marked) if graded else "")
        _fill(self.answer, outcome.failure or outcome.text)
        by_hand = marked.by is MarkedBy.HAND
        self.right.setVisible(graded and marked.mark is not Mark.RIGHT)
        self.wrong.setVisible(graded and marked.mark is not Mark.WRONG)
        self.by_rules.setVisible(graded and by_hand)


def _where(row: PromptRow) -> str:
    prompt = row.prompt
    parts = (f"Prompt {row.place}", safe_name(prompt.title, 100), safe_name(prompt.tag, 60))
    return " · ".join(part for part in parts if part)


def _facts(outcome: LaneOutcome, marked: MarkedAnswer) -> str:
    """What was read out of an answer, and how many tokens it took."""
    read = [words for check in marked.checks if (words := read_words(check))]
    tokens = format.plural(outcome.generated_tokens - outcome.reasoning_tokens, "token")
    if outcome.reasoning_tokens:
        tokens += f" and {format.count(outcome.reasoning_tokens)} of thinking"
    return " · ".join((*read, tokens, *([format.seconds(outcome.total_s)] if outcome.total_s is not None else [])))


def _reader(name: str) -> GrowingEdit:
    """Text to read and to copy, a few lines high."""
    made = GrowingEdit(name, 1, _LINES)
    made.setReadOnly(True)
    return made


def _fill(reader: GrowingEdit, text: str) -> None:
    """Show `text`, of a very long one its beginning; nothing at all where it is empty."""
    cut = f"{text[:_SHOWN]}\n… ({format.count(len(text) - _SHOWN)} more characters)" if len(text) > _SHOWN else text
    if reader.toPlainText() != cut:
        reader.setPlainText(cut)
    reader.setVisible(bool(text))

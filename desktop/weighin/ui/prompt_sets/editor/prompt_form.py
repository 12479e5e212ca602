"""A form for one prompt of a set, with what is expected of its answers and a place to try that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from weighin.core.grading.expectation import Expectation, Kind
from weighin.core.grading.marks import MarkedAnswer
from weighin.core.grading.text import mark_words, read_words, why_words
from weighin.ui.prompt_sets.editor.drafts import ExpectationDraft, PromptDraft
from weighin.ui.prompt_sets.editor.expectation_form import ExpectationForm
from weighin.ui.theme import Theme
from weighin.ui.widgets.folded_section import FoldedSection
from weighin.ui.widgets.growing_edit import GrowingEdit
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.section import button

Mark = Callable[[tuple[Expectation, ...], str, Callable[[MarkedAnswer], None]], None]


class PromptForm(QWidget):
    """`changed`: something was edited."""

    changed = Signal()

    def __init__(self, theme: Theme, mark: Mark, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown = PromptDraft(-1)
        self._fills = False
        self.title, self.tag = QLineEdit(), QLineEdit()
        self.text = GrowingEdit("Prompt", 4, 14)
        self.system = GrowingEdit("System prompt of this prompt", 2, 8)
        self.system.setPlaceholderText("Empty: that of the run")
        self.forms: list[ExpectationForm] = []
        self._expect = QVBoxLayout()
        self._expect.setSpacing(6)
        self.add = button("Add expectation", "Add what is expected of an answer")
        self._problem = PlainLabel(role="error", wrap=True)
        self.try_box = TryBox(mark)
        self._system = FoldedSection(theme, "System prompt", "this prompt", lambda: self.system)
        self._arrange()
        self.add.clicked.connect(lambda: self.add_expectation(Kind.CONTAINS))
        for line in (self.title, self.tag):
            line.textChanged.connect(self._edited)
        for edit in (self.text, self.system):
            edit.textChanged.connect(self._edited)

    @property
    def draft(self) -> PromptDraft:
        """What is typed."""
        return PromptDraft(
            self._shown.key,
            self.text.toPlainText(),
            self.title.text(),
            self.tag.text(),
            self.system.toPlainText(),
            tuple(form.draft for form in self.forms),
        )

    @property
    def problem(self) -> str:
        """What is wrong with the whole of it, "" where nothing is, or where that stands beside a part."""
        return "" if self._problem.isHidden() else self._problem.text()

    def show_draft(self, draft: PromptDraft) -> None:
        """Edit another one."""
        self._fills = True
        self._shown = draft
        self.title.setText(draft.title)
        self.tag.setText(draft.tag)
        self.text.setPlainText(draft.text)
        self.system.setPlainText(draft.system)
        self._system.set_open(bool(draft.system))
        for form in self.forms:
            self._put_away(form)
        self.forms = []
        for one in draft.expect:
            self._add_form(one)
        self.try_box.clear()
        self._fills = False
        self._check()

    def add_expectation(self, kind: Kind) -> None:
        """One more, empty."""
        form = self._add_form(ExpectationDraft(kind))
        form.take_focus()
        self._edited()

    def _add_form(self, draft: ExpectationDraft) -> ExpectationForm:
        form = ExpectationForm(self._theme, draft)
        self.forms.append(form)
        self._expect.addWidget(form)
        form.changed.connect(self._edited)
        form.remove_wanted.connect(lambda: self._remove(form))
        return form

    def _remove(self, form: ExpectationForm) -> None:
        self.forms.remove(form)
        self.add.setFocus()
        self._put_away(form)
        self._edited()

    def _put_away(self, form: ExpectationForm) -> None:
        self._expect.removeWidget(form)
        form.hide()
        form.deleteLater()

    def _edited(self) -> None:
        if not self._fills:
            self._check()
            self.changed.emit()

    def _check(self) -> None:
        """Say what is wrong with all of it; of a part that stands beside it."""
        draft = self.draft
        beside = any(form.error for form in self.forms)
        self._problem.say_or_hide("" if beside else draft.problem)
        try:
            self.try_box.expect(
                draft.prompt().expect if draft.text.strip() else replace(draft, text="?").prompt().expect
            )
        except ValueError:
            self.try_box.expect(())

    def _arrange(self) -> None:
        names = QHBoxLayout()
        names.setSpacing(8)
        for words, line, stretch in (("Title", self.title, 3), ("Tag", self.tag, 2)):
            column = QVBoxLayout()
            column.setSpacing(2)
            column.addWidget(_named(words, line))
            column.addWidget(line)
            names.addLayout(column, stretch)
        self.title.setPlaceholderText("Optional")
        self.tag.setPlaceholderText("Optional")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 8, 0)
        layout.setSpacing(6)
        layout.addLayout(names)
        layout.addWidget(_named("Prompt", self.text))
        layout.addWidget(self.text)
        layout.addWidget(self._system)
        layout.addWidget(PlainLabel("A right answer", role="section"))
        layout.addLayout(self._expect)
        layout.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._problem)
        layout.addWidget(self.try_box)
        layout.addStretch(1)


class TryBox(QWidget):
    """An answer to try the expectations on. mark: gets these, the answer, and who hears the mark."""

    def __init__(self, mark: Mark, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark, self._asked = mark, 0
        self._expect: tuple[Expectation, ...] = ()
        self.answer = GrowingEdit("An answer to try", 2, 10)
        self.answer.setPlaceholderText("Paste an answer to see how it is marked")
        self.go = button("Mark", "Mark this answer")
        self._result = PlainLabel(wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(PlainLabel("Try it", role="section"))
        layout.addWidget(self.answer)
        layout.addWidget(self.go, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._result)
        self.go.clicked.connect(self._ask)
        self._result.hide()

    @property
    def result(self) -> str:
        """The mark with what was read, "" before there is one."""
        return "" if self._result.isHidden() else self._result.text()

    def expect(self, expect: tuple[Expectation, ...]) -> None:
        """What is held against the answer; () where that makes no sense yet."""
        self._expect = expect
        runs_code = any(one.kind is Kind.TESTS for one in expect)
        self.go.setText("Run tests and mark" if runs_code else "Mark")
        self.go.setEnabled(bool(expect))
        self._say("")

    def clear(self) -> None:
        """Another prompt."""
        self.answer.clear()
        self._say("")

    def _ask(self) -> None:
        self._say("Marking…")
        asked = self._asked
        self._mark(self._expect, self.answer.toPlainText(), lambda marked: self._show(asked, marked))

    def _show(self, asked: int, marked: MarkedAnswer) -> None:
        if asked == self._asked:
            read = [words for check in marked.checks if (words := read_words(check))]
            self._say("\n".join(line for line in (mark_words(marked), *read, why_words(marked)) if line))

    def _say(self, text: str) -> None:
        self._asked += 1
        self._result.say_or_hide(text)


def _named(words: str, of: QWidget) -> PlainLabel:
    """The name of a box, above it."""
    name = PlainLabel(words, role="small")
    name.setBuddy(of)
    of.setAccessibleName(words)
    return name

"""The window in which a prompt set is edited."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QSplitter, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.errors import AppError
from weighin.core.grading.expectation import Expectation
from weighin.core.grading.marks import MarkedAnswer
from weighin.core.grading.rules import absence_of
from weighin.core.prompts.prompt_set import PromptSet, SetPrompt
from weighin.core.runs.answer import StopReason
from weighin.core.safe_text import safe_name
from weighin.ui.prompt_sets.editor.drafts import PromptDraft, draft_of
from weighin.ui.prompt_sets.editor.prompt_form import PromptForm
from weighin.ui.theme import Theme
from weighin.ui.widgets.flow_layout import FlowLayout
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.question import Question
from weighin.ui.widgets.scrolled import Scrolled
from weighin.ui.widgets.section import button
from weighin.ui.widgets.tab_order import go_on
from weighin.ui.widgets.table import Column, RowTable
from weighin.ui.window_place import FirstPlace

if TYPE_CHECKING:
    from weighin.services.comparisons.prompt_sets import PromptSets
    from weighin.services.grading.grader import Grader


class SetEditor(QDialog):
    """`saved` carries the PromptSet as it was kept. Nothing is kept before Save."""

    saved = Signal(object)

    def __init__(
        self, theme: Theme, sets: PromptSets, grader: Grader, prompts: PromptSet | None, parent: QWidget
    ) -> None:
        """prompts: a set, of which a copy is edited where it came with the program; None for a new one."""
        super().__init__(parent)
        self._sets, self._grader = sets, grader
        self._before = prompts if prompts and not prompts.builtin else None
        self._keys = count()
        given = prompts.prompts if prompts else ()
        self._drafts = [draft_of(next(self._keys), prompt) for prompt in given] or [self._new()]
        self._edited = prompts is None
        self.setWindowTitle("Edit prompt set" if self._before else "New prompt set")
        self.name = QLineEdit(
            f"{prompts.name} (copy)" if prompts and not self._before else prompts.name if prompts else ""
        )
        self.name.setPlaceholderText("Name of the set")
        self.name.setAccessibleName("Name of the set")
        self.table = RowTable("Prompts of this set", _COLUMNS, lambda draft: draft.key, lambda draft: draft.text[:1000])
        self.add = button("Add", "Add a prompt")
        self.duplicate = button("Duplicate", "Duplicate the chosen prompt")
        self.remove = button("Delete", "Delete the chosen prompt")
        self.form = PromptForm(theme, self._mark)
        self._error = PlainLabel(role="error", wrap=True)
        self.save = button("Save", "Save this prompt set", "primary")
        self.cancel = button("Cancel", "Close without saving")
        self._arrange()
        self._connect()
        self.table.show_records(tuple(self._drafts))
        self.table.selectRow(0)
        (self.name if prompts is None else self.table).setFocus()
        FirstPlace(self, QSize(980, 720))

    @property
    def error(self) -> str:
        """Why it cannot be saved, "" before that was tried."""
        return "" if self._error.isHidden() else self._error.text()

    @property
    def drafts(self) -> tuple[PromptDraft, ...]:
        """All prompts as they are typed."""
        return tuple(self._drafts)

    def focusNextPrevChild(self, next: bool) -> bool:
        return go_on(self, self.focusWidget(), next) or super().focusNextPrevChild(next)

    def reject(self) -> None:
        """What was typed is not thrown away without asking."""
        if not self._edited or (self._before is None and not any(draft.text.strip() for draft in self._drafts)):
            super().reject()
            return
        question = Question("Close without saving?", ("What you changed in this set is lost.",), self)
        question.add_answer("Close without saving", super().reject, "danger")
        question.add_safe("Keep editing")
        question.open()

    def _new(self) -> PromptDraft:
        return PromptDraft(next(self._keys))

    def _connect(self) -> None:
        self.table.chosen_changed.connect(self._show)
        self.table.delete_pressed.connect(self._remove)
        self.form.changed.connect(self._take)
        self.name.textChanged.connect(lambda _text: self._touch())
        self.add.clicked.connect(lambda: self._insert(self._new()))
        self.duplicate.clicked.connect(self._duplicate)
        self.remove.clicked.connect(self._remove)
        self.save.clicked.connect(self._save)
        self.cancel.clicked.connect(self.reject)

    @property
    def _place(self) -> int:
        """Of the chosen prompt in the set, -1 for none."""
        chosen = self.table.chosen
        return next((n for n, one in enumerate(self._drafts) if chosen is not None and one.key == chosen.key), -1)

    def _show(self) -> None:
        place = self._place
        self.form.setEnabled(place >= 0)
        for one in (self.duplicate, self.remove):
            one.setEnabled(place >= 0)
        if place >= 0 and self._drafts[place] != self.form.draft:
            self.form.show_draft(self._drafts[place])

    def _take(self) -> None:
        """The form was edited."""
        place = self._place
        if place >= 0:
            self._drafts[place] = self.form.draft
            self.table.change_record(self._drafts[place])
            self._touch()

    def _touch(self) -> None:
        self._edited = True
        self._error.hide()

    def _insert(self, draft: PromptDraft) -> None:
        """Behind the chosen one, or at the end."""
        place = self._place + 1 or len(self._drafts)
        self._drafts.insert(place, draft)
        self._list(draft.key)
        self.form.text.setFocus()

    def _duplicate(self) -> None:
        if (place := self._place) >= 0:
            self._insert(replace(self._drafts[place], key=next(self._keys)))

    def _remove(self) -> None:
        if (place := self._place) >= 0:
            del self._drafts[place]
            if not self._drafts:
                self._drafts.append(self._new())
            self._list(self._drafts[min(place, len(self._drafts) - 1)].key)
            self.table.setFocus()

    def _list(self, chosen: int) -> None:
        self._touch()
        self.table.show_records(tuple(self._drafts))
        self.table.choose((chosen,))

    def _mark(self, expect: tuple[Expectation, ...], text: str, done: Callable[[MarkedAnswer], None]) -> None:
        absence = absence_of(text, StopReason.END.value, False)
        self._grader.mark(expect, text, absence, True, done)

    def _save(self) -> None:
        prompts: list[SetPrompt] = []
        for number, draft in enumerate(self._drafts, 1):
            if problem := draft.problem:
                self.table.choose((draft.key,))
                self._error.say_or_hide(f"Prompt {format.count(number)}: {problem}")
                return
            prompts.append(draft.prompt())
        if self._before is None:
            self._sets.save(self.name.text(), tuple(prompts), self._kept, self._fail)
        else:
            made = replace(self._before, name=self.name.text().strip(), prompts=tuple(prompts))
            self._sets.replace(self._before, made, self._kept, self._fail)

    def _kept(self, made: PromptSet) -> None:
        self.saved.emit(made)
        self.accept()

    def _fail(self, error: AppError) -> None:
        self._error.say_or_hide(error.user_text)

    def _arrange(self) -> None:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.table, 1)
        buttons = QWidget()
        flow = FlowLayout(buttons)
        for one in (self.add, self.duplicate, self.remove):
            flow.addWidget(one)
        column.addWidget(buttons)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(12)
        split.addWidget(left)
        split.addWidget(Scrolled(self.form))
        split.setSizes([420, 560])
        last = QHBoxLayout()
        last.addWidget(self._error, 1)
        last.addStretch(0)
        last.addWidget(self.cancel)
        last.addWidget(self.save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(10)
        layout.addWidget(self.name)
        layout.addWidget(split, 1)
        layout.addLayout(last)
        for one in self.findChildren(type(self.save)):
            one.setAutoDefault(False)
        self._error.hide()


_COLUMNS = (
    Column("Prompt", lambda draft: safe_name(draft.title or " ".join(draft.text[:400].split()), 200), "m" * 12, 0.7),
    Column("Tag", lambda draft: safe_name(draft.tag, 40), "arithmetic", least="m" * 5),
    Column("Expected", lambda draft: draft.kinds or format.NONE, "Number, Contains", 0.3, least="Contains"),
    Column("", lambda draft: "!" if draft.problem else "", "!", tip=lambda draft: draft.problem),
)

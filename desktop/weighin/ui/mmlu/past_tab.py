"""Stored runs: find one, open it again, go on with it, export it, delete it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.errors import AppError
from weighin.core.evaluations.evaluation import EvaluationRecord
from weighin.core.evaluations.stored_evaluation import EvaluationRow
from weighin.core.evaluations.text import (
    ELSEWHERE,
    STATES,
    model_name,
    protocol_name,
    score_words,
    scores,
    state_words,
)
from weighin.core.evaluations.verdict_text import is_decided, verdict_label
from weighin.core.runs.run_state import RunState
from weighin.core.safe_text import safe_name
from weighin.ui.mmlu.export import ask_export
from weighin.ui.theme import Theme
from weighin.ui.widgets.confirmation import Confirmation
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.search_line import SearchLine
from weighin.ui.widgets.strip import Strip
from weighin.ui.widgets.table import Column, RowTable

if TYPE_CHECKING:
    from weighin.services.evaluations.evaluation_history import EvaluationHistory

_NOT_FOUND = "No run matches this search."
_EMPTY = "No runs yet. Every run is kept here; an unfinished one can be resumed."
_WATCH_MS = 3000


class PastTab(QWidget):
    """`running`: the id of the run that goes on now, "" for none.

    `opened` carries an EvaluationRecord to show; `resume_wanted` the id of a run; `rows_changed` all rows."""

    opened = Signal(object)
    resume_wanted = Signal(str)
    rows_changed = Signal(object)

    def __init__(
        self, theme: Theme, evaluations: EvaluationHistory, running: Callable[[], str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._evaluations, self._running = evaluations, running
        self._rows: tuple[EvaluationRow, ...] = ()
        self.search = SearchLine("Search models and question sets", "Search in stored evaluations")
        self.search.setMaximumWidth(520)
        self.note = PlainLabel(role="muted", wrap=True)
        self.note.hide()
        self.table = RowTable("Stored evaluations", self._columns(), lambda row: str(row.id), _tip)
        self._empty = PlainLabel(_EMPTY, role="muted", wrap=True)
        self.error = Strip("red")
        self.error.add_close(theme, "Close this message")
        self.confirm = Confirmation("Delete", "Delete this evaluation", "Keep this evaluation")
        self.open = _button("Open", "Open the chosen evaluation")
        self.resume = _button("Resume", "Resume the chosen evaluation")
        self.export = _button("Export…", "Export the chosen evaluation")
        self.delete = _button("Delete…", "Delete the chosen evaluation, after asking")
        self._arrange()
        self._connect()
        self._follow()
        # What another window does is seen only by looking.
        self._watch = QTimer(self)
        self._watch.setInterval(_WATCH_MS)
        self._watch.timeout.connect(self.refresh)
        self.refresh()

    @property
    def empty_text(self) -> str:
        """What stands there in place of rows."""
        return "" if self._empty.isHidden() else self._empty.text()

    def refresh(self) -> None:
        """Ask for the stored runs."""
        self._evaluations.rows(self._show, self._fail)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._watch.stop()

    def take_focus(self) -> None:
        """Be ready for the keyboard."""
        (self.search if self._rows else self.table).setFocus()

    def _columns(self) -> tuple[Column, ...]:
        return (
            Column("When", lambda r: format.moment(r.created), "2026-11-22 10:31"),
            Column("Models", _models, "Weigh-In Starter Dense / Weigh-In Starter MoE", 0.6),
            Column("Questions", _questions, "Starter questions, standard, 5 shots", 0.4),
            Column("Answered", _asked, "12 345 of 14 042", number=True),
            Column("Score", scores, "100.0 % / 100.0 %", number=True),
            Column("Verdict", _verdict, "B better, 12.3 points"),
            Column("State", self._state, "Interrupted, can be resumed"),
        )

    def _state(self, row: EvaluationRow) -> str:
        if row.elsewhere:
            return ELSEWHERE
        if row.state is RunState.RUNNING or row.id == self._running():
            return STATES[RunState.RUNNING]
        return state_words(row)

    def _connect(self) -> None:
        self._evaluations.changed.connect(self.refresh)
        self.table.follow_search(self.search)
        self.table.chosen_changed.connect(self._follow)
        self.table.opened.connect(self._open)
        self.table.delete_pressed.connect(self._ask)
        self.open.clicked.connect(self._open)
        self.resume.clicked.connect(self._resume)
        self.export.clicked.connect(self._load_to_export)
        self.search.textChanged.connect(lambda _text: self._list())
        self.delete.clicked.connect(self._ask)

    def _show(self, rows: tuple[EvaluationRow, ...]) -> None:
        self._rows = rows
        self._list()
        self.rows_changed.emit(rows)
        if self.isVisible() and any(row.elsewhere for row in rows):
            self._watch.start()
        else:
            self._watch.stop()

    def _list(self) -> None:
        wanted = self.search.text().lower().split()
        rows = tuple(row for row in self._rows if all(word in _text(row) for word in wanted))
        self.table.show_records(rows)
        self.table.setVisible(bool(rows))
        self._empty.say_or_hide("" if rows else (_NOT_FOUND if self._rows else _EMPTY))
        self._follow()

    def _follow(self) -> None:
        row: EvaluationRow | None = self.table.chosen
        for button in (self.open, self.export, self.delete):
            button.setEnabled(row is not None)
        self.resume.setEnabled(row is not None and _can_resume(row, self._running()))

    def _open(self) -> None:
        row: EvaluationRow | None = self.table.chosen
        if row is not None:
            self._evaluations.load(row.id, self._loaded, self._fail)

    def _loaded(self, record: EvaluationRecord) -> None:
        self.error.hide()
        self.opened.emit(record)

    def _load_to_export(self) -> None:
        row: EvaluationRow | None = self.table.chosen
        if row is not None:
            self._evaluations.load(row.id, self._ask_export, self._fail)

    def _ask_export(self, record: EvaluationRecord) -> None:
        self.error.hide()
        ask_export(self._evaluations, record, self.window(), self.note.say_or_hide, self.error.say)

    def _resume(self) -> None:
        row: EvaluationRow | None = self.table.chosen
        if row is not None and _can_resume(row, self._running()):
            self.resume_wanted.emit(row.id)

    def _ask(self) -> None:
        row: EvaluationRow | None = self.table.chosen
        if row is not None:
            named = f"the evaluation of {format.moment(row.created)}, {_models(row)}"
            self.confirm.ask(f"Delete {named}? This cannot be undone.", lambda: self._remove(row.id), self.table)

    def _remove(self, identifier: str) -> None:
        self._evaluations.delete((identifier,), lambda _none: None, self._fail)

    def _fail(self, error: AppError) -> None:
        self.error.say(error.user_text)

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.search, 3)
        row.addStretch(1)
        for button in (self.open, self.resume, self.export, self.delete):
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row)
        for part in (self.error, self.note, self._empty):
            layout.addWidget(part)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.confirm)  # below: rows stay where they are under the mouse
        layout.addStretch(0)


def _button(text: str, name: str) -> QPushButton:
    button = QPushButton(text)
    button.setAccessibleName(name)
    return button


def _can_resume(row: EvaluationRow, running: str) -> bool:
    return row.can_resume and row.id != running


def _models(row: EvaluationRow) -> str:
    return " / ".join(model_name(lane.model, lane.label, 60) for lane in row.lanes)


def _text(row: EvaluationRow) -> str:
    return f"{_models(row)} {_questions(row)} {row.created}".lower()


def _questions(row: EvaluationRow) -> str:
    return f"{safe_name(row.dataset, 60)}, {protocol_name(row.protocol, row.shots)}"


def _asked(row: EvaluationRow) -> str:
    least = min((lane.n for lane in row.lanes), default=0)
    return format.count(row.n) if least >= row.n else f"{format.count(least)} of {format.count(row.n)}"


def _verdict(row: EvaluationRow) -> str:
    if row.paired is None:
        return format.NONE
    label = verdict_label(row.paired, row.state)
    gap = f", {format.points(abs(row.paired.difference), sign='-')} points"
    return f"{label}{gap if is_decided(row.paired) else ''}"


def _tip(row: EvaluationRow) -> str:
    lanes = [
        f"{lane.label} {model_name(lane.model, lane.label)}: {score_words(lane) or 'no answer'}" for lane in row.lanes
    ]
    return "\n".join([_questions(row), *lanes])

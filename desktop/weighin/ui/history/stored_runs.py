"""Stored runs of one kind: find one, open it again, go on with it, export it, delete it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from PySide6.QtCore import QTimer, Signal, SignalInstance
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.errors import AppError
from weighin.ui.theme import Theme
from weighin.ui.widgets.confirmation import Confirmation
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.search_line import SearchLine
from weighin.ui.widgets.strip import Strip
from weighin.ui.widgets.table import Column, RowTable

_WATCH_MS = 3000
_NOT_FOUND = "No run matches this search."
_EMPTY = "No runs yet. Every run is kept here; an unfinished one can be resumed."


class KeptRuns(Protocol):
    """Where they are kept."""

    changed: SignalInstance

    def rows(self, done: Callable[[Any], None], failed: Callable[[AppError], None]) -> None:
        """All of them in short, the newest first."""

    def load(self, identifier: str, done: Callable[[Any], None], failed: Callable[[AppError], None]) -> None:
        """One, whole."""

    def delete(
        self, identifiers: tuple[str, ...], done: Callable[[Any], None], failed: Callable[[AppError], None]
    ) -> None:
        """Forget some; `changed` follows."""


@dataclass(frozen=True)
class Wording:
    """What the runs of a list are called: one of them, all of them, and what can be searched for."""

    one: str
    several: str
    searched: str


class StoredRuns(QWidget):
    """columns and tip: of the rows as `kept` tells them, each with id, created, can_resume and elsewhere. searched: the
    text of a row that is searched in; models: the names in it, as they stand in a question. running: the id of the run
    that goes on now, "" for none. export: asks where a record shall go; gets it, a window, and who says how it went.

    `opened` carries a record to show; `resume_wanted` the id of a run; `rows_changed` all rows."""

    opened = Signal(object)
    resume_wanted = Signal(str)
    rows_changed = Signal(object)

    def __init__(
        self,
        theme: Theme,
        kept: KeptRuns,
        wording: Wording,
        columns: tuple[Column, ...],
        tip: Callable[[Any], str],
        searched: Callable[[Any], str],
        models: Callable[[Any], str],
        running: Callable[[], str],
        export: Callable[[Any, QWidget, Callable[[str], None], Callable[[str], None]], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._kept, self._wording, self._running, self._write = kept, wording, running, export
        self._searched, self._models = searched, models
        self._rows: tuple[Any, ...] = ()
        one = wording.one
        self.search = SearchLine(wording.searched, f"Search in stored {wording.several}")
        self.search.setMaximumWidth(520)
        self.note = PlainLabel(role="muted", wrap=True)
        self.note.hide()
        self.table = RowTable(f"Stored {wording.several}", columns, lambda row: str(row.id), tip)
        self._empty = PlainLabel(_EMPTY, role="muted", wrap=True)
        self.error = Strip("red")
        self.error.add_close(theme, "Close this message")
        self.confirm = Confirmation("Delete", f"Delete this {one}", f"Keep this {one}")
        self.open = _button("Open", f"Open the chosen {one}")
        self.resume = _button("Resume", f"Resume the chosen {one}")
        self.export = _button("Export…", f"Export the chosen {one}")
        self.delete = _button("Delete…", f"Delete the chosen {one}, after asking")
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
        self._kept.rows(self._show, self._fail)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._watch.stop()

    def take_focus(self) -> None:
        """Be ready for the keyboard."""
        (self.search if self._rows else self.table).setFocus()

    def _connect(self) -> None:
        self._kept.changed.connect(self.refresh)
        self.table.follow_search(self.search)
        self.table.chosen_changed.connect(self._follow)
        self.table.opened.connect(self._open)
        self.table.delete_pressed.connect(self._ask)
        self.open.clicked.connect(self._open)
        self.resume.clicked.connect(self._resume)
        self.export.clicked.connect(self._load_to_export)
        self.search.textChanged.connect(lambda _text: self._list())
        self.delete.clicked.connect(self._ask)

    def _show(self, rows: tuple[Any, ...]) -> None:
        self._rows = rows
        self._list()
        self.rows_changed.emit(rows)
        if self.isVisible() and any(row.elsewhere for row in rows):
            self._watch.start()
        else:
            self._watch.stop()

    def _list(self) -> None:
        wanted = self.search.text().lower().split()
        rows = tuple(row for row in self._rows if all(word in self._searched(row).lower() for word in wanted))
        self.table.show_records(rows)
        self.table.setVisible(bool(rows))
        self._empty.say_or_hide("" if rows else (_NOT_FOUND if self._rows else _EMPTY))
        self._follow()

    def _follow(self) -> None:
        row = self.table.chosen
        for button in (self.open, self.export, self.delete):
            button.setEnabled(row is not None)
        self.resume.setEnabled(row is not None and self._can_resume(row))

    def _can_resume(self, row: Any) -> bool:
        return bool(row.can_resume) and row.id != self._running()

    def _open(self) -> None:
        row = self.table.chosen
        if row is not None:
            self._kept.load(row.id, self._loaded, self._fail)

    def _loaded(self, record: Any) -> None:
        self.error.hide()
        self.opened.emit(record)

    def _load_to_export(self) -> None:
        row = self.table.chosen
        if row is not None:
            self._kept.load(row.id, self._ask_export, self._fail)

    def _ask_export(self, record: Any) -> None:
        self.error.hide()
        self._write(record, self.window(), self.note.say_or_hide, self.error.say)

    def _resume(self) -> None:
        row = self.table.chosen
        if row is not None and self._can_resume(row):
            self.resume_wanted.emit(row.id)

    def _ask(self) -> None:
        row = self.table.chosen
        if row is not None:
            named = f"the {self._wording.one} of {format.moment(row.created)}, {self._models(row)}"
            self.confirm.ask(f"Delete {named}? This cannot be undone.", lambda: self._remove(row.id), self.table)

    def _remove(self, identifier: str) -> None:
        self._kept.delete((identifier,), lambda _none: None, self._fail)

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

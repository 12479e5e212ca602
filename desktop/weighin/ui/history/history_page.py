"""The History page: find, reopen and delete comparisons and evaluations."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from weighin.core import format
from weighin.core.comparisons.comparison import Comparison, HistoryRow
from weighin.core.comparisons.text import STOPS
from weighin.core.errors import AppError
from weighin.core.exports import EXPORTS
from weighin.core.runs.answer import StopReason
from weighin.core.safe_text import safe_name
from weighin.ui.history.votes_panel import VotesPanel
from weighin.ui.theme import Theme
from weighin.ui.widgets.confirmation import Confirmation
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.strip import Strip
from weighin.ui.widgets.table import Column, RowTable

if TYPE_CHECKING:
    from weighin.services.comparisons.history import History
    from weighin.services.comparisons.votes import Votes

_PAUSE_MS = 200
_EMPTY = "Nothing here yet: every comparison you run is kept here, finished or not."
_NOT_FOUND = "No comparison contains these words."


class HistoryPage(QWidget):
    """`opened` carries the Comparison that shall be shown; `export_wanted` one and the format; `tape_wanted` one
    whose tale of the tape shall be told; `bundle_wanted`: a bundle shall be opened."""

    opened = Signal(object)
    export_wanted = Signal(object, str)
    bundle_wanted = Signal()
    tape_wanted = Signal(object)

    def __init__(
        self, theme: Theme, history: History, votes: Votes, evaluations: QWidget, parent: QWidget | None = None
    ) -> None:
        """`evaluations`: the list of stored evaluations, which is the second tab."""
        super().__init__(parent)
        self.setObjectName("page")
        self.tabs = QTabBar()
        self.tabs.setAccessibleName("Parts of the History page")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.evaluations = evaluations
        self._history = history
        self.votes = VotesPanel(theme, votes)
        self._asked = 0
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search prompts, answers and models")
        self.search.setAccessibleName("Search in History")
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(520)
        self.table = RowTable("Comparisons made before", _COLUMNS, lambda row: row.id, _tip, several=True)
        self._empty = PlainLabel(_EMPTY, role="muted", wrap=True)
        self._error = Strip("red")
        self._error.add_close(theme, "Close this message")
        self._confirm = Confirmation("Delete", "Delete these comparisons", "Keep these comparisons")
        self._open = QPushButton("Open")
        self._open.setAccessibleName("Open the selected comparison")
        self._export = QPushButton("Export")
        self._export.setAccessibleName("Export the selected comparison")
        self._export.setMenu(self._export_menu())
        self._tape = QPushButton("Tape…")
        self._tape.setAccessibleName("The tale of the tape: the two models of the selected comparison in one picture")
        self._tape.setToolTip("The two models in one picture")
        self._bundle = QPushButton("Open bundle…")
        self._bundle.setAccessibleName("Open a comparison somebody made elsewhere")
        self._delete = QPushButton("Delete…")
        self._delete.setAccessibleName("Delete the selected comparisons, after asking")
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._arrange()
        self._connect()
        self._follow_selection()
        self.refresh()

    @property
    def error(self) -> str:
        """The sentence shown, "" where all is well."""
        return "" if self._error.isHidden() else self._error.label.text()

    @property
    def question(self) -> str:
        """What is asked before deleting, "" while nothing is."""
        return self._confirm.text

    @property
    def empty_text(self) -> str:
        """What stands there in place of rows."""
        return "" if self._empty.isHidden() else self._empty.text()

    def refresh(self) -> None:
        """Ask for the rows that match what is typed."""
        self._pause.stop()
        self._asked += 1
        number = self._asked
        self._history.search(self.search.text().strip(), lambda rows: self._show(number, rows), self._fail)

    def refuse(self, sentence: str) -> None:
        """Say why something cannot be done now."""
        self._error.say(sentence)

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.search, 3)
        row.addStretch(1)
        row.addWidget(self._bundle)
        row.addWidget(self._open)
        row.addWidget(self._tape)
        row.addWidget(self._export)
        row.addWidget(self._delete)
        comparisons = QWidget()
        layout = QVBoxLayout(comparisons)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row)
        layout.addWidget(self._error)
        layout.addWidget(self._empty)
        layout.addWidget(self.table, 1)
        layout.addWidget(self._confirm)  # below: rows stay where they are under the mouse
        layout.addWidget(self.votes)
        layout.addStretch(0)
        self._empty.hide()
        stack = QStackedWidget()
        for name, part in (("Comparisons", comparisons), ("Evaluations", self.evaluations)):
            self.tabs.addTab(name)
            stack.addWidget(part)
        self.tabs.currentChanged.connect(stack.setCurrentIndex)
        page = QVBoxLayout(self)
        page.setContentsMargins(14, 12, 14, 12)
        page.setSpacing(8)
        page.addWidget(PlainLabel("History", role="title"))
        page.addWidget(self.tabs)
        page.addWidget(stack, 1)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._pause.start)
        self.search.returnPressed.connect(self.refresh)
        self._pause.timeout.connect(self.refresh)
        self._history.changed.connect(self.refresh)
        self.table.chosen_changed.connect(self._follow_selection)
        self.table.opened.connect(self._open_chosen)
        self.table.delete_pressed.connect(self._ask)
        self._open.clicked.connect(self._open_chosen)
        self._delete.clicked.connect(self._ask)
        self._bundle.clicked.connect(self.bundle_wanted)
        self._tape.clicked.connect(lambda: self._load(self.tape_wanted.emit))

    def _show(self, number: int, rows: tuple[HistoryRow, ...]) -> None:
        # An answer that was overtaken by a newer question is of no use.
        if number != self._asked:
            return
        self._error.hide()
        self.table.show_records(rows)
        self.table.setVisible(bool(rows))
        self._empty.say_or_hide("" if rows else (_NOT_FOUND if self.search.text().strip() else _EMPTY))

    def _follow_selection(self) -> None:
        for button in (self._open, self._export, self._tape):
            button.setEnabled(self.table.chosen is not None)
        self._delete.setEnabled(bool(self.table.all_chosen))

    def _open_chosen(self) -> None:
        self._load(self._loaded)

    def _load(self, then: Callable[[Comparison], None]) -> None:
        row: HistoryRow | None = self.table.chosen
        if row is not None:
            self._history.load(row.id, then, self._fail)

    def _export_menu(self) -> QMenu:
        menu = QMenu(self)
        for kind, text in (("bundle", "Replayable bundle…"), *((kind, f"{name}…") for kind, name in EXPORTS.items())):
            menu.addAction(text).triggered.connect(lambda _, which=kind: self._load_to_export(which))
        return menu

    def _load_to_export(self, kind: str) -> None:
        self._load(lambda record: self.export_wanted.emit(record, kind))

    def _loaded(self, comparison: Comparison) -> None:
        self._error.hide()
        self.opened.emit(comparison)

    def _ask(self) -> None:
        selected = set(self.table.all_chosen)
        chosen = [row for row in self.table.records if row in selected]
        if chosen:
            doomed = tuple(row.id for row in chosen)
            first = f"{format.moment(chosen[0].created)} “{safe_name(chosen[0].prompt, 40)}”"
            which = first if len(chosen) == 1 else f"{first} and {len(chosen) - 1} more"
            sentence = f"Delete {format.plural(len(doomed), 'comparison')}? {which}. This cannot be undone."
            self._confirm.ask(sentence, lambda: self._remove(doomed), self.table)

    def _remove(self, doomed: tuple[str, ...]) -> None:
        self._history.delete(doomed, lambda _none: self.refresh(), self._fail)

    def _fail(self, error: AppError) -> None:
        self._error.say(error.user_text)


def _stop(value: str) -> str:
    try:
        return STOPS[StopReason(value)]
    except ValueError:
        return safe_name(value, 24) or format.NONE


def _ended(row: HistoryRow) -> str:
    a, b = _stop(row.stop_a), _stop(row.stop_b)
    return a if a == b else f"A {a}, B {b}"


def _tip(row: HistoryRow) -> str:
    ends = f"A {_stop(row.stop_a)}, B {_stop(row.stop_b)}"
    return f"{row.prompt}\nA: {row.answer_a}\nB: {row.answer_b}\n{ends}"


def _prompt(row: HistoryRow) -> str:
    return safe_name(" ".join(row.prompt.split()), 300)


_PROMPT, _MODEL, _END = "What is seven plus five?", "Starter Dense", "ended by itself"
_COLUMNS = (
    Column("When", lambda r: format.moment(r.created), "2026-11-22 10:31"),
    Column("Prompt", _prompt, _PROMPT, 0.5, least=_PROMPT),
    Column("Model A", lambda r: safe_name(r.model_a), _MODEL, 0.13, least=_MODEL),
    Column("Model B", lambda r: safe_name(r.model_b), _MODEL, 0.13, least=_MODEL),
    Column("Mode", lambda r: safe_name(r.mode, 24), "together"),
    Column("A tok/s", lambda r: format.figure(r.generation_tokens_per_s_a), "A tok/s", number=True),
    Column("B tok/s", lambda r: format.figure(r.generation_tokens_per_s_b), "B tok/s", number=True),
    Column("How it ended", _ended, _END, 0.24, least=_END),
)

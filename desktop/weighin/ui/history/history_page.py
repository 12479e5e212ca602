"""The History page: find, reopen and delete comparisons, evaluations and measurements of fidelity."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from weighin.core import format
from weighin.core.comparisons.comparison import Comparison, HistoryRow
from weighin.core.errors import AppError
from weighin.core.exports import EXPORTS
from weighin.core.safe_text import safe_name
from weighin.ui.history.entries import Entry, entries
from weighin.ui.history.history_table import HistoryTable
from weighin.ui.history.rename_bar import RenameBar
from weighin.ui.history.votes_panel import VotesPanel
from weighin.ui.theme import Theme
from weighin.ui.widgets.confirmation import Confirmation
from weighin.ui.widgets.flow_layout import FlowLayout
from weighin.ui.widgets.focus import on_keys
from weighin.ui.widgets.label import PlainLabel, plain_tooltip
from weighin.ui.widgets.page_head import PageHead
from weighin.ui.widgets.scrolled import Scrolled
from weighin.ui.widgets.search_line import SearchLine
from weighin.ui.widgets.strip import Strip

if TYPE_CHECKING:
    from weighin.services.comparisons.history import History
    from weighin.services.comparisons.votes import Votes

TABS = ("Comparisons", "Evaluations", "Fidelity")
_PAUSE_MS = 200
_MOST = 500
_EMPTY = "No comparisons yet. Each one you run is kept here."
_NOT_FOUND = "No comparison matches these words."
_NO_STARS = "No starred comparisons. Click the first column of a row to star it."
_BUNDLE = "bundle"


class HistoryPage(QWidget):
    """`opened` carries the Comparison that shall be shown; `export_wanted` one, or a StoredRun, and the format;
    `tape_wanted` one whose tale of the tape shall be told; `bundle_wanted`: a bundle shall be opened; `results_wanted`
    carries the id of a run of a prompt set."""

    opened = Signal(object)
    export_wanted = Signal(object, str)
    bundle_wanted = Signal()
    tape_wanted = Signal(object)
    results_wanted = Signal(str)

    def __init__(
        self,
        theme: Theme,
        history: History,
        votes: Votes,
        evaluations: QWidget,
        measurements: QWidget,
        parent: QWidget | None = None,
    ) -> None:
        """`evaluations` and `measurements`: the lists of those that are stored, which are the other tabs."""
        super().__init__(parent)
        self.setObjectName("page")
        self._head = PageHead("History", TABS)
        self.tabs = self._head.tabs
        self.evaluations, self.measurements = evaluations, measurements
        self._history = history
        self.votes = VotesPanel(theme, votes)
        self._asked = 0
        self._rows: tuple[HistoryRow, ...] = ()
        self._unfolded: set[str] = set()
        self.search = SearchLine("Search names, prompts, answers and models", "Search in History")
        self.search.setMaximumWidth(520)
        self.starred = _button("Starred", "Show starred comparisons only")
        self.starred.setCheckable(True)
        self.starred.setProperty("role", "box")
        self.table = HistoryTable(theme)
        self._empty = PlainLabel(_EMPTY, role="muted", wrap=True)
        self._note = PlainLabel(role="small", wrap=True)
        self._error = Strip("red")
        self._error.add_close(theme, "Close this message")
        self._confirm = Confirmation("Delete", "Delete these comparisons", "Keep these comparisons")
        self.rename_bar = RenameBar()
        self._open = _button("Open", "Open the selected comparison")
        self._export = _button("Export", "Export the selected comparison or set")
        self._export.setMenu(self._export_menu())
        self._results = _button("Results", "Show marks and answers of the selected prompt set")
        self._tape = _button("Picture…", "Show both models of the selected comparison in one picture")
        self._rename = _button("Rename…", "Rename the selected comparison")
        self._star = _button("Star", "Star the selected comparisons")
        self._bundle = _button("Open bundle…", "Open a comparison or a measurement made elsewhere")
        self._delete = _button("Delete…", "Delete the selected comparisons, after asking")
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
        text, starred = self.search.text().strip(), self.starred.isChecked()
        self._history.search(text, lambda rows: self._show(number, rows), self._fail, _MOST, starred)

    def take_focus(self) -> None:
        """Be ready for the keyboard."""
        self.search.setFocus()

    def refuse(self, sentence: str) -> None:
        """Say why something cannot be done now."""
        self._error.say(sentence)

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.search, 3)
        row.addWidget(self.starred)
        row.addStretch(1)
        row.addWidget(self._bundle)
        actions = QWidget()
        flow = FlowLayout(actions)
        for button in (self._open, self._results, self._tape, self._rename, self._star, self._export, self._delete):
            flow.addWidget(button)
        comparisons = QWidget()
        layout = QVBoxLayout(comparisons)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row)
        layout.addWidget(self._error)
        layout.addWidget(actions)
        layout.addWidget(self._empty)
        layout.addWidget(self.table, 1)
        layout.addWidget(self._note)
        layout.addWidget(self.rename_bar)
        layout.addWidget(self._confirm)  # below: rows stay where they are under the mouse
        layout.addWidget(self.votes)
        layout.addStretch(0)
        self._empty.hide()
        stack = QStackedWidget()
        for part in (comparisons, self.evaluations, self.measurements):
            stack.addWidget(Scrolled(part))
        self.tabs.currentChanged.connect(stack.setCurrentIndex)
        page = QVBoxLayout(self)
        page.setContentsMargins(14, 12, 14, 12)
        page.setSpacing(8)
        page.addWidget(self._head)
        page.addWidget(stack, 1)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._pause.start)
        self.search.returnPressed.connect(self.refresh)
        self.starred.toggled.connect(lambda _on: self.refresh())
        self._pause.timeout.connect(self.refresh)
        self._history.changed.connect(self.refresh)
        self.table.follow_search(self.search)
        self.table.chosen_changed.connect(self._follow_selection)
        self.table.opened.connect(self._open_chosen)
        self.table.delete_pressed.connect(self._ask)
        self.table.fold_toggled.connect(self._fold)
        self.table.star_toggled.connect(lambda entry: self._set_stars((entry,)))
        self._open.clicked.connect(self._open_chosen)
        self._results.clicked.connect(self._show_results)
        self._rename.clicked.connect(self._ask_name)
        self._star.clicked.connect(lambda: self._set_stars(self.table.all_chosen))
        self._delete.clicked.connect(self._ask)
        self._bundle.clicked.connect(self.bundle_wanted)
        self._tape.clicked.connect(lambda: self._load(self.tape_wanted.emit))
        on_keys(self.table, ("F2",), self._ask_name)

    def _show(self, number: int, rows: tuple[HistoryRow, ...]) -> None:
        # An answer that was overtaken by a newer question is of no use.
        if number == self._asked:
            self._error.hide()
            self._rows = rows
            self._list()

    def _list(self) -> None:
        """Sets stand together where everything is shown; among what was searched for each row counts by itself."""
        searched = bool(self.search.text().strip())
        self.table.show_records(entries(self._rows, self._unfolded, not (searched or self.starred.isChecked())))
        self.table.setVisible(bool(self._rows))
        nothing = _NOT_FOUND if searched else _NO_STARS if self.starred.isChecked() else _EMPTY
        self._empty.say_or_hide("" if self._rows else nothing)
        most = f"The newest {format.count(_MOST)} are shown: search to find older ones."
        self._note.say_or_hide(most if len(self._rows) >= _MOST else "")
        self._follow_selection()

    def _fold(self, entry: Entry) -> None:
        """Show the comparisons of a set, or put them away."""
        self._unfolded ^= {entry.key}
        self._list()
        self.table.choose((entry.key,))

    def _follow_selection(self) -> None:
        entry: Entry | None = self.table.chosen
        group = entry is not None and entry.group is not None
        self._open.setEnabled(entry is not None)
        self._open.setText("Open" if not (entry and entry.group) else "Fold" if entry.unfolded else "Unfold")
        self._results.setVisible(entry is not None and bool(entry.set_run))
        self._export.setEnabled(entry is not None)
        self._as_bundle.setEnabled(not group)
        for button, why in ((self._tape, _ONE_OF_SET), (self._rename, _ONE_OF_SET)):
            button.setEnabled(entry is not None and not group)
            button.setToolTip(plain_tooltip(why if group else button.accessibleName()))
        chosen: tuple[Entry, ...] = self.table.all_chosen
        self._star.setEnabled(bool(chosen))
        self._star.setText("Remove star" if chosen and all(one.starred for one in chosen) else "Star")
        self._delete.setEnabled(bool(chosen))

    def _show_results(self) -> None:
        entry: Entry | None = self.table.chosen
        if entry is not None and entry.set_run:
            self.results_wanted.emit(entry.set_run)

    def _ask_name(self) -> None:
        entry: Entry | None = self.table.chosen
        if entry is not None and entry.group is None:
            row = entry.row
            self.rename_bar.ask(row.name, lambda name: self._history.rename(row.id, name, self._fail), self.table)

    def _set_stars(self, chosen: tuple[Entry, ...]) -> None:
        """Star all of them, or take the stars away where all have one."""
        wanted = not all(entry.starred for entry in chosen)
        ids = tuple(dict.fromkeys(row.id for entry in chosen for row in entry.rows if row.starred is not wanted))
        self._history.star(ids, wanted, self._fail)

    def _open_chosen(self) -> None:
        entry: Entry | None = self.table.chosen
        if entry is not None and entry.group:
            self._fold(entry)
        else:
            self._load(self._loaded)

    def _load(self, then: Callable[[Comparison], None]) -> None:
        entry: Entry | None = self.table.chosen
        if entry is not None and entry.group is None:
            self._history.load(entry.row.id, then, self._fail)

    def _export_menu(self) -> QMenu:
        menu = QMenu(self)
        self._as_bundle = menu.addAction("Replayable bundle…")
        self._as_bundle.triggered.connect(lambda: self._load_to_export(_BUNDLE))
        for kind, name in EXPORTS.items():
            menu.addAction(f"{name}…").triggered.connect(lambda _, which=kind: self._load_to_export(which))
        return menu

    def _load_to_export(self, kind: str) -> None:
        entry: Entry | None = self.table.chosen
        if entry is not None and entry.group:
            self._history.load_run(entry.group.run, lambda run: self.export_wanted.emit(run, kind), self._fail)
        else:
            self._load(lambda record: self.export_wanted.emit(record, kind))

    def _loaded(self, comparison: Comparison) -> None:
        self._error.hide()
        self.opened.emit(comparison)

    def _ask(self) -> None:
        selected = set(self.table.all_chosen)
        chosen: list[Entry] = [entry for entry in self.table.records if entry in selected]
        if chosen:
            rows = tuple(dict.fromkeys(row for entry in chosen for row in entry.rows))
            doomed = tuple(row.id for row in rows)
            text = safe_name(chosen[0].text, 60)
            first = f"{format.moment(chosen[0].row.created)} {text if chosen[0].group else f'“{text}”'}"
            which = f"{first} and {len(chosen) - 1} more" if len(chosen) > 1 else first
            sentence = f"Delete {format.plural(len(doomed), 'comparison')}? {which}. This cannot be undone."
            self._confirm.ask(sentence, lambda: self._remove(doomed), self.table)

    def _remove(self, doomed: tuple[str, ...]) -> None:
        self._history.delete(doomed, lambda _none: self.refresh(), self._fail)

    def _fail(self, error: AppError) -> None:
        self._error.say(error.user_text)


_ONE_OF_SET = "Unfold the set and choose one of its comparisons."


def _button(text: str, name: str) -> QPushButton:
    button = QPushButton(text)
    button.setAccessibleName(name)
    return button

"""The drawer of prompt sets: a set, its prompts, and what both lanes said to each."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QProgressBar, QPushButton, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.exports import EXPORTS
from weighin.core.prompts.prompt_set import PromptSet, SetResult, StoredRun
from weighin.core.prompts.report import judged_words, summary
from weighin.core.safe_text import safe_name
from weighin.ui.prompt_sets.prompt_rows import PromptRow, RunRows, short_answer
from weighin.ui.theme import Theme
from weighin.ui.widgets.elided_button import ElidedButton
from weighin.ui.widgets.elided_combo_box import ElidedComboBox
from weighin.ui.widgets.flow_layout import FlowLayout
from weighin.ui.widgets.focus import holds_focus
from weighin.ui.widgets.icon_button import IconButton
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.table import Column, RowTable
from weighin.ui.widgets.throttle import Throttle

_LEAST, _MOST = 330, 520


class SetsDrawer(QFrame):
    """Only shows and asks: SetsController does. `prompt_opened`, `change_wanted` (by what is typed) and `remove_wanted`
    carry a PromptRow; `export_wanted` a format."""

    close_requested = Signal()
    set_chosen = Signal()
    prompt_opened = Signal(object)
    change_wanted = Signal(object)
    remove_wanted = Signal(object)
    import_wanted = Signal()
    keep_wanted = Signal()
    delete_wanted = Signal()
    run_wanted = Signal()
    continue_wanted = Signal()
    stop_wanted = Signal()
    undo_wanted = Signal()
    results_wanted = Signal()
    export_wanted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setMinimumWidth(_LEAST)
        self.setMaximumWidth(_MOST)
        self._sets: tuple[PromptSet, ...] = ()
        self.choice = ElidedComboBox()
        self.choice.setAccessibleName("Prompt set")
        self.table = RowTable("Prompts of the set", _COLUMNS, lambda row: row.key, _tip)
        self.run = _button("Run all", "Run every prompt of this set on both models", self.run_wanted, "primary")
        self.stop = _button("Stop", "Stop running the prompt set", self.stop_wanted)
        self.carry_on = ElidedButton("Resume")
        self.carry_on.setAccessibleName("Resume the unfinished run")
        self.carry_on.clicked.connect(self.continue_wanted)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Prompts answered")
        self.line = PlainLabel(role="small", wrap=True)
        self.note = PlainLabel(role="warning", wrap=True)
        self.undo = _button("Undo", "Undo the last change of the prompt set", self.undo_wanted)
        self.export = QPushButton("Export")
        self.export.setAccessibleName("Export the results of the prompt set")
        self.delete = _button("Delete set", "Delete this prompt set", self.delete_wanted)
        self.change = QPushButton("Replace prompt")
        self.change.setAccessibleName("Replace the selected prompt with the typed one")
        self.remove = QPushButton("Delete prompt")
        self.remove.setAccessibleName("Delete the selected prompt from this set")
        self._running = False
        self._rows = RunRows(())
        self._news: tuple[StoredRun | None, bool] = (None, False)
        self._line_news = Throttle(self._show_line, self)
        self._arrange(theme)
        for button, wanted in ((self.change, self.change_wanted), (self.remove, self.remove_wanted)):
            button.clicked.connect(lambda _=False, which=wanted: which.emit(self.table.chosen))
        self.table.chosen_changed.connect(self._enable_changes)
        self._enable_changes()
        self.choice.currentIndexChanged.connect(self.set_chosen)
        self.choice.activated.connect(lambda _: self.tell(""))  # what was said concerns another set
        self.table.opened.connect(self._open)

    @property
    def chosen(self) -> PromptSet | None:
        """The set that is shown."""
        number = self.choice.currentIndex()
        return self._sets[number] if 0 <= number < len(self._sets) else None

    def tell(self, sentence: str, can_undo: bool = False) -> None:
        """Say what happened last, "" for nothing, and whether it can be undone."""
        self.note.say_or_hide(sentence)
        self.undo.setVisible(can_undo)

    def show_sets(self, sets: tuple[PromptSet, ...], wanted: str = "") -> None:
        """Offer these. wanted: id of the one to show, "" for the one that is shown already."""
        current = self.chosen
        wanted = wanted or (current.id if current else "")
        self._sets = sets
        self.choice.blockSignals(True)
        self.choice.clear()
        for one in sets:
            self.choice.addItem(f"{safe_name(one.name, 60)} · {format.plural(len(one.prompts), 'prompt')}")
        found = next((number for number, one in enumerate(sets) if one.id == wanted), 0)
        self.choice.setCurrentIndex(found if sets else -1)
        self.choice.blockSignals(False)
        self.set_chosen.emit()

    def show_rows(self, stored: StoredRun | None, hides: bool = False) -> None:
        """Show the prompts of the chosen set; with `stored`, a run of these very prompts, what came of them. hides: a
        blind run is on, and what an answer says of a lane would tell it again in the next one."""
        self._rows = RunRows(self.chosen.prompts if self.chosen else (), stored, hides)
        self.table.show_records(tuple(self._rows.rows))
        self.export.setVisible(stored is not None and bool(stored.results) and not hides)
        self._news = (stored, hides)
        self._show_line()

    def show_news(self, stored: StoredRun, result: SetResult, hides: bool) -> None:
        """The run that is shown has another answer."""
        if (row := self._rows.take(result)) is not None:
            self.table.change_record(row)
        self.export.setVisible(not hides)
        self._news = (stored, hides)
        self._line_news.ask()

    def show_state(self, stored: StoredRun | None, running: bool, busy: bool) -> None:
        """Which buttons make sense. stored: the latest run of any set; busy: something is being compared."""
        chosen = self.chosen
        at = next((button for button in (self.run, self.stop, self.carry_on) if holds_focus(button)), None)
        missing = len(stored.missing) if stored else 0
        self.run.setEnabled(bool(chosen and chosen.prompts) and not busy)
        self.stop.setVisible(running)
        unfinished = stored is not None and missing > 0 and not running
        self.carry_on.setVisible(unfinished)
        self.carry_on.setEnabled(not busy)
        if stored is not None and unfinished:
            name = safe_name(stored.run.name, 30)
            self.carry_on.say(f"Resume {name} ({stored.answered} of {stored.run.total})")
        self.delete.setEnabled(chosen is not None and not chosen.builtin)
        self._running = running
        self._enable_changes()
        self.bar.setVisible(running)
        if stored is not None:
            self.bar.setRange(0, stored.run.total)
            self.bar.setValue(stored.answered)
        if at is not None and (at.isHidden() or not at.isEnabled()):
            # Who has just pressed Run all finds Stop under the same finger, and Run all again at the end.
            next(b for b in (self.stop, self.run, self.table) if not b.isHidden() and b.isEnabled()).setFocus()

    def _arrange(self, theme: Theme) -> None:
        results = _button("Results", "Show marks and answers on the Prompt sets page", self.results_wanted, "link")
        cross = IconButton(theme, "close", "Close the prompts")
        cross.clicked.connect(self.close_requested)
        head = QHBoxLayout()
        head.addWidget(PlainLabel("Prompts", role="title"), 1)
        head.addWidget(results)
        head.addWidget(cross)
        menu = QMenu(self)
        for kind, name in EXPORTS.items():
            menu.addAction(f"{name}…").triggered.connect(lambda _, which=kind: self.export_wanted.emit(which))
        self.export.setMenu(menu)
        keep = _button("Save prompt", "Save the typed prompt to My prompts", self.keep_wanted)
        take = _button(
            "Import…",
            "Import prompts from a file: TOML, CSV, JSON, or one per line",
            self.import_wanted,
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(self.choice)
        of_the_set = QWidget()
        flow = FlowLayout(of_the_set)
        for button in (keep, take, self.delete):
            flow.addWidget(button)
        layout.addWidget(of_the_set)
        layout.addWidget(self.table, 1)
        layout.addLayout(_row(self.change, self.remove))
        for widget in (self.bar, self.line, self.note):
            layout.addWidget(widget)
        layout.addLayout(_row(self.undo))
        layout.addLayout(_row(self.export, self.carry_on, self.stop, self.run))
        for hidden in (self.note, self.undo, self.export, self.stop, self.carry_on, self.bar):
            hidden.hide()

    def _show_line(self) -> None:
        stored, hides = self._news
        told = judged_words if hides else summary
        self.line.say_or_hide(told(stored) if stored else "")
        if stored is not None:
            self.bar.setValue(stored.answered)

    def _enable_changes(self) -> None:
        """Sets that come along stay as they are, and so does one that is being run."""
        mine = self.chosen is not None and not self.chosen.builtin
        for button in (self.change, self.remove):
            button.setVisible(mine)
            button.setEnabled(mine and not self._running and self.table.chosen is not None)

    def _open(self) -> None:
        row = self.table.chosen
        if row is not None:
            self.prompt_opened.emit(row)


def _button(text: str, name: str, signal: object, role: str = "") -> QPushButton:
    made = QPushButton(text)
    made.setAccessibleName(name)
    if role:
        made.setProperty("role", role)
    made.clicked.connect(signal)
    return made


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.addStretch(1)
    for widget in widgets:
        row.addWidget(widget)
    return row


def _tip(row: PromptRow) -> str:
    lines = [row.prompt.text[:1000]]
    if row.result is not None:
        for label, outcome in (("A", row.result.a), ("B", row.result.b)):
            speed = f" · {format.figure(outcome.generation_tokens_per_s)} tok/s"
            lines.append(f"{label}: {outcome.failure or outcome.text[:400]}{speed}")
    return "\n".join(lines)


_COLUMNS = (
    Column("#", lambda row: row.place, "99", number=True),
    Column("Prompt", lambda row: safe_name(row.prompt.short, 200), "What is seven", 0.5),
    Column("A", lambda row: short_answer(row, row.outcome("A")), "Twelve", 0.25),
    Column("B", lambda row: short_answer(row, row.outcome("B")), "Twelve", 0.25),
)

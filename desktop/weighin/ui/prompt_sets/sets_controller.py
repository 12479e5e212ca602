"""Lets the drawer of prompt sets do what it offers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from weighin.core.errors import AppError
from weighin.core.exports import EXPORTS
from weighin.core.prompts.prompt_set import PromptSet, StoredRun
from weighin.core.prompts.report import judged_words, run_text
from weighin.ui.compare.compare_page import ComparePage
from weighin.ui.compare.prompt_box import RUNNING
from weighin.ui.prompt_sets.prompt_rows import PromptRow
from weighin.ui.prompt_sets.set_keeping import SetKeeping
from weighin.ui.prompt_sets.set_starter import SetStarter
from weighin.ui.prompt_sets.sets_drawer import SetsDrawer
from weighin.ui.theme import Theme
from weighin.ui.widgets.file_dialog import FileDialog
from weighin.ui.widgets.focus import FocusReturn

if TYPE_CHECKING:
    from weighin.services.comparisons.blind_round import BlindRound
    from weighin.services.comparisons.comparison_runner import ComparisonRunner
    from weighin.services.comparisons.history import History
    from weighin.services.comparisons.prompt_sets import PromptSets
    from weighin.services.comparisons.set_runner import SetRunner

_WIDTH = 460


class SetsController(QObject):
    """Sets from the database, one run over the lanes of the Compare page. `results_wanted`: the page of prompt sets
    shall be shown, with the set that is shown here."""

    results_wanted = Signal()

    def __init__(
        self,
        theme: Theme,
        sets: PromptSets,
        set_runner: SetRunner,
        starter: SetStarter,
        runner: ComparisonRunner,
        blind: BlindRound,
        history: History,
        compare: ComparePage,
    ) -> None:
        super().__init__(compare)
        self._sets, self._runner, self._history, self._compare = sets, runner, history, compare
        self.set_runner, self._starter, self._blind = set_runner, starter, blind
        self._keeping = SetKeeping(sets, self)
        self._latest: StoredRun | None = None
        self._is_behind = False
        self._undo: Callable[[], None] = lambda: None
        compare.desk.count_with(self._judged)
        compare.scale.count_with(self._place)
        self.drawer = drawer = SetsDrawer(theme)
        drawer.hide()
        FocusReturn(drawer, compare.prompt.take_focus)
        blind.began.connect(lambda: drawer.tell(""))  # a tally names its models
        compare.show_beside(drawer, _WIDTH)
        drawer.close_requested.connect(lambda: compare.prompt.set_sets_open(False))
        drawer.set_chosen.connect(self._show)
        drawer.prompt_opened.connect(self.open)
        drawer.import_wanted.connect(lambda: self._keeping.ask_import(self._compare))
        drawer.keep_wanted.connect(self._keep)
        drawer.delete_wanted.connect(self._delete)
        drawer.change_wanted.connect(self._replace)
        drawer.remove_wanted.connect(lambda row: self._change(row, ""))
        drawer.run_wanted.connect(self._run)
        drawer.continue_wanted.connect(self._continue)
        drawer.undo_wanted.connect(lambda: self._undo())
        drawer.stop_wanted.connect(self.set_runner.stop)
        drawer.export_wanted.connect(self._ask_export)
        drawer.results_wanted.connect(self.results_wanted)
        self.set_runner.changed.connect(self._follow)
        self.set_runner.marked.connect(self._take)
        self.set_runner.ended.connect(self._ended)
        blind.began.connect(self._hide_results)
        for over in (blind.voted, blind.void):
            over.connect(lambda _: self._show())
        runner.started.connect(lambda _: self._show_state())
        runner.finished.connect(lambda _: self._show_state())
        sets.changed.connect(self.refresh)
        self.refresh()
        sets.latest(self._take_latest, self._say)

    def show_drawer(self, is_open: bool) -> None:
        """Open the drawer, ready for the keyboard, or close it."""
        self.drawer.setVisible(is_open)
        if is_open and self._is_behind:
            self._show()
        if is_open:
            self.drawer.choice.setFocus()

    def refresh(self, wanted: str = "") -> None:
        """Ask for the sets. wanted: id of the one to show."""
        self._sets.sets(lambda found: self.drawer.show_sets(found, wanted), self._say)

    def import_file(self, path: str) -> None:
        """Make a set of the prompts in a file."""
        self._keeping.import_file(path)

    def tell(self, sentence: str) -> None:
        """Say what happened."""
        self.drawer.tell(sentence)

    def offer_undo(self, sentence: str, undo: Callable[[], None]) -> None:
        """The same, of something that can be undone."""
        self._undo = undo
        self.drawer.tell(sentence, can_undo=True)

    def export(self, kind: str, path: str) -> None:
        """Write the results of the latest run."""
        if self._latest is not None:
            written = f"Saved: {Path(path).name}"
            self._sets.write(path, run_text(self._latest, kind), lambda _: self.drawer.tell(written), self._say)

    def _take_latest(self, stored: StoredRun | None) -> None:
        if self.set_runner.stored is None:
            self._latest = stored
            self._show()

    @property
    def _shows_latest(self) -> bool:
        """Whether the set that is shown is that of the latest run, of which may be told."""
        chosen, latest = self.drawer.chosen, self._latest
        same = latest is not None and chosen is not None and latest.run.prompts == chosen.prompts
        # What the models gave elsewhere, and how fast, tells them apart in a blind round.
        return same and (self.set_runner.hides or not self._blind.hides)

    def _show(self) -> None:
        self._is_behind = False
        self.drawer.show_rows(self._latest if self._shows_latest else None, self.set_runner.hides)
        self._show_state()

    def _hide_results(self) -> None:
        """A blind round begins."""
        self._compare.prompt.set_sets_open(False)
        self.drawer.tell("")
        self._show()

    def _show_state(self) -> None:
        self.drawer.show_state(self._latest, self.set_runner.running, self._runner.running or self.set_runner.running)

    def _judged(self) -> str:
        stored = self.set_runner.stored
        return judged_words(stored) if stored is not None and self.set_runner.hides else ""

    def _place(self) -> str:
        stored = self.set_runner.stored
        if stored is None or not self.set_runner.running:
            return ""
        return f"Prompt {stored.answered + 1} of {len(stored.run.prompts)}"

    def _follow(self) -> None:
        """Another run, or it goes on."""
        before, self._latest = self._latest, self.set_runner.stored
        self.drawer.note.hide()
        self.drawer.undo.hide()
        if before is None or self._latest is None or before.run.id != self._latest.run.id:
            self._show()

    def _take(self, number: int) -> None:
        """The result with this number is another."""
        self._latest = stored = self.set_runner.stored
        result = stored.result(number) if stored is not None else None
        if self.drawer.isHidden() or not self._shows_latest:
            self._is_behind = True
        elif stored is not None and result is not None:
            self.drawer.show_news(stored, result, self.set_runner.hides)

    def _ended(self, sentence: str) -> None:
        self.drawer.tell(sentence)
        self._show()

    @property
    def why_not_opened(self) -> str:
        """Why no prompt can be shown on Compare now, "" where one can."""
        running = self._runner.running or self.set_runner.hides
        return self._compare.why_closed or (RUNNING if running else "")

    def open(self, row: PromptRow) -> None:
        """An answered prompt is shown with its answers, another one goes where prompts are typed."""
        if why := self.why_not_opened:
            self.drawer.tell(why)
        elif row.result is not None:
            self._history.load(row.result.comparison, self._compare.show_comparison, self._say)
        else:
            self._compare.prompt.set_text(row.prompt.text)
            self._compare.prompt.take_focus()

    def _keep(self) -> None:
        prompt = self._compare.prompt.text
        system = self._compare.run_options.system
        self._sets.keep_prompt(prompt, system, lambda made: self._keeping.changed(made, "Saved."), self._say)

    def _replace(self, row: PromptRow) -> None:
        text = self._compare.prompt.text
        if text.strip():
            self._change(row, text)
        else:
            self._say(AppError("Type the new prompt first.", kind="empty_prompt"))

    def _change(self, row: PromptRow, text: str) -> None:
        """Another text for a prompt of the set that is shown, "" to take it out."""
        chosen = self.drawer.chosen
        if chosen is None or chosen.builtin:
            return
        said = "Prompt replaced." if text else "Prompt deleted."

        def changed(made: PromptSet) -> None:
            self.refresh(made.id)
            self._keeping.offer_undo(said, made, chosen)

        self._sets.change(chosen, row.number, text, changed, self._say)

    def _delete(self) -> None:
        chosen = self.drawer.chosen
        if chosen is not None and not chosen.builtin:
            self._keeping.delete(chosen)
            self.drawer.choice.setFocus()

    def _run(self) -> None:
        chosen = self.drawer.chosen
        if chosen is not None:
            self._starter.run(chosen, self._compare.prompt.blind.isChecked(), 1, self._say)

    def _continue(self) -> None:
        if self._latest is not None:
            self._starter.resume(self._latest, self._say)

    def _say(self, error: AppError) -> None:
        self.drawer.tell(error.user_text)

    def _ask_export(self, kind: str) -> None:
        filters = {f"{EXPORTS[kind]} (*.{kind})": kind}
        dialog = FileDialog.to_save(self._compare, "Export the results", "prompts", filters)
        dialog.fileSelected.connect(lambda path: self.export(kind, path))
        dialog.open()

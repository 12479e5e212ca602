"""Lets the drawer of prompt sets do what it offers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from weighin.core import format
from weighin.core.errors import AppError
from weighin.core.exports import EXPORTS
from weighin.core.prompts.prompt_files import Imported
from weighin.core.prompts.prompt_set import PromptSet, StoredRun
from weighin.core.prompts.report import judged_words, run_text
from weighin.core.safe_text import safe_name
from weighin.services.comparisons.set_runner import SetRunner
from weighin.ui.compare.compare_page import ComparePage
from weighin.ui.prompt_sets.sets_drawer import PromptRow, SetsDrawer
from weighin.ui.theme import Theme
from weighin.ui.widgets.file_dialog import ANY, PROMPTS, FileDialog
from weighin.ui.widgets.focus import FocusReturn

if TYPE_CHECKING:
    from weighin.services.comparisons.blind_round import BlindRound
    from weighin.services.comparisons.comparison_runner import ComparisonRunner
    from weighin.services.comparisons.history import History
    from weighin.services.comparisons.prompt_sets import PromptSets


_WIDTH = 460


class SetsController(QObject):
    """Sets from the database, one run over the lanes of the Compare page."""

    def __init__(
        self,
        theme: Theme,
        sets: PromptSets,
        runner: ComparisonRunner,
        blind: BlindRound,
        history: History,
        compare: ComparePage,
    ) -> None:
        super().__init__(compare)
        self._sets, self._runner, self._history, self._compare = sets, runner, history, compare
        self._blind = blind
        self._latest: StoredRun | None = None
        self._undo: Callable[[], None] = lambda: None
        self.set_runner = SetRunner(runner, sets, self, blind)
        compare.desk.count_with(self._judged)
        compare.scale.count_with(self._place)
        self.drawer = drawer = SetsDrawer(theme)
        drawer.hide()
        FocusReturn(drawer, compare.prompt.take_focus)
        blind.began.connect(lambda: drawer.tell(""))  # a tally names its models
        compare.show_beside(drawer, _WIDTH)
        drawer.close_requested.connect(lambda: compare.prompt.set_sets_open(False))
        drawer.set_chosen.connect(self._show)
        drawer.prompt_opened.connect(self._open)
        drawer.import_wanted.connect(self._ask_import)
        drawer.keep_wanted.connect(self._keep)
        drawer.delete_wanted.connect(self._delete)
        drawer.change_wanted.connect(self._replace)
        drawer.remove_wanted.connect(lambda row: self._change(row, ""))
        drawer.run_wanted.connect(self._run)
        drawer.continue_wanted.connect(self._continue)
        drawer.undo_wanted.connect(lambda: self._undo())
        drawer.stop_wanted.connect(self.set_runner.stop)
        drawer.export_wanted.connect(self._ask_export)
        self.set_runner.changed.connect(self._follow)
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
        if is_open:
            self.drawer.choice.setFocus()

    def refresh(self, wanted: str = "") -> None:
        """Ask for the sets. wanted: id of the one to show."""
        self._sets.sets(lambda found: self.drawer.show_sets(found, wanted), self._say)

    def import_file(self, path: str) -> None:
        """Make a set of the prompts in a file."""
        name = Path(path).name

        def read(imported: Imported) -> None:
            lines = [f"{name}: {format.plural(len(imported.prompts), 'prompt')} imported.", *imported.problems]
            self._sets.save(name, imported.prompts, lambda made: self._imported(made, "\n".join(lines)), self._say)

        self._sets.read_file(path, read, lambda error: self.drawer.tell(f"{name}: {error.user_text}"))

    def export(self, kind: str, path: str) -> None:
        """Write the results of the latest run."""
        if self._latest is not None:
            written = f"Saved: {Path(path).name}"
            self._sets.write(path, run_text(self._latest, kind), lambda _: self.drawer.tell(written), self._say)

    def _take_latest(self, stored: StoredRun | None) -> None:
        if self.set_runner.stored is None:
            self._latest = stored
            self._show()

    def _imported(self, made: PromptSet, sentence: str) -> None:
        self.refresh(made.id)
        self.drawer.tell(sentence)

    def _show(self) -> None:
        chosen, latest = self.drawer.chosen, self._latest
        same = latest is not None and chosen is not None and latest.run.prompts == chosen.prompts
        # What the models gave elsewhere, and how fast, tells them apart in a blind round.
        shown = latest if same and (self.set_runner.hides or not self._blind.hides) else None
        self.drawer.show_rows(shown, self.set_runner.hides)
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
        self._latest = self.set_runner.stored
        self.drawer.note.hide()
        self.drawer.undo.hide()
        self._show()

    def _ended(self, sentence: str) -> None:
        self.drawer.tell(sentence)
        self._show()

    def _open(self, row: PromptRow) -> None:
        """An answered prompt is shown with its answers, another one goes where prompts are typed."""
        why = self._compare.why_closed
        if not why and (self._runner.running or self.set_runner.hides):
            why = "A comparison is running. Stop it or let it finish first."
        if why:
            self.drawer.tell(why)
        elif row.result is not None:
            self._history.load(row.result.comparison, self._compare.show_comparison, self._say)
        else:
            self._compare.prompt.set_text(row.prompt.text)
            self._compare.prompt.take_focus()

    def _keep(self) -> None:
        prompt = self._compare.prompt.text
        system = self._compare.run_options.system
        self._sets.keep_prompt(prompt, system, lambda made: self._imported(made, "Saved."), self._say)

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
            self._offer_undo(said, made, chosen)

        self._sets.change(chosen, row.number, text, changed, self._say)

    def _delete(self) -> None:
        chosen = self.drawer.chosen
        if chosen is None or chosen.builtin:
            return

        def deleted(_: None) -> None:
            self._offer_undo(f"{safe_name(chosen.name, 60)} deleted.", None, chosen)
            self.drawer.choice.setFocus()

        self._sets.delete(chosen.id, deleted, self._say)

    def _offer_undo(self, sentence: str, now: PromptSet | None, before: PromptSet) -> None:
        """The set `before` has become `now`: say so, and offer to have it back."""

        def undo() -> None:
            self._sets.put_back(now, before, lambda made: self._imported(made, "Undone."), self._say)

        self._undo = undo
        self.drawer.tell(sentence, can_undo=True)

    def _run(self) -> None:
        chosen = self.drawer.chosen
        if chosen is not None:
            blind = self._compare.prompt.blind.isChecked()
            self._try(lambda: self.set_runner.run(chosen, self._compare.requests.typed(chosen.prompts[0].text), blind))

    def _continue(self) -> None:
        stored = self._latest
        if stored is not None:
            self._try(lambda: self.set_runner.resume(stored, self._compare.requests.checked(stored.run.lanes)))

    def _try(self, action: Callable[[], None]) -> None:
        try:
            if why := self._compare.prompt.why_not:
                self._compare.options.show_wrong()
                raise AppError(why, kind="busy")
            action()
        except AppError as error:
            self._say(error)

    def _say(self, error: AppError) -> None:
        self.drawer.tell(error.user_text)

    def _ask_import(self) -> None:
        filters = ("Prompts (*.txt *.jsonl *.ndjson *.json)", ANY)
        dialog = FileDialog.for_files(self._compare, "Import prompts", PROMPTS, filters)
        dialog.fileSelected.connect(self.import_file)
        dialog.open()

    def _ask_export(self, kind: str) -> None:
        filters = {f"{EXPORTS[kind]} (*.{kind})": kind}
        dialog = FileDialog.to_save(self._compare, "Export the results", "prompts", filters)
        dialog.fileSelected.connect(lambda path: self.export(kind, path))
        dialog.open()

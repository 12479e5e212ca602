"""Drawer, page and editor of prompt sets, over one runner."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from weighin.core.models.text import shown_name
from weighin.core.prompts.prompt_set import PromptSet
from weighin.ui.prompt_sets.prompt_rows import PromptRow
from weighin.ui.prompt_sets.set_starter import SetStarter
from weighin.ui.prompt_sets.sets_controller import SetsController
from weighin.ui.theme import Theme

if TYPE_CHECKING:
    from weighin.services.comparisons.comparison_runner import ComparisonRunner
    from weighin.services.comparisons.history import History
    from weighin.ui.compare.compare_page import ComparePage
    from weighin.ui.parts import Parts
    from weighin.ui.prompt_sets.sets_page import SetsPage


class SetViews(QObject):
    """`compare_wanted`: the Compare page shall be shown; `page_wanted`: that of prompt sets; `export_wanted` carries a
    StoredRun and the format."""

    compare_wanted = Signal()
    page_wanted = Signal()
    export_wanted = Signal(object, str)

    def __init__(
        self, theme: Theme, parts: Parts, runner: ComparisonRunner, history: History, compare: ComparePage
    ) -> None:
        super().__init__(compare)
        self._theme, self._parts, self._runner, self._compare = theme, parts, runner, compare
        set_runner = parts.set_runner
        self._starter = SetStarter(set_runner, parts.test_consent, parts.grader, compare)
        self.controller = SetsController(
            theme, parts.prompt_sets, set_runner, self._starter, runner, parts.blind, history, compare
        )
        self.controller.results_wanted.connect(self._show_results)

    @cached_property
    def page(self) -> SetsPage:
        """The page, made when it is first wanted."""
        from weighin.ui.prompt_sets.gsm8k_download import Gsm8kDownload
        from weighin.ui.prompt_sets.sets_page import SetsPage

        parts, runner = self._parts, self._runner
        page = SetsPage(
            self._theme, parts.prompt_sets, parts.set_runs, parts.set_runner, self._starter, lambda: runner.running
        )
        page.opened.connect(self._open)
        page.compare_wanted.connect(self.compare_wanted)
        page.edit_wanted.connect(self.edit)
        page.export_wanted.connect(self.export_wanted)
        self._compare.choice.changed.connect(lambda: page.show_models(self._names))
        for told in (runner.started, runner.finished):
            told.connect(lambda _of: page.follow_runner())
        page.show_models(self._names)
        Gsm8kDownload(parts.gsm8k, page)
        return page

    def edit(self, prompts: PromptSet | None) -> None:
        """Edit a set, a copy of it where it came with the program, or a new one."""
        from weighin.ui.prompt_sets.editor.set_editor import SetEditor

        editor = SetEditor(self._theme, self._parts.prompt_sets, self._parts.grader, prompts, self._compare.window())
        editor.saved.connect(self._saved)
        editor.finished.connect(editor.deleteLater)
        editor.show()

    def _saved(self, made: PromptSet) -> None:
        self.page.refresh(made.id)
        self.page.tell("Saved.")

    @property
    def _names(self) -> tuple[str, str]:
        """Of the models that are chosen on Compare, "" for none."""
        a, b = (pane.header.picker.chosen for pane in self._compare.panes)
        return shown_name(a, 60) if a else "", shown_name(b, 60) if b else ""

    def _show_results(self) -> None:
        chosen = self.controller.drawer.chosen
        self.page_wanted.emit()
        if chosen is not None:
            self.page.show_set(chosen.id)

    def _open(self, row: PromptRow | None) -> None:
        """Show the answers to a prompt on Compare, or have the prompt there to be edited."""
        if row is None:
            return
        if why := self.controller.why_not_opened:
            self.page.tell(why)
            return
        self.controller.open(row)
        self.compare_wanted.emit()

"""The page of prompt sets: one's own test, run over the two models of Compare, marked, with a verdict."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from weighin.core.errors import AppError
from weighin.core.grading.marks import Mark
from weighin.core.models.text import shown_name
from weighin.core.prompts.prompt_set import StoredRun
from weighin.core.prompts.report import summary
from weighin.core.prompts.set_changes import changes_sentence
from weighin.ui.prompt_sets.past_tab import PastTab
from weighin.ui.prompt_sets.prompt_rows import PromptRow
from weighin.ui.prompt_sets.run.results_view import ResultsView
from weighin.ui.prompt_sets.run.run_verdict import RunVerdict
from weighin.ui.prompt_sets.run.set_bar import SetBar
from weighin.ui.prompt_sets.set_keeping import SetKeeping
from weighin.ui.theme import Theme
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.page_head import PageHead
from weighin.ui.widgets.scrolled import Scrolled
from weighin.ui.widgets.strip import Strip
from weighin.ui.widgets.throttle import Throttle

if TYPE_CHECKING:
    from weighin.services.comparisons.prompt_sets import PromptSets
    from weighin.services.comparisons.set_run_history import SetRunHistory
    from weighin.services.comparisons.set_runner import SetRunner
    from weighin.ui.prompt_sets.set_starter import SetStarter

TABS = ("Run", "Past runs")
RUN, PAST = range(2)


class SetsPage(QWidget):
    """busy: whether a comparison goes on. `opened` carries a PromptRow whose answers shall be shown on Compare;
    `compare_wanted`: other models shall be chosen there; `edit_wanted` carries a PromptSet, None for a new one;
    `export_wanted` a StoredRun and the format."""

    opened = Signal(object)
    compare_wanted = Signal()
    edit_wanted = Signal(object)
    export_wanted = Signal(object, str)

    def __init__(
        self,
        theme: Theme,
        sets: PromptSets,
        runs: SetRunHistory,
        runner: SetRunner,
        starter: SetStarter,
        busy: Callable[[], bool],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._sets, self._runs, self._runner, self._starter, self._busy = sets, runs, runner, starter, busy
        self.keeping = SetKeeping(sets, self)
        self._shown: StoredRun | None = None
        self._followed = ""  # the run that goes on, or went on last
        self._said = ""  # of the run that is shown
        self._asked = 0
        self._undo: Callable[[], None] = lambda: None
        self.bar = SetBar()
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Prompts answered")
        policy = self.progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(policy)
        self.line = PlainLabel(role="small", wrap=True)
        self.note = Strip()
        self.undo: QPushButton = self.note.add_button("Undo", "Undo the deletion of the prompt set")
        self.note.add_close(theme, "Close this message")
        self.verdict = RunVerdict(theme)
        self.results = ResultsView(theme)
        self.past = PastTab(theme, runs, lambda: self.running_id)
        head = PageHead("Prompt sets", TABS)
        self.tabs = head.tabs
        self._stack = QStackedWidget()
        self._arrange(head)
        self._news = Throttle(self._show_verdict, self)
        self._connect()
        self.refresh()

    @property
    def shown(self) -> StoredRun | None:
        """The run that is shown; None where a set is, which was not run."""
        return self._shown

    @property
    def running_id(self) -> str:
        """Of the run that goes on, "" for none."""
        stored = self._runner.stored
        return stored.run.id if self._runner.running and stored is not None else ""

    def refresh(self, wanted: str = "") -> None:
        """Ask for the sets. wanted: id of the one to show."""
        self._sets.sets(lambda found: self.bar.show_sets(found, wanted), self._refuse)

    def take_focus(self) -> None:
        """Be ready for the keyboard."""
        self.past.take_focus() if self._stack.currentIndex() == PAST else self.bar.choice.setFocus()

    def find_words(self) -> None:
        """The search has the keyboard."""
        (self.past if self._stack.currentIndex() == PAST else self.results).search.setFocus()

    def tell(self, sentence: str) -> None:
        """A piece of news, "" for none."""
        self.undo.hide()
        self.note.say(sentence)

    def offer_undo(self, sentence: str, undo: Callable[[], None]) -> None:
        """The same, of something that can be undone."""
        self.note.say(sentence)
        self._undo = undo
        self.undo.show()

    def show_models(self, names: tuple[str, str]) -> None:
        """The models of the lanes of Compare."""
        self.bar.show_models(names)
        self._show_verdict()

    def show_set(self, identifier: str) -> None:
        """Show the set with this id, with its latest run."""
        self.tabs.setCurrentIndex(RUN)
        self.bar.choose(identifier)

    def follow_runner(self) -> None:
        """A comparison began or ended."""
        self._offer()

    def show_run(self, stored: StoredRun) -> None:
        """Show a kept run, whatever became of its set."""
        if self._runner.running and stored.run.id != self.running_id:
            self._refuse(AppError("A prompt set is running. Stop it first, then open this run.", kind="busy"))
            return
        self._look_at(stored)
        self.tabs.setCurrentIndex(RUN)

    def show_results_of(self, run: StoredRun | str) -> None:
        """The same, also of one that is known by its id alone."""
        self.tabs.setCurrentIndex(RUN)
        stored = self._runner.stored
        if isinstance(run, StoredRun):
            self.show_run(run)
        elif stored is not None and run == stored.run.id:
            self.show_run(stored)
        else:
            self._runs.load(run, self.show_run, self._refuse)

    def start(self) -> None:
        """Run the chosen set."""
        chosen = self.bar.chosen
        samples = self.bar.samples
        if not samples.is_valid:
            samples.setFocus()
        elif chosen is not None and isinstance(samples.value, int):
            self._starter.run(chosen, False, samples.value, self._refuse)

    def resume(self, stored: StoredRun) -> None:
        """Go on with a run, with the prompts that it began with."""
        self._starter.resume(stored, self._refuse)

    def _connect(self) -> None:
        self.tabs.currentChanged.connect(self._stack.setCurrentIndex)
        bar = self.bar
        bar.set_chosen.connect(self._choose)
        bar.run_wanted.connect(self.start)
        bar.stop_wanted.connect(self._runner.stop)
        bar.resume_wanted.connect(lambda: self.resume(self._shown) if self._shown else None)
        bar.edit_wanted.connect(lambda: self.edit_wanted.emit(bar.chosen))
        bar.new_wanted.connect(lambda: self.edit_wanted.emit(None))
        bar.import_wanted.connect(lambda: self.keeping.ask_import(self.window()))
        bar.save_wanted.connect(lambda: self.keeping.ask_save(bar.chosen, self.window()) if bar.chosen else None)
        bar.delete_wanted.connect(self._delete)
        bar.mark_wanted.connect(self._mark_again)
        bar.export_wanted.connect(lambda kind: self.export_wanted.emit(self._shown, kind))
        bar.compare_wanted.connect(self.compare_wanted)
        self.undo.clicked.connect(lambda: self._undo())
        self.results.detail.opened.connect(self.opened)
        self.results.detail.overruled.connect(self._overrule)
        self.results.table.opened.connect(lambda: self.opened.emit(self.results.chosen))
        self.past.opened.connect(self.show_run)
        self.past.resume_wanted.connect(lambda run: self._runs.load(run, self.resume, self._refuse))
        self._runner.changed.connect(self._follow)
        self._runner.marked.connect(self._take)
        self._runner.ended.connect(self._ended)
        self._sets.changed.connect(self.refresh)

    def _choose(self) -> None:
        """Another set is chosen: show its latest run, where there is one of these very prompts."""
        chosen = self.bar.chosen
        self._asked += 1
        if chosen is None:
            return
        if self._shown is not None and self._shown.run.prompts == chosen.prompts:
            self._offer()
            return
        asked, self._said = self._asked, ""
        self._set_shown(None)

        def show(stored: StoredRun | None) -> None:
            if stored is not None and asked == self._asked:
                self._look_at(stored)

        stored = self._runner.stored
        if stored is not None and stored.run.prompts == chosen.prompts:
            self._set_shown(stored)
        else:
            self._sets.latest_of(chosen.prompts, show, self._refuse)

    def _look_at(self, stored: StoredRun) -> None:
        """Show a run that is over; its marks can be changed while no other goes on."""
        if not self._runner.running:
            self._runner.show(stored)
        self._show(stored)

    def _show(self, stored: StoredRun) -> None:
        """Show a run, and choose its set where there is one."""
        same = next((one.id for one in self.bar.sets if one.prompts == stored.run.prompts), "")
        now = next((one.prompts for one in self.bar.sets if one.name == stored.run.name), None)
        self._said = changes_sentence(stored.run.prompts, now) if not same and now is not None else ""
        self._set_shown(stored)
        self.bar.call_it(f"{stored.run.name}, as it was run")
        self.bar.choose(same)
        self._offer()

    def _set_shown(self, stored: StoredRun | None) -> None:
        self._shown = stored
        chosen = self.bar.chosen
        prompts = stored.run.prompts if stored else chosen.prompts if chosen else ()
        hides = stored is not None and self._runner.hides and self._is_live
        self.results.show_prompts(prompts, stored, hides)
        self._show_verdict()
        self._offer()

    @property
    def _is_live(self) -> bool:
        """Whether the run that is shown is the one the runner has."""
        stored, shown = self._runner.stored, self._shown
        return stored is not None and shown is not None and stored.run.id == shown.run.id

    def _follow(self) -> None:
        """The runner has another run, or goes on with it."""
        stored = self._runner.stored
        if stored is not None and self._runner.running and stored.run.id != self._followed:
            self._followed = stored.run.id
            self._show(stored)
        elif self._runner.running and not self.bar.shows_stop:
            self._offer()

    def _take(self, number: int) -> None:
        """The result with this number is another."""
        stored = self._runner.stored
        result = stored.result(number) if stored is not None else None
        if self._is_live and result is not None:
            self._shown = stored
            self.results.take(result)
            self._news.ask()

    def _ended(self, sentence: str) -> None:
        stored = self._runner.stored
        if not self._is_live or stored is None:
            self.tell(sentence)
        elif stored.run.blind:  # now all may be told
            self._set_shown(stored)
        self.results.refresh()
        self._followed = ""
        self._said = sentence if self._is_live else ""
        self._show_verdict()
        self._offer()
        self._runs.changed.emit()

    def _show_verdict(self) -> None:
        stored = self._shown
        marks = self._runner.marks if self._is_live else None
        hides = self._runner.hides and self._is_live
        if stored is None or marks is None or hides:
            chosen = self.bar.chosen
            self.verdict.show_outlook(stored.run.prompts if stored else chosen.prompts if chosen else ())
        else:
            self.verdict.show_marks(stored, marks)
        if stored is not None:
            self.progress.setRange(0, stored.run.total)
            self.progress.setValue(stored.answered)
        told = summary(stored) if stored is not None and not hides else ""
        self.line.say_or_hide(" ".join(text for text in (self._said, self._of_others, told) if text))

    @property
    def _of_others(self) -> str:
        """Of a run of other models than those that are chosen now: which."""
        stored = self._shown
        if stored is None or (self._is_live and self._runner.hides):
            return ""
        names = tuple(shown_name(setup.model, 60) for setup in stored.run.lanes)
        return "" if names == self.bar.models else f"Run with A: {names[0]}, B: {names[1]}."

    def _offer(self) -> None:
        """What can be done now."""
        running = self._runner.running
        self.bar.show_state(self._shown, running, self._busy() or running)
        self.progress.setVisible(self._is_live and running)

    def _overrule(self, row: PromptRow, label: str, mark: Mark | None) -> None:
        if self._is_live:
            self._runner.overrule(self.results.result_number(row), label, mark)

    def _mark_again(self) -> None:
        if self._is_live and self._shown is not None:
            self._starter.mark_again(self._shown, self._refuse)

    def _delete(self) -> None:
        chosen = self.bar.chosen
        if chosen is not None and not chosen.builtin:
            self.keeping.delete(chosen)

    def _refuse(self, error: AppError) -> None:
        if self._stack.currentIndex() == PAST:
            self.past.error.say(error.user_text)
        else:
            self.tell(error.user_text)

    def _arrange(self, head: PageHead) -> None:
        run = QWidget()
        column = QVBoxLayout(run)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for part in (self.bar, self.progress, self.note, self.verdict, self.line):
            column.addWidget(part)
        column.addWidget(self.results, 1)
        for tab in (Scrolled(run), self.past):
            self._stack.addWidget(tab)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(8)
        layout.addWidget(head)
        layout.addWidget(self._stack, 1)

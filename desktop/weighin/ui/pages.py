"""The pages of the window, each made when it is first wanted, and the ways from one to another."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from weighin import paths
from weighin.core.comparisons.comparison import Comparison
from weighin.ui.compare.compare_page import ComparePage
from weighin.ui.recent_pairs import RecentPairs
from weighin.ui.theme import Theme
from weighin.ui.widgets.page_scroll import PageScroll
from weighin.ui.work.busy import COMPARING, EVALUATING, MEASURING

if TYPE_CHECKING:
    from weighin.core.evaluations.evaluation import EvaluationRecord
    from weighin.core.fidelity.fidelity import FidelityRecord
    from weighin.core.models.catalogue import Catalogue, Claim, System
    from weighin.core.models.model import ModelFacts
    from weighin.core.plans.candidates import Candidate
    from weighin.core.prompts.prompt_set import StoredRun
    from weighin.services.comparisons.comparison_runner import ComparisonRunner
    from weighin.services.comparisons.history import History
    from weighin.services.models.library import Library
    from weighin.services.settings import Settings
    from weighin.ui.fidelity.fidelity_page import FidelityPage
    from weighin.ui.fidelity.measurement_files import MeasurementFiles
    from weighin.ui.help.help_page import HelpPage
    from weighin.ui.history.history_page import HistoryPage
    from weighin.ui.main_window import MainWindow
    from weighin.ui.mmlu.mmlu_page import MmluPage
    from weighin.ui.models.models_page import ModelsPage
    from weighin.ui.parts import Parts
    from weighin.ui.prompt_sets.set_views import SetViews
    from weighin.ui.prompt_sets.sets_controller import SetsController
    from weighin.ui.prompt_sets.sets_page import SetsPage
    from weighin.ui.replay.bundle_controller import BundleController
    from weighin.ui.settings.settings_page import SettingsPage
    from weighin.ui.workstation.workstation_page import WorkstationPage

PAGES = ("Compare", "Models", "Workstation", "MMLU", "Prompt sets", "Fidelity", "History", "Settings", "Help")
COMPARE, MODELS, WORKSTATION, MMLU, PROMPT_SETS, FIDELITY, HISTORY, SETTINGS, HELP = range(9)
# Prompt sets came last: the others keep the keys that people know.
KEYS = ("Ctrl+1", "Ctrl+2", "Ctrl+3", "Ctrl+4", "Ctrl+7", "Ctrl+5", "Ctrl+6", "Ctrl+,", "F1")
# Those that are work, and are shown again at the next start; the others tell nothing of what runs.
WORK = PAGES[:SETTINGS]
# Of the recent pairs, on the first start.
_OFFERED = 3


Page = TypeVar("Page", bound=QWidget)


class Pages(QObject):
    """`wanted` carries the number of a page that shall be shown, ready for the keyboard; `notice` a sentence for the
    whole window; `tape_wanted` a Comparison whose tape shall be shown; `evaluations_made`, `fidelity_made` and
    `sets_made` carry who runs evaluations, measurements of fidelity, or prompt sets, from now on."""

    wanted = Signal(int)
    notice = Signal(str)
    tape_wanted = Signal(object)
    evaluations_made = Signal(object)
    fidelity_made = Signal(object)
    sets_made = Signal(object)

    def __init__(
        self,
        theme: Theme,
        runner: ComparisonRunner,
        library: Library,
        history: History,
        settings: Settings,
        parts: Parts,
        window: MainWindow,
    ) -> None:
        super().__init__(window)
        self._theme, self._runner, self._library = theme, runner, library
        self._history, self._settings, self._parts, self._window = history, settings, parts, window
        self.stack = QStackedWidget()
        self.compare = ComparePage(theme, runner, library, settings, parts)
        self._frames: dict[QWidget, PageScroll] = {}
        self._added(self.compare)
        self.recent = RecentPairs(settings, library, parts.blind, self.compare_models, self)
        # Where the models are was looked up; and a blind round takes the names away.
        for told in (self.recent.changed, library.looked, parts.blind.began):
            told.connect(self._offer_recent)
        runner.yield_to(lambda: self._besides(COMPARE) or parts.workstation.reason_to_wait)

    def _offer_recent(self) -> None:
        """On the first start, the pairs that were run last."""
        pairs = self.recent.pairs()[:_OFFERED]
        self.compare.card.first_start.show_recent([(" and ".join(pair.names), pair.choose) for pair in pairs])

    @cached_property
    def models(self) -> ModelsPage:
        """The Models page."""
        from weighin.ui.models.models_page import ModelsPage

        page = ModelsPage(self._theme, self._parts.models, self._catalogue(), self._parts.workstation)
        page.compare_wanted.connect(self.compare_models)
        page.check_wanted.connect(self._check_claim)
        return self._added(page)

    @cached_property
    def workstation(self) -> WorkstationPage:
        """The Workstation page."""
        from weighin.ui.workstation.workstation_page import WorkstationPage

        page = WorkstationPage(self._theme, self._parts.workstation, self._catalogue(), lambda: bool(self.busy))
        page.compare_wanted.connect(self.compare_models)
        page.get_wanted.connect(self._get)
        return self._added(page)

    @cached_property
    def mmlu(self) -> MmluPage:
        """The MMLU page."""
        from weighin.ui.mmlu.mmlu_page import MmluPage

        parts = self._parts
        page = MmluPage(
            self._theme,
            self._library,
            parts.models.servers,
            self._settings,
            parts.evaluations,
            self._catalogue(),
            parts.workstation,
            lambda: self._besides(MMLU) or parts.workstation.reason_to_wait,
            self._compared,
        )
        page.system_wanted.connect(self._show_system)
        self.evaluations_made.emit(parts.evaluations.runner)
        return self._added(page)

    @cached_property
    def fidelity(self) -> FidelityPage:
        """The Fidelity page."""
        from weighin.ui.fidelity.fidelity_page import FidelityPage

        parts = self._parts
        page = FidelityPage(
            self._theme,
            self._library,
            self._settings,
            parts.fidelity,
            self._measurement_files,
            parts.workstation,
            lambda: self._besides(FIDELITY) or parts.workstation.reason_to_wait,
            self._compared,
        )
        self.fidelity_made.emit(parts.fidelity.runner)
        return self._added(page)

    @cached_property
    def history(self) -> HistoryPage:
        """The History page."""
        from weighin.ui.fidelity.past_tab import PastTab as PastMeasurements
        from weighin.ui.history.history_page import HistoryPage
        from weighin.ui.mmlu.past_tab import PastTab

        past = PastTab(self._theme, self._parts.evaluations.kept, lambda: self.mmlu.running_id if self.has_mmlu else "")
        past.opened.connect(self._show_evaluation)
        past.resume_wanted.connect(self._resume_evaluation)
        measured = PastMeasurements(
            self._theme,
            self._parts.fidelity.kept,
            self._measurement_files,
            lambda: self.fidelity.running_id if self.has_fidelity else "",
        )
        measured.opened.connect(self._show_measurement)
        measured.resume_wanted.connect(self._resume_measurement)
        page = HistoryPage(self._theme, self._history, self._parts.votes, past, measured)
        page.opened.connect(self._reopen)
        page.export_wanted.connect(self.export)
        page.tape_wanted.connect(self.tape_wanted)
        page.bundle_wanted.connect(lambda: self.bundles.ask_open(self._window))
        page.results_wanted.connect(self._show_set_run)
        return self._added(page)

    @cached_property
    def settings(self) -> SettingsPage:
        """The Settings page."""
        from weighin.ui.settings.settings_page import SettingsPage

        return self._added(SettingsPage(self._theme, self._parts))

    @cached_property
    def help(self) -> HelpPage:
        """The Help page."""
        from weighin.ui.help.help_page import HelpPage

        parts = self._parts
        page = HelpPage(self._theme, self._window.commands, parts.workstation, parts.libraries, lambda: bool(self.busy))
        return self._added(page)

    @cached_property
    def bundles(self) -> BundleController:
        """Opens and writes bundles."""
        from weighin.ui.replay.bundle_controller import BundleController

        parts = self._parts
        made = BundleController(
            self._theme, parts.bundles, parts.models.downloads, self._library, self._runner, self.compare
        )
        made.notice.connect(self.notice)
        made.opened.connect(lambda: self.wanted.emit(COMPARE))
        made.measurement_opened.connect(self._show_measurement)
        made.set_run_opened.connect(self._show_set_run)
        return made

    @cached_property
    def _measurement_files(self) -> MeasurementFiles:
        from weighin.ui.fidelity.measurement_files import MeasurementFiles

        return MeasurementFiles(self._parts.fidelity.kept, lambda: self._parts.bundles)

    @cached_property
    def sets(self) -> SetsController:
        """Prompt sets beside the lanes."""
        return self._set_views.controller

    @cached_property
    def prompt_sets(self) -> SetsPage:
        """The page of prompt sets."""
        return self._added(self._set_views.page)

    @cached_property
    def _set_views(self) -> SetViews:
        from weighin.ui.prompt_sets.set_views import SetViews

        views = SetViews(self._theme, self._parts, self._runner, self._history, self.compare)
        views.compare_wanted.connect(lambda: self.wanted.emit(COMPARE))
        views.page_wanted.connect(lambda: self.wanted.emit(PROMPT_SETS))
        views.export_wanted.connect(self.export)
        self.sets_made.emit(views.controller.set_runner)
        return views

    @property
    def has_mmlu(self) -> bool:
        """Whether the MMLU page was made: before that no evaluation can run."""
        return "mmlu" in vars(self)

    @property
    def has_fidelity(self) -> bool:
        """Whether the Fidelity page was made: before that nothing can be measured."""
        return "fidelity" in vars(self)

    @property
    def has_settings(self) -> bool:
        """Whether the Settings page was made."""
        return "settings" in vars(self)

    @property
    def busy(self) -> str:
        """Why nothing else may run now, "" where it may."""
        return COMPARING if self._runner.running else self._besides(COMPARE)

    @property
    def is_evaluating(self) -> bool:
        """Whether an evaluation goes on, or rests."""
        return self.has_mmlu and self.mmlu.running

    @property
    def runs_set(self) -> bool:
        """Whether a prompt set is put to both models."""
        return "_set_views" in vars(self) and self.sets.set_runner.running

    @property
    def is_measuring(self) -> bool:
        """Whether a measurement of fidelity goes on."""
        return self.has_fidelity and self.fidelity.running

    def _besides(self, page: int) -> str:
        """What runs on other pages than this one, in a sentence; "" for nothing."""
        if page != COMPARE and self._runner.running:
            return COMPARING
        if page != MMLU and self.is_evaluating:
            return EVALUATING
        return MEASURING if page != FIDELITY and self.is_measuring else ""

    def _compared(self) -> tuple[ModelFacts | None, ...]:
        """The models chosen on the Compare page."""
        return tuple(pane.header.picker.chosen for pane in self.compare.panes)

    def page(self, number: int) -> QWidget:
        """The page with this number in PAGES. Raises AppError where it cannot be made."""
        made: QWidget = getattr(self, PAGES[number].lower().replace(" ", "_"))
        return made

    def show(self, number: int) -> None:
        """Show the page with this number in PAGES. Raises AppError where it cannot be made."""
        self.stack.setCurrentWidget(self._frames[self.page(number)])

    def take_focus(self, number: int) -> None:
        """The page with this number, which is shown, is ready for the keyboard."""
        page: Any = self.compare.prompt if number == COMPARE else self.page(number)
        page.take_focus()

    def find(self, number: int) -> None:
        """The search of the page with this number, which is shown, has the keyboard."""
        if number == COMPARE:
            self.compare.find_words()
            return
        if number == HISTORY:
            self.history.tabs.setCurrentIndex(0)
        self.take_focus(number)
        if number == MMLU:
            parts = (self.mmlu.run.questions, self.mmlu.past, self.mmlu.claims, self.mmlu.setup.subjects)
            for search in (part.search for part in parts if part.search.isVisible()):
                search.setFocus()
        elif number == PROMPT_SETS:
            self.prompt_sets.find_words()
        elif number == FIDELITY and self.fidelity.past.search.isVisible():
            self.fidelity.past.search.setFocus()

    def measure_fidelity(self, base: int) -> None:
        """Offer to hold one model of Compare against the other, which is that of lane number `base`; unless a server
        runs one, or names are hidden."""
        if self.compare.why_closed:
            self.notice.emit(self.compare.why_closed)
            return
        models = self._compared()
        one, other = models[base], models[1 - base]
        if one is not None and other is not None:
            self.wanted.emit(FIDELITY)
            self.fidelity.measure(one, other)

    def compare_models(self, models: tuple[ModelFacts, ...]) -> None:
        """Put models into the lanes, a single one into the first, and show the page, unless that may not be now."""
        if self.compare.why_closed:
            self.notice.emit(self.compare.why_closed)
            return
        for pane, facts in zip(self.compare.panes, models, strict=False):
            pane.header.picker.choose(facts)
        self.wanted.emit(COMPARE)

    def export(self, comparison: Comparison | StoredRun, kind: str) -> None:
        """Ask where to write a comparison, or a run of a prompt set; kind: its format."""
        self.bundles.ask_export(comparison, kind, self._window)

    def find_models(self) -> None:
        """Show pairs of models that fit this computer."""
        self.wanted.emit(MODELS)
        self.models.show_pairs()

    def put_bundle_away(self) -> None:
        """A bundle that is shown names models: show it no longer."""
        if "bundles" in vars(self):
            self.bundles.put_away()

    def _catalogue(self) -> Catalogue:
        from weighin.core.models.catalogue import load_catalogue

        return load_catalogue(paths.resources())

    def _added(self, page: Page) -> Page:
        self._frames[page] = frame = PageScroll(page)
        self.stack.addWidget(frame)
        return page

    def _show_evaluation(self, record: EvaluationRecord) -> None:
        self.wanted.emit(MMLU)
        self.mmlu.show_record(record)

    def _resume_evaluation(self, identifier: str) -> None:
        self.wanted.emit(MMLU)
        self.mmlu.resume(identifier)

    def _leads_to(self, number: int) -> bool:
        """Show a page, unless it could tell what a blind round hides: then that is said."""
        if reason := self._window.why_hidden:
            self.notice.emit(reason)
        else:
            self.wanted.emit(number)
        return not reason

    def _show_set_run(self, run: StoredRun | str) -> None:
        if self._leads_to(PROMPT_SETS):
            self.prompt_sets.show_results_of(run)

    def _show_measurement(self, record: FidelityRecord) -> None:
        if self._leads_to(FIDELITY):
            self.fidelity.show_record(record)

    def _resume_measurement(self, identifier: str) -> None:
        self.wanted.emit(FIDELITY)
        self.fidelity.resume(identifier)

    def _get(self, candidate: Candidate) -> None:
        """Show the files of a model that is not here."""
        self.wanted.emit(MODELS)
        self.models.show_repository(candidate.repo)

    def _show_system(self, system: System) -> None:
        """Show the facts of a system."""
        self.wanted.emit(MODELS)
        self.models.show_system(system)

    def _check_claim(self, claim: Claim) -> None:
        """Show a claim beside the calculator."""
        self.wanted.emit(MMLU)
        self.mmlu.show_claim(claim)

    def _reopen(self, comparison: Comparison) -> None:
        if self.compare.why_closed:
            self.history.refuse(self.compare.why_closed)
            return
        self.put_bundle_away()
        self.compare.show_comparison(comparison)
        self.wanted.emit(COMPARE)

"""The window: a rail, pages, and one quiet line for news. It wires pages together and does nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QIcon, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from weighin import paths
from weighin.core.comparisons.comparison import Comparison
from weighin.core.errors import AppError
from weighin.ui import theme as themes
from weighin.ui.compare.compare_page import ComparePage
from weighin.ui.notice_bar import NoticeBar
from weighin.ui.pickers.file_drop import FileDrop
from weighin.ui.rail import Rail
from weighin.ui.remembered_window import RememberedWindow
from weighin.ui.widgets.file_dialog import Folders
from weighin.ui.widgets.focus import KeepsOff
from weighin.ui.window_place import FirstPlace

if TYPE_CHECKING:
    from weighin.core.evaluations.evaluation import EvaluationRecord
    from weighin.core.models.catalogue import Claim, System
    from weighin.core.models.model import ModelFacts
    from weighin.core.plans.candidates import Candidate
    from weighin.core.tape import Tape
    from weighin.services.comparisons.comparison_runner import ComparisonRunner
    from weighin.services.comparisons.history import History
    from weighin.services.models.library import Library
    from weighin.services.settings import Settings
    from weighin.ui.history.history_page import HistoryPage
    from weighin.ui.mmlu.mmlu_page import MmluPage
    from weighin.ui.models.models_page import ModelsPage
    from weighin.ui.parts import Parts
    from weighin.ui.prompt_sets.sets_controller import SetsController
    from weighin.ui.replay.bundle_controller import BundleController
    from weighin.ui.workstation.workstation_page import WorkstationPage

PAGES = ("Compare", "Models", "Workstation", "MMLU", "History")
COMPARE, MODELS, WORKSTATION, MMLU, HISTORY = range(5)
_GEOMETRY = "window_geometry"
_SIZE, _LEAST = QSize(1280, 820), QSize(640, 560)
_COMPARING = "A comparison is running. Stop it or let it finish first: both would disturb each other."
_EVALUATING = (
    "An evaluation is running on the MMLU page. Stop it or let it finish first: both would disturb each other."
)


class MainWindow(QMainWindow):
    """`theme.apply` must have been called before. `page_shown` carries its number in PAGES."""

    page_shown = Signal(int)

    def __init__(
        self,
        runner: ComparisonRunner,
        library: Library,
        history: History,
        settings: Settings,
        parts: Parts,
    ) -> None:
        super().__init__()
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self._theme = themes.current(app)
        self._runner = runner
        self._history = history
        self._settings = settings
        self._parts = parts
        self._closing = False
        Folders(settings, self)
        self.setWindowTitle("Weigh-In")
        self.setWindowIcon(QIcon(str(paths.resources() / "icons" / "weighin.svg")))
        self.setMinimumSize(_LEAST)
        self._library = library
        runner.yield_to(lambda: self._evaluation_running() or self._measuring())
        self.compare = ComparePage(self._theme, runner, library, settings, parts)
        self._history_page: HistoryPage | None = None
        self._models_page: ModelsPage | None = None
        self._workstation_page: WorkstationPage | None = None
        self._bundle_controller: BundleController | None = None
        self._sets_desk: SetsController | None = None
        self._mmlu_page: MmluPage | None = None
        self._page = COMPARE
        self._rail = Rail(self._theme, PAGES)
        self._stack = QStackedWidget()
        self._notice = NoticeBar(self._theme)
        self._arrange()
        self._connect()
        self._go_to(COMPARE)
        RememberedWindow(settings, self, library, PAGES, self._go_to)
        self._restore_geometry()
        self._theme.dress()

    @property
    def history_page(self) -> HistoryPage:
        """The History page, made when it is first wanted: the first paint need not wait for it."""
        if self._history_page is None:
            from weighin.ui.history.history_page import HistoryPage
            from weighin.ui.mmlu.past_tab import PastTab

            past = PastTab(
                self._theme, self._parts.evaluations.kept, lambda: self._mmlu_page.running_id if self._mmlu_page else ""
            )
            past.opened.connect(self._show_evaluation)
            past.resume_wanted.connect(self._resume_evaluation)
            self._history_page = HistoryPage(self._theme, self._history, self._parts.votes, past)
            self._history_page.opened.connect(self._reopen)
            self._history_page.export_wanted.connect(self._export)
            self._history_page.tape_wanted.connect(self._tell_tape)
            self._history_page.bundle_wanted.connect(lambda: self.bundle_controller.ask_open(self))
            self._stack.addWidget(self._history_page)
        return self._history_page

    @property
    def bundle_controller(self) -> BundleController:
        """Opens and writes bundles, made when it is first wanted."""
        if self._bundle_controller is None:
            from weighin.ui.replay.bundle_controller import BundleController

            self._bundle_controller = BundleController(
                self._theme,
                self._parts.bundles,
                self._parts.models.downloads,
                self._library,
                self._runner,
                self.compare,
            )
            self._bundle_controller.notice.connect(self.show_notice)
            self._bundle_controller.opened.connect(lambda: self._go_to(COMPARE))
        return self._bundle_controller

    @property
    def sets_controller(self) -> SetsController:
        """Prompt sets beside the lanes, made when they are first wanted."""
        if self._sets_desk is None:
            from weighin.ui.prompt_sets.sets_controller import SetsController

            parts = self._parts
            self._sets_desk = SetsController(
                self._theme, parts.prompt_sets, self._runner, parts.blind, self._history, self.compare
            )
        return self._sets_desk

    @property
    def models_page(self) -> ModelsPage:
        """The Models page, made when it is first wanted."""
        if self._models_page is None:
            from weighin.core.models.catalogue import load_catalogue
            from weighin.ui.models.models_page import ModelsPage

            self._models_page = ModelsPage(
                self._theme, self._parts.models, load_catalogue(paths.resources()), self._parts.workstation
            )
            self._models_page.compare_wanted.connect(self._compare_models)
            self._models_page.check_wanted.connect(self._check_claim)
            self._stack.addWidget(self._models_page)
        return self._models_page

    @property
    def workstation_page(self) -> WorkstationPage:
        """The Workstation page, made when it is first wanted."""
        if self._workstation_page is None:
            from weighin.core.models.catalogue import load_catalogue
            from weighin.ui.workstation.workstation_page import WorkstationPage

            catalogue = load_catalogue(paths.resources())
            self._workstation_page = WorkstationPage(
                self._theme, self._parts.workstation, catalogue, lambda: bool(self._busy())
            )
            self._workstation_page.compare_wanted.connect(self._compare_models)
            self._workstation_page.get_wanted.connect(self._get)
            self._stack.addWidget(self._workstation_page)
        return self._workstation_page

    @property
    def mmlu_page(self) -> MmluPage:
        """The MMLU page, made when it is first wanted."""
        if self._mmlu_page is None:
            from weighin.core.models.catalogue import load_catalogue
            from weighin.ui.mmlu.mmlu_page import MmluPage

            self._mmlu_page = MmluPage(
                self._theme,
                self._library,
                self._parts.models.servers,
                self._settings,
                self._parts.evaluations,
                load_catalogue(paths.resources()),
                self._parts.workstation,
                lambda: _COMPARING if self._runner.running else self._measuring(),
                lambda: tuple(pane.header.picker.chosen for pane in self.compare.panes),
            )
            self._mmlu_page.system_wanted.connect(self._show_system)
            self._stack.addWidget(self._mmlu_page)
        return self._mmlu_page

    @property
    def notice(self) -> str:
        """The application-wide sentence shown, "" where there is none."""
        return self._notice.text

    @property
    def page(self) -> int:
        """Number of the page shown."""
        return self._page

    def show_page(self, number: int) -> None:
        """Show the page with this number in PAGES."""
        if self._parts.blind.hides and number != COMPARE:
            self.show_notice("Vote first: other pages could tell which model is which.")
            number = COMPARE
        try:
            pages = (
                lambda: self.compare,
                lambda: self.models_page,
                lambda: self.workstation_page,
                lambda: self.mmlu_page,
                lambda: self.history_page,
            )
            self._stack.setCurrentWidget(pages[number]())
            self._page = number
            self.page_shown.emit(number)
        except AppError as error:
            self.show_notice(error.user_text)
        self._rail.show_chosen(self._page)

    def _show_evaluation(self, record: EvaluationRecord) -> None:
        self.show_page(MMLU)
        self.mmlu_page.show_record(record)

    def _resume_evaluation(self, identifier: str) -> None:
        self.show_page(MMLU)
        self.mmlu_page.resume(identifier)

    def show_notice(self, text: str) -> None:
        """Say something that concerns the whole application, in a line that can be closed."""
        self._notice.say(text)

    def add_notice(self, text: str) -> None:
        """Say something more of the whole application: what stands there stays."""
        self._notice.add(text)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._settings.set(_GEOMETRY, bytes(self.saveGeometry().toBase64().data()).decode("ascii"))
        if self._busy() and not self._closing:
            # What was written so far is kept: the window goes when the run has ended and been handed on.
            self._closing = True
            event.ignore()
            self._stop_and_close()
            self.show_notice("Stopping…")
            return
        self._parts.blind.give_up()  # an answer that nobody has judged is kept all the same
        super().closeEvent(event)

    def _busy(self) -> str:
        """Why nothing else may run now, "" where it may."""
        return _COMPARING if self._runner.running else self._evaluation_running()

    def _evaluation_running(self) -> str:
        return _EVALUATING if self._mmlu_page is not None and self._mmlu_page.running else ""

    def _measuring(self) -> str:
        return self._parts.workstation.reason_to_wait

    def _stop_and_close(self) -> None:
        if self._runner.running:
            # Once everybody has heard of it, for who keeps it must.
            self._runner.finished.connect(self.close, Qt.ConnectionType.QueuedConnection)
            self._runner.stop()
        if self._mmlu_page is not None and self._mmlu_page.running:
            self._mmlu_page.ended.connect(self.close)
            self._mmlu_page.stop()

    def _arrange(self) -> None:
        self._stack.addWidget(self.compare)
        content = QWidget()
        content.setObjectName("content")
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._notice)
        column.addWidget(self._stack, 1)
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._rail)
        row.addWidget(content, 1)
        self.setCentralWidget(whole)

    def _connect(self) -> None:
        self._rail.chosen.connect(self.show_page)
        for number in range(len(PAGES)):
            shortcut = QShortcut(QKeySequence(f"Ctrl+{number + 1}"), self)
            shortcut.activated.connect(lambda which=number: self._go_to(which))
        self._history.completed.connect(self.compare.complete)
        self.compare.measured_alone.connect(self._hold_against_alone)
        self._parts.blind.began.connect(self._put_names_away)
        # Files dropped beside the panes go to the lanes in their order; on a pane, that pane takes the first.
        FileDrop(self).dropped.connect(self._take_files)
        self.compare.tape_wanted.connect(self._tell_tape)
        self.compare.differences_wanted.connect(self._show_differences)
        KeepsOff(self._rail, self._take_focus)
        self.compare.prompt.sets_toggled.connect(lambda is_open: self.sets_controller.drawer.setVisible(is_open))
        self.compare.choice.bundle_dropped.connect(self.open_bundle)

    def _go_to(self, number: int) -> None:
        """Show a page, ready to type."""
        self.show_page(number)
        self._take_focus()

    def _take_focus(self) -> None:
        """The page that is shown is ready for the keyboard."""
        if self._page == COMPARE:
            self.compare.prompt.take_focus()
        elif self._page == MODELS:
            self.models_page.take_focus()
        elif self._page == WORKSTATION:
            self.workstation_page.take_focus()
        elif self._page == MMLU:
            self.mmlu_page.take_focus()
        else:
            self.history_page.search.setFocus()

    def open_bundle(self, path: str) -> None:
        """Open a comparison from elsewhere."""
        self.bundle_controller.open(path)

    def _take_files(self, paths: list[str]) -> None:
        if self.compare.why_closed:
            self.show_notice(self.compare.why_closed)
            return
        if self._page != COMPARE:
            self._go_to(COMPARE)
        self.compare.choice.take(self.compare.panes[0], paths)

    def _show_differences(self, comparison: Comparison) -> None:
        from weighin.ui.reading.reading_window import ReadingWindow

        if self._may_tell():
            ReadingWindow(self._theme, comparison, self).show()

    def _tell_tape(self, comparison: Comparison) -> None:
        from weighin.ui.tape.tape_window import TapeWindow

        if not self._may_tell():
            return
        tapes = self._parts.tapes

        def show(tape: Tape) -> None:
            if self._may_tell():
                TapeWindow(self._theme, tapes, tape, self).show()

        tapes.make(comparison, show, lambda error: self.show_notice(error.user_text))

    def _may_tell(self) -> bool:
        """Whether a window may name the models; otherwise it is said why not."""
        if self._parts.blind.hides:
            self.show_notice(self.compare.why_closed)
        return not self._parts.blind.hides

    def _export(self, comparison: Comparison, kind: str) -> None:
        self.bundle_controller.ask_export(comparison, kind, self)

    def _compare_models(self, models: tuple[ModelFacts, ...]) -> None:
        """Put models into the lanes, a single one into the first."""
        if self.compare.why_closed:
            self.show_notice(self.compare.why_closed)
            return
        for pane, facts in zip(self.compare.panes, models, strict=False):
            pane.header.picker.choose(facts)
        self._go_to(COMPARE)

    def _get(self, candidate: Candidate) -> None:
        """Show the files of a model that is not here."""
        self._go_to(MODELS)
        self.models_page.show_repository(candidate.repo)

    def _put_names_away(self) -> None:
        """A bundle and the windows beside this one name the models that a blind round hides."""
        if self._bundle_controller is not None:
            self._bundle_controller.put_away()
        for dialog in self.findChildren(QDialog):
            dialog.close()

    def _show_system(self, system: System) -> None:
        """Show the facts of a system."""
        self._go_to(MODELS)
        self.models_page.show_system(system)

    def _check_claim(self, claim: Claim) -> None:
        """Show a claim beside the calculator."""
        self._go_to(MMLU)
        self.mmlu_page.show_claim(claim)

    def _hold_against_alone(self, together: Comparison, alone: Comparison) -> None:
        self._history.hold_against(together, alone, lambda error: self.show_notice(error.user_text))

    def _reopen(self, comparison: Comparison) -> None:
        if self.compare.why_closed:
            self.history_page.refuse(self.compare.why_closed)
            return
        if self._bundle_controller is not None:
            self._bundle_controller.put_away()
        self.compare.show_comparison(comparison)
        self._go_to(COMPARE)

    def _restore_geometry(self) -> None:
        FirstPlace(self, _SIZE)
        stored = self._settings.get(_GEOMETRY, "")
        if isinstance(stored, str) and stored.isascii() and stored:
            self.restoreGeometry(QByteArray.fromBase64(stored.encode("ascii")))

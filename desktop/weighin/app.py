"""The composition root: the one place that makes the parts and wires them together."""

from __future__ import annotations

import gc
import logging
import signal
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from weighin.core.comparisons.comparison import Comparison
from weighin.core.errors import AppError
from weighin.paths import Profile, resources
from weighin.qt_messages import catch_qt_messages
from weighin.services.comparisons.blind_round import BlindRound
from weighin.services.comparisons.history import History
from weighin.services.comparisons.votes import Votes
from weighin.services.machine.hardware import probe, this_machine
from weighin.services.models.library import Library
from weighin.services.processes.open_windows import SEVERAL, OpenWindows
from weighin.services.records import Records
from weighin.services.settings import Settings
from weighin.ui import theme
from weighin.ui.main_window import MainWindow
from weighin.wiring.services import new_bundles, new_model_services, new_runner, new_worker

if TYPE_CHECKING:
    from weighin.core.evaluations.evaluation import EvaluationRecord
    from weighin.display.trouble import DisplayCheck
    from weighin.services.bundles.bundles import Bundles
    from weighin.services.comparisons.attached_files import AttachedFiles
    from weighin.services.comparisons.prompt_sets import PromptSets
    from weighin.services.comparisons.speed_tests import SpeedTests
    from weighin.services.comparisons.tapes import Tapes
    from weighin.services.plans.workstation import Workstation
    from weighin.wiring.evaluations import EvaluationServices
    from weighin.wiring.plans import PlanServices

log = logging.getLogger(__name__)

_RESTORE_AFTER_MS = 500


class Program:
    """The window with everything behind it, writing under one profile."""

    def __init__(self, application: QApplication, profile: Profile) -> None:
        settings = Settings(profile.settings)
        theme.apply(application, settings)
        self.records = Records(profile.database)
        self.models = new_model_services(profile, self.records, settings)
        self.library = Library(resources(), settings, self.models.shelf)
        self.history = History(self.records, this_machine)
        models = self.models
        self.runner = new_runner(lambda model, load: models.planner.needed_bytes(model, load), models.servers.keys)
        # Before the window: it is the first to hear that a comparison has ended.
        self.blind = BlindRound(self.runner)
        self.votes = Votes(self.records)
        self._profile, self._settings = profile, settings
        self._windows = OpenWindows(profile.windows)
        self._plans: PlanServices | None = None
        self._bundles: Bundles | None = None
        self._prompt_sets: PromptSets | None = None
        self._attached_files: AttachedFiles | None = None
        self._tapes: Tapes | None = None
        self._evaluations: EvaluationServices | None = None
        self._speed_tests: SpeedTests | None = None
        self.window = MainWindow(self.runner, self.library, self.history, settings, self)
        # Not before they may be known: what is kept can be looked at.
        self.blind.revealed.connect(self._keep)
        self.blind.revealed.connect(self.library.doubt)
        self.blind.revealed.connect(lambda comparison: self.speed_tests.consider(comparison))
        self.records.notice.connect(self.window.add_notice)
        self.models.servers.notice.connect(self.window.show_notice)

    @property
    def plans(self) -> PlanServices:
        """Plans, forecasts and the ledger: made when they are first wanted, which the first paint need not wait for."""
        if self._plans is None:
            from weighin.ui.lane.lane_outlooks import LaneOutlooks
            from weighin.ui.pickers.picker_verdicts import judge_of
            from weighin.wiring.plans import new_plan_services

            plans = new_plan_services(
                self.records,
                self._settings,
                self.library,
                self.models,
                self.runner,
                self.blind,
                lambda: self._evaluations is not None and self._evaluations.runner.running,
            )
            self.outlooks = LaneOutlooks(plans.outlook, self.runner, self.window.compare, self.window)
            for pane in self.window.compare.panes:
                pane.header.picker.set_judge(judge_of(plans.workstation))
            self._plans = plans
        return self._plans

    @property
    def workstation(self) -> Workstation:
        """What runs on this computer, for the pages that show it."""
        return self.plans.workstation

    @property
    def bundles(self) -> Bundles:
        """Comparisons from and for elsewhere, made when they are first wanted."""
        if self._bundles is None:
            self._bundles = new_bundles(self.models, self.library)
        return self._bundles

    @property
    def prompt_sets(self) -> PromptSets:
        """Kept prompts, sets, and runs of sets, made when they are first wanted."""
        if self._prompt_sets is None:
            from weighin.services.comparisons.prompt_sets import PromptSets

            self._prompt_sets = PromptSets(self.records, resources())
        return self._prompt_sets

    @property
    def attached_files(self) -> AttachedFiles:
        """Text files that go along with a prompt, made when they are first wanted."""
        if self._attached_files is None:
            from weighin.services.comparisons.attached_files import AttachedFiles

            self._attached_files = files = AttachedFiles(new_worker)
            self.runner.started.connect(lambda _request: files.hold())
            self.runner.finished.connect(lambda _comparison: files.go_on())
        return self._attached_files

    @property
    def tapes(self) -> Tapes:
        """What is known of a pair of models, made when it is first wanted."""
        if self._tapes is None:
            from weighin.services.comparisons.tapes import Tapes

            folder = self.models.folder
            self._tapes = Tapes(self.records, lambda: probe(folder))
        return self._tapes

    @property
    def speed_tests(self) -> SpeedTests:
        """Measures apart what answers are too short to tell, made after the first of them."""
        if self._speed_tests is None:
            from weighin.services.comparisons.speed_tests import SpeedTests
            from weighin.services.user_activity import UserActivity

            self._speed_tests = SpeedTests(self.runner, self.history, UserActivity())
            self._speed_tests.tested.connect(self._amend)
            self._speed_tests.changed.connect(self._follow_speed_tests)
        return self._speed_tests

    @property
    def evaluations(self) -> EvaluationServices:
        """Question sets, stored evaluations and what runs them, made when they are first wanted."""
        if self._evaluations is None:
            from weighin.wiring.evaluations import new_evaluation_services

            made = new_evaluation_services(self._profile, resources(), self.models)
            made.runner.started.connect(self._make_room)
            made.runner.finished.connect(lambda _record: self.plans.outlook.end())
            self._evaluations = made
        return self._evaluations

    def restore(self) -> None:
        """Take up what earlier runs left: the shelf, downloads that were not finished, and the ledger; and look whether
        another window is open."""
        if self._windows.enter():
            self.window.show_notice(SEVERAL)
        self.library.restore()
        self.models.downloads.restore()
        self.models.inspector.restore()
        self.plans.ledger.restore()

    def close(self) -> None:
        """End the workers and finish what is being written."""
        if self._speed_tests is not None:
            self._speed_tests.drop()
        self.runner.close()
        if self._plans is not None:
            self._plans.close()
        if self._bundles is not None:
            self._bundles.close()
        if self._prompt_sets is not None:
            self._prompt_sets.close()
        if self._attached_files is not None:
            self._attached_files.close()
        if self._tapes is not None:
            self._tapes.close()
        if self._evaluations is not None:
            self._evaluations.close()
        self.models.close()
        self.records.close()
        self._windows.leave()

    def _make_room(self, _record: EvaluationRecord) -> None:
        """An evaluation begins: models of the last comparison give their memory back, and nothing is planned."""
        self.plans.outlook.begin()
        for lane in self.runner.lanes:
            lane.unload()

    def _keep(self, comparison: Comparison) -> None:
        self.history.save(comparison, lambda _: None, self._not_kept)

    def _amend(self, comparison: Comparison) -> None:
        """Speed tests tell more of a comparison than its answers did."""
        self.history.amend(comparison, self._not_kept)
        self.plans.ledger.settle(comparison)

    def _follow_speed_tests(self) -> None:
        """While models are measured nothing is planned, which would disturb them."""
        self.window.compare.show_testing(self.speed_tests.is_pending, self.speed_tests.waits)
        if self.speed_tests.pending:
            self.plans.outlook.begin()
        elif not self.runner.running:
            self.plans.outlook.end()

    def _not_kept(self, error: AppError) -> None:
        log.error("a comparison was not kept: %s", error.detail or error.user_text)
        self.window.show_notice(f"This comparison is not in History: {error.user_text}")


def run_window(profile: Profile, display: DisplayCheck) -> int:
    """Open the window on the `display` that was found, and run until it is closed; the exit status."""
    catch_qt_messages()
    application = QApplication(["weighin", *(("-platform", display.platform) if display.platform else ())])
    display.release()
    application.setApplicationName("weighin")
    application.setApplicationDisplayName("Weigh-In")
    application.setDesktopFileName("weighin")
    program = Program(application, profile)
    application.aboutToQuit.connect(program.close)
    # A terminal's Ctrl+C closes the window properly; Python looks at signals only when it runs.
    signal.signal(signal.SIGINT, lambda *_: program.window.close())
    signal.signal(signal.SIGTERM, lambda *_: program.window.close())
    heartbeat = QTimer(application)
    heartbeat.timeout.connect(lambda: None)
    heartbeat.start(500)
    program.window.show()
    # Not before the first paint: importing and scanning would compete with it for the interpreter.
    QTimer.singleShot(_RESTORE_AFTER_MS, gc.enable)
    QTimer.singleShot(_RESTORE_AFTER_MS, program.restore)
    return application.exec()

"""The composition root: the one place that makes the parts and wires them together."""

from __future__ import annotations

import gc
import logging
import signal
import sys

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from weighin.core.comparison import Comparison
from weighin.core.errors import AppError
from weighin.logs import start_logging
from weighin.paths import Profile, resources
from weighin.services.bandwidth import MemoryBandwidth
from weighin.services.factory import new_forecaster, new_model_services, new_runner, new_workstation
from weighin.services.history import History
from weighin.services.ledger import Ledger
from weighin.services.library import Library
from weighin.services.outlook import Outlook
from weighin.services.promises import Promises
from weighin.services.settings import Settings
from weighin.services.this_computer import memory_budget
from weighin.ui import theme
from weighin.ui.compare.lane_outlooks import LaneOutlooks
from weighin.ui.main_window import MainWindow

log = logging.getLogger(__name__)

_RESTORE_AFTER_MS = 500


class Program:
    """The window with everything behind it, writing under one profile."""

    def __init__(self, application: QApplication, profile: Profile) -> None:
        settings = Settings(profile.settings)
        theme.apply(application, settings)
        self.models = new_model_services(profile, settings)
        self.library = Library(resources(), settings, self.models.shelf)
        self.history = History(profile.database)
        self.runner = new_runner(self.models.planner, self.models.servers.keys)
        self.ledger = Ledger(profile.database)
        bandwidth = MemoryBandwidth(settings)
        forecaster = new_forecaster(bandwidth, self.ledger, self.runner)
        self.workstation = new_workstation(self.library, self.models, forecaster, self.ledger, bandwidth)
        self.promises = Promises(self.models.planner, forecaster, self.ledger)
        self.window = MainWindow(self.runner, self.library, self.history, settings, self.models, self.workstation)
        outlook = Outlook(self.models.planner, forecaster, memory_budget, self.window)
        self.outlooks = LaneOutlooks(outlook, self.runner, self.window.compare, self.window)
        self.runner.started.connect(self.promises.begin)
        self.runner.finished.connect(self._keep)
        self.runner.finished.connect(self.ledger.settle)
        self.runner.finished.connect(self.library.doubt)
        for source in (self.history, self.models.records, self.ledger):
            source.damaged.connect(self.window.show_notice)

    def restore(self) -> None:
        """Take up what earlier runs left: the shelf, and downloads that were not finished."""
        self.ledger.restore()
        self.library.restore()
        self.models.downloads.restore()

    def close(self) -> None:
        """End the workers and finish what is being written."""
        self.runner.close()
        self.workstation.close()
        self.models.close()
        self.ledger.close()
        self.history.close()

    def _keep(self, comparison: Comparison) -> None:
        self.history.save(comparison, lambda _: None, self._not_kept)

    def _not_kept(self, error: AppError) -> None:
        log.error("a comparison was not kept: %s", error.detail or error.user_text)
        self.window.show_notice(f"This comparison is not in History: {error.user_text}")


def run_window(profile_directory: str | None) -> int:
    """Open the window and run until it is closed; the exit status."""
    try:
        profile = Profile.locate(profile_directory)
    except OSError as error:
        sys.stderr.write(f"The profile folder cannot be used: {error}\n")
        return 1
    start_logging(profile.logs)
    application = QApplication(["weighin"])
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

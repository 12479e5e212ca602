"""The composition root: the one place that makes the parts and wires them together."""

from __future__ import annotations

import logging
import signal
import sys

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from weighin.core.comparison import Comparison
from weighin.core.errors import AppError
from weighin.logs import start_logging
from weighin.paths import Profile, resources
from weighin.services.factory import new_model_services, new_runner
from weighin.services.history import History
from weighin.services.library import Library
from weighin.services.settings import Settings
from weighin.ui import theme
from weighin.ui.main_window import MainWindow

log = logging.getLogger(__name__)


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
    settings = Settings(profile.settings)
    theme.apply(application, settings)
    models = new_model_services(profile)
    library = Library(resources(), settings, models.shelf)
    history = History(profile.database)
    runner = new_runner()
    window = MainWindow(runner=runner, library=library, history=history, settings=settings)

    def keep(comparison: Comparison) -> None:
        def not_kept(error: AppError) -> None:
            log.error("a comparison was not kept: %s", error.detail or error.user_text)
            window.show_notice(f"This comparison is not in History: {error.user_text}")

        history.save(comparison, lambda _: None, not_kept)

    runner.finished.connect(keep)
    application.aboutToQuit.connect(runner.close)
    application.aboutToQuit.connect(models.close)
    application.aboutToQuit.connect(history.close)
    # A terminal's Ctrl+C closes the window properly; Python looks at signals only when it runs.
    signal.signal(signal.SIGINT, lambda *_: window.close())
    signal.signal(signal.SIGTERM, lambda *_: window.close())
    heartbeat = QTimer(application)
    heartbeat.start(500)
    heartbeat.timeout.connect(lambda: None)
    window.show()
    QTimer.singleShot(0, library.restore)
    QTimer.singleShot(0, models.downloads.restore)
    return application.exec()

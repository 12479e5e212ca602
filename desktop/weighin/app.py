"""The window's program: the window and the services behind it, connected."""

from __future__ import annotations

import gc
import logging
import signal
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from weighin.core.comparisons.comparison import Comparison
from weighin.core.errors import AppError
from weighin.core.runs.lane import LABELS
from weighin.paths import Profile
from weighin.qt_messages import catch_qt_messages
from weighin.services.processes.open_windows import SEVERAL, OpenWindows
from weighin.services.processes.opened_files import OpenedFiles
from weighin.services.settings import Settings
from weighin.ui import theme
from weighin.ui.main_window import MainWindow
from weighin.wiring.services import Services

if TYPE_CHECKING:
    from weighin.display.trouble import DisplayCheck

log = logging.getLogger(__name__)

_RESTORE_AFTER_MS = 500


class Program:
    """The window with everything behind it, writing under one profile."""

    def __init__(self, application: QApplication, profile: Profile) -> None:
        settings = Settings(profile.settings)
        theme.apply(application, settings)
        self.services = services = Services(profile, settings)
        self._windows = OpenWindows(profile.windows)
        self._opened = OpenedFiles()
        self._lane = 0
        self.window = MainWindow(services.runner, services.library, services.history, settings, services)
        # Not before they may be known: what is kept can be looked at.
        services.blind.revealed.connect(self._keep)
        services.blind.revealed.connect(services.library.doubt)
        services.blind.revealed.connect(lambda comparison: services.speed_tests.consider(comparison))
        services.records.notice.connect(self.window.add_notice)
        services.models.servers.notice.connect(self.window.show_notice)
        services.made.connect(self._link)

    def restore(self, files: Sequence[str] = ()) -> None:
        """Take up what earlier runs left, look whether another window is open, and open `files`."""
        if self._windows.enter():
            self.window.add_notice(SEVERAL)
        self.services.restore()
        self._opened.wanted.connect(self._open)
        self._opened.begin(self._windows.mine)
        if files:
            self._open(list(files))

    def close(self) -> None:
        """End the workers and finish what is being written."""
        self.services.close()
        self._windows.leave()

    def _open(self, files: list[str]) -> None:
        """Show files that were opened with this program, and the window; without any, the window. Models that come one
        after the other go into one lane after the other."""
        if files:
            self.window.open_files(files, self._lane)
            self._lane = (self._lane + len(files)) % len(LABELS)
        if self.window.isMinimized():
            self.window.showNormal()
        self.window.activateWindow()

    def _link(self, name: str, part: Any) -> None:
        """Show what a part that is new tells."""
        if name == "plans":
            from weighin.ui.lane.lane_outlooks import LaneOutlooks
            from weighin.ui.pickers.picker_verdicts import judge_of

            self.outlooks = LaneOutlooks(part.outlook, self.services.runner, self.window.compare, self.window)
            for pane in self.window.compare.panes:
                pane.header.picker.set_judge(judge_of(part.workstation))
        elif name == "speed_tests":
            part.tested.connect(lambda comparison: self.services.history.amend(comparison, self._not_kept))

    def _keep(self, comparison: Comparison) -> None:
        self.services.history.save(comparison, lambda _: None, self._not_kept)

    def _not_kept(self, error: AppError) -> None:
        log.error("a comparison was not kept: %s", error.detail or error.user_text)
        self.window.show_notice(f"This comparison was not saved: {error.user_text}")


def run_window(profile: Profile, display: DisplayCheck, files: Sequence[str]) -> int:
    """Open the window on the `display` that was found, with `files` in it, and run until it is closed; the exit
    status."""
    catch_qt_messages()
    application = QApplication(["weighin", *(("-platform", display.platform) if display.platform else ())])
    display.release()
    application.setApplicationName("weighin")
    application.setApplicationDisplayName("Weigh-In")
    application.setDesktopFileName("weighin")
    program = Program(application, profile)
    application.aboutToQuit.connect(program.close)
    # A terminal's Ctrl+C closes the window properly; Python looks at signals only when it runs.
    signal.signal(signal.SIGINT, lambda *_: program.window.close_now())
    signal.signal(signal.SIGTERM, lambda *_: program.window.close_now())
    application.commitDataRequest.connect(lambda _session: program.window.end_session())
    heartbeat = QTimer(application)
    heartbeat.timeout.connect(lambda: None)
    heartbeat.start(500)
    program.window.show()
    # Not before the first paint: importing and scanning would compete with it for the interpreter.
    QTimer.singleShot(_RESTORE_AFTER_MS, gc.enable)
    QTimer.singleShot(_RESTORE_AFTER_MS, lambda: program.restore(files))
    return application.exec()

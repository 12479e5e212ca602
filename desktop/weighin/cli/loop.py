"""A Qt loop without a window that Ctrl+C can interrupt."""

from __future__ import annotations

import signal
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QTimer

_POLL_MS = 100


class CommandLoop:
    """Runs until `finish`. The first Ctrl+C or SIGTERM calls `on_interrupt`, the second ends at once."""

    def __init__(self, on_interrupt: Callable[[], None]) -> None:
        self._application = QCoreApplication.instance() or QCoreApplication(["weighin"])
        self._on_interrupt = on_interrupt
        self._pending = False
        self.interrupted = False
        # Python runs its signal handlers only between bytecodes: this timer gives it the occasion.
        self._timer = QTimer()
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._look)

    def run(self, begin: Callable[[], None]) -> None:
        """Call `begin` inside the loop and return after `finish`."""
        before = {s: signal.signal(s, self._note) for s in (signal.SIGINT, signal.SIGTERM)}
        self._timer.start()
        QTimer.singleShot(0, begin)
        try:
            self._application.exec()
        finally:
            self._timer.stop()
            for number, handler in before.items():
                signal.signal(number, handler)

    def finish(self) -> None:
        """Leave the loop."""
        self._application.quit()

    def _note(self, *_: object) -> None:
        if self.interrupted:
            self._application.quit()
        self.interrupted = self._pending = True

    def _look(self) -> None:
        if self._pending:
            self._pending = False
            self._on_interrupt()

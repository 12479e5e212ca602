"""A Qt loop without a window that Ctrl+C can interrupt, and waiting in it for one answer."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QCoreApplication, QTimer

from weighin.core.errors import AppError

_POLL_MS = 100

Begin = Callable[[Callable[[Any], None], Callable[[AppError], None]], Any]


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


class InterruptedByUserError(Exception):
    """Ctrl+C came while something was waited for."""


def wait_for(begin: Begin) -> Any:
    """What `begin(done, failed)` hands to `done`. Raises the AppError it hands to `failed`; InterruptedByUserError."""
    answers: list[Any] = []
    errors: list[AppError] = []
    loop = CommandLoop(lambda: loop.finish())

    def settle(target: list[Any], value: Any) -> None:
        target.append(value)
        loop.finish()

    loop.run(lambda: begin(lambda value: settle(answers, value), lambda error: settle(errors, error)))
    if errors:
        raise errors[0]
    if not answers:
        raise InterruptedByUserError
    return answers[0]

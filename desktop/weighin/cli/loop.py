"""A Qt loop without a window that Ctrl+C can interrupt, and waiting in it for one answer."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QCoreApplication, QTimer

from weighin.core.errors import AppError

_POLL_MS = 100

Begin = Callable[[Callable[[Any], None], Callable[[AppError], None]], Any]


class InterruptedByUserError(Exception):
    """Ctrl+C came while something was waited for."""


def run_until(begin: Begin, stop: Callable[[], None]) -> tuple[Any, bool]:
    """What `begin(done, failed)` hands to `done`, and whether Ctrl+C or SIGTERM came meanwhile: the first calls `stop`,
    the second ends at once, with None. Raises the AppError that is handed to `failed`, or that `begin` raises."""
    application = QCoreApplication.instance() or QCoreApplication(["weighin"])
    answers: list[Any] = []
    errors: list[AppError] = []
    signals: list[int] = []
    stopped = False

    def settle(target: list[Any], value: Any) -> None:
        target.append(value)
        application.quit()

    def start() -> None:
        try:
            begin(lambda value: settle(answers, value), lambda error: settle(errors, error))
        except AppError as error:
            settle(errors, error)

    def note(number: int, _: object) -> None:
        if signals:
            application.quit()
        signals.append(number)

    def look() -> None:
        nonlocal stopped
        if signals and not stopped:
            stopped = True
            stop()

    # Python runs its signal handlers only between bytecodes: this timer gives it the occasion.
    timer = QTimer(interval=_POLL_MS)
    timer.timeout.connect(look)
    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    timer.start()
    QTimer.singleShot(0, start)
    try:
        application.exec()
    finally:
        timer.stop()
        for number, handler in before.items():
            signal.signal(number, handler)
    if errors:
        raise errors[0]
    return (answers[0] if answers else None), bool(signals)


def wait_for(begin: Begin) -> Any:
    """What `begin(done, failed)` hands to `done`. Raises the AppError it hands to `failed`; InterruptedByUserError."""
    answer, interrupted = run_until(begin, lambda: QCoreApplication.exit(0))
    if interrupted:
        raise InterruptedByUserError
    return answer

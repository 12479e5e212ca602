"""One plan in a worker of its own: whatever native code makes of a header, nothing else falls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer

from weighin.core.answer import Failure
from weighin.core.failures import process_failure
from weighin.protocol.messages import Failed, Plan, Planned
from weighin.services.worker_process import WorkerEnd, WorkerProcess

_DEADLINE_MS = 60_000
_LEAVE_MS = 2000

NewWorker = Callable[[QObject], WorkerProcess]
Answered = Callable[["Planned | Failure"], None]


class PlanJob(QObject):
    """Asks one worker one question; `done` is called exactly once, unless it is closed before."""

    def __init__(self, new_worker: NewWorker, request: Plan, done: Answered, parent: QObject) -> None:
        super().__init__(parent)
        self._request, self._done = request, done
        self._answer: Planned | Failure | None = None
        self._worker = new_worker(self)
        self._worker.message.connect(self._on_event)
        self._worker.ended.connect(self._on_ended)
        self._deadline = QTimer(self)
        self._deadline.setSingleShot(True)
        self._deadline.timeout.connect(self._on_deadline)

    def start(self) -> None:
        """Ask."""
        self._deadline.start(_DEADLINE_MS)
        self._worker.start()
        self._worker.send(self._request)

    def close(self) -> None:
        """End the worker without an answer."""
        self._done = lambda _: None
        self._worker.kill()
        self._worker.wait_gone(_LEAVE_MS)

    def _on_event(self, event: Any) -> None:
        if isinstance(event, Planned):
            self._answer = event
        elif isinstance(event, Failed):
            self._answer = Failure(event.kind, event.message, event.detail)
        else:
            return
        self._worker.shut_down(_LEAVE_MS)

    def _on_deadline(self) -> None:
        self._answer = Failure("silent", "The engine gave no plan within a minute.")
        self._worker.kill()

    def _on_ended(self, end: WorkerEnd) -> None:
        self._deadline.stop()
        if self._answer is None:
            why = process_failure(end.crashed, end.code, "", end.log)
            self._answer = Failure(why.kind, f"Reading this header ended the engine: {why.message}", why.detail)
        self._done(self._answer)

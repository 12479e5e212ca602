"""One question to a worker of its own: whatever native code makes of a header, nothing else falls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer

from weighin import protocol
from weighin.confinement.rights import Rights
from weighin.core.runs.answer import Failure
from weighin.core.runs.failures import process_failure
from weighin.services.processes.rights import model_rights
from weighin.services.processes.worker_process import WorkerEnd, WorkerProcess

_LEAVE_MS = 2000

NewWorker = Callable[[QObject], WorkerProcess]
Answered = Callable[[Any], None]


class WorkerCall(QObject):
    """Sends one request; `done` gets its terminal event or a Failure, exactly once, unless it is closed before.

    `answer`: type of the terminal event; `deadline_ms`: after which a silent worker is ended.
    It may read the model at the `path` of the request, and change what lies in the folders `write`."""

    def __init__(
        self,
        new_worker: NewWorker,
        request: Any,
        answer: type,
        deadline_ms: int,
        done: Answered,
        parent: QObject,
        write: tuple[str, ...] = (),
    ) -> None:
        super().__init__(parent)
        self._request, self._expected, self._done = request, answer, done
        self._write = write
        self._answer: Any = None
        self._worker = new_worker(self)
        self._worker.message.connect(self._on_event)
        self._worker.ended.connect(self._on_ended)
        self._deadline = QTimer(self)
        self._deadline.setSingleShot(True)
        self._deadline.setInterval(deadline_ms)
        self._deadline.timeout.connect(self._on_deadline)

    def start(self) -> None:
        """Ask."""
        self._deadline.start()
        self._worker.start(model_rights(self._request.path, Rights(write=self._write)))
        self._worker.send(self._request)

    def cancel(self) -> None:
        """Stop; the answer is then a Failure of kind "cancelled". A worker that does not obey is ended."""
        self._answer = Failure("cancelled", "The measurement was stopped.")
        self._worker.send(protocol.messages.Cancel(self._request.id + 1, self._request.id))
        self._worker.shut_down(_LEAVE_MS)

    def close(self) -> None:
        """End the worker without an answer."""
        self._done = _nobody
        self._worker.kill()
        self._worker.wait_gone(_LEAVE_MS)

    def _on_event(self, event: Any) -> None:
        if self._answer is not None:
            return
        if isinstance(event, self._expected):
            self._answer = event
        elif isinstance(event, protocol.messages.Failed):
            self._answer = Failure(event.kind, event.message, event.detail)
        else:
            return
        self._worker.shut_down(_LEAVE_MS)

    def _on_deadline(self) -> None:
        if self._answer is None:
            self._answer = Failure("silent", "The engine did not answer in time.")
        self._worker.kill()

    def _on_ended(self, end: WorkerEnd) -> None:
        self._deadline.stop()
        if self._answer is None:
            why = process_failure(end.crashed, end.code, "", end.log)
            self._answer = Failure(why.kind, f"The engine crashed on this header: {why.message}", why.detail)
        done, self._done = self._done, _nobody  # whoever asked may own this object: it must not own them in turn
        done(self._answer)


def _nobody(_: Any) -> None:
    """Nobody is told."""

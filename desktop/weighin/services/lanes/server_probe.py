"""Questions to a server before it is in a lane: which models it has, and whether letters can be scored there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer

from weighin import protocol
from weighin.core.errors import AppError
from weighin.core.models.server import LetterTest
from weighin.core.runs.failures import process_failure
from weighin.services.processes.rights import model_rights
from weighin.services.processes.worker_process import WorkerEnd, WorkerProcess
from weighin.services.task_runner import Failed as FailedCall

_DEADLINE_MS = 60_000
# A large model may be loaded only now, or read a prompt for minutes.
_LETTERS_DEADLINE_MS = 600_000
_LEAVE_MS = 1000

NewServerWorker = Callable[[QObject, str], WorkerProcess]


class ServerProbe(QObject):
    """Asks in a process of its own, one a question. A new question takes the place of one that is still open, which is
    then never answered."""

    def __init__(self, new_worker: NewServerWorker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._new_worker = new_worker
        self._job: _Question | None = None

    def models(self, address: str, done: Callable[[tuple[str, ...]], None], failed: FailedCall) -> None:
        """Names of the models at `address`."""

        def answered(event: protocol.server_messages.ModelsListed) -> None:
            done(event.names)

        self._ask(address, protocol.server_messages.ListModels(1, address), answered, failed)

    def letters(
        self,
        address: str,
        done: Callable[[LetterTest], None],
        failed: FailedCall,
        way: str = "",
    ) -> None:
        """Whether questions can be scored by log-probabilities of four letters: `via` of the answer says by which call,
        "" where they cannot, and `sentence` why. way: "completions" or "chat" where only that is of use. Takes up to
        ten minutes; `stop` ends it."""

        def answered(event: protocol.server_messages.LettersTested) -> None:
            done(event.test)

        self._ask(
            address, protocol.server_messages.TestLetters(1, address, way), answered, failed, _LETTERS_DEADLINE_MS
        )

    def stop(self) -> None:
        """Ask no longer."""
        if self._job is not None:
            self._job.close()
            self._job.deleteLater()
            self._job = None

    def _ask(
        self,
        address: str,
        request: Any,
        done: Callable[[Any], None],
        failed: FailedCall,
        deadline_ms: int = _DEADLINE_MS,
    ) -> None:
        self.stop()
        job = self._job = _Question(self._new_worker, address, request, deadline_ms, self)

        def settle(answer: Any) -> None:
            self._job = None
            job.deleteLater()
            if isinstance(answer, AppError):
                failed(answer)
            else:
                done(answer)

        job.start(settle)


class _Question(QObject):
    """One question to one worker; its answer is an event or an AppError, and comes once unless it is closed before."""

    def __init__(
        self, new_worker: NewServerWorker, address: str, request: Any, deadline_ms: int, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._request, self._deadline_ms = request, deadline_ms
        self._answer: Any = None
        self._settle: Callable[[Any], None] = lambda _: None
        self._worker = new_worker(self, address)
        self._worker.message.connect(self._on_event)
        self._worker.ended.connect(self._on_ended)
        self._deadline = QTimer(self)
        self._deadline.setSingleShot(True)
        self._deadline.timeout.connect(self._on_deadline)

    def start(self, settle: Callable[[Any], None]) -> None:
        """Ask."""
        self._settle = settle
        self._deadline.start(self._deadline_ms)
        self._worker.start(model_rights(self._request.address))
        self._worker.send(self._request)

    def close(self) -> None:
        """End the worker without an answer."""
        self._settle = lambda _: None
        self._worker.kill()
        self._worker.wait_gone(_LEAVE_MS)

    def _on_event(self, event: Any) -> None:
        if isinstance(event, protocol.messages.Failed):
            self._answer = AppError(event.message, event.detail, event.kind)
        elif isinstance(event, protocol.server_messages.SERVER_EVENTS):
            self._answer = event
        else:
            return
        self._worker.shut_down(_LEAVE_MS)

    def _on_deadline(self) -> None:
        self._answer = AppError(f"The server did not answer within {self._deadline_ms // 1000} s.", kind="stalled")
        self._worker.kill()

    def _on_ended(self, end: WorkerEnd) -> None:
        self._deadline.stop()
        if self._answer is None:
            why = process_failure(end.crashed, end.code, "", end.log)
            self._answer = AppError(why.message, why.detail, why.kind)
        self._settle(self._answer)

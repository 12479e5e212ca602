"""What a model at the hub is, and whether this engine can read it, before anything big is fetched."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer

from weighin.core.errors import AppError
from weighin.core.failures import process_failure
from weighin.core.model import ModelFacts
from weighin.core.repository import Listing, Variant
from weighin.protocol.messages import Check, Checked
from weighin.protocol.messages import Failed as FailedEvent
from weighin.services.hub import Hub
from weighin.services.tasks import Failed
from weighin.services.worker_process import WorkerEnd, WorkerProcess

_DEADLINE_MS = 60_000
_LEAVE_MS = 2000


class RemoteLook(QObject):
    """Fetches the header, then lets a worker read it: whatever native code makes of it, nothing else falls."""

    def __init__(self, hub: Hub, new_worker: Callable[[QObject], WorkerProcess], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._hub, self._new_worker = hub, new_worker
        self._checks: set[_EngineCheck] = set()
        self._folders: set[str] = set()

    def look(self, listing: Listing, variant: Variant, done: Callable[[ModelFacts, str], None], failed: Failed) -> None:
        """`done` gets the facts, and why this engine cannot run the model ("" where it can)."""
        folder = tempfile.mkdtemp(prefix="weighin-header-")
        self._folders.add(folder)

        def seen(facts: ModelFacts, stand_in: str) -> None:
            check = _EngineCheck(self._new_worker, stand_in, lambda refusal: checked(facts, check, refusal), self)
            self._checks.add(check)
            check.start()

        def checked(facts: ModelFacts, check: _EngineCheck, refusal: str) -> None:
            self._checks.discard(check)
            check.deleteLater()
            self._clear(folder)
            done(facts, refusal)

        def refused(error: AppError) -> None:
            self._clear(folder)
            failed(error)

        self._hub.look_into(listing, variant, seen, refused, keep=folder)

    def close(self) -> None:
        """End the workers and delete what they looked at."""
        for check in self._checks:
            check.close()
        for folder in tuple(self._folders):
            self._clear(folder)

    def _clear(self, folder: str) -> None:
        self._folders.discard(folder)
        shutil.rmtree(folder, ignore_errors=True)


class _EngineCheck(QObject):
    """One worker, one question."""

    def __init__(
        self,
        new_worker: Callable[[QObject], WorkerProcess],
        path: str,
        done: Callable[[str], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._path, self._done = path, done
        self._answer: str | None = None
        self._worker = new_worker(self)
        self._worker.message.connect(self._on_event)
        self._worker.ended.connect(self._on_ended)
        self._deadline = QTimer(self)
        self._deadline.setSingleShot(True)
        self._deadline.timeout.connect(self._worker.kill)

    def start(self) -> None:
        """Ask."""
        self._deadline.start(_DEADLINE_MS)
        self._worker.start()
        self._worker.send(Check(1, self._path))

    def close(self) -> None:
        """End the worker without an answer."""
        self._done = lambda _: None
        self._worker.kill()
        self._worker.wait_gone(_LEAVE_MS)

    def _on_event(self, event: Any) -> None:
        if isinstance(event, Checked):
            self._answer = ""
        elif isinstance(event, FailedEvent):
            self._answer = event.message
        else:
            return
        self._worker.shut_down(_LEAVE_MS)

    def _on_ended(self, end: WorkerEnd) -> None:
        self._deadline.stop()
        if self._answer is None:
            failure = process_failure(end.crashed, end.code, "", end.log)
            self._answer = f"Reading this header ended the engine: {failure.message}"
        self._done(self._answer)

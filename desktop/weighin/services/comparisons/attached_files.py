"""Text files for a prompt: read away from the window's thread, and counted in the tokens of each model."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject

from weighin.core.errors import AppError
from weighin.core.models.model import ModelFacts
from weighin.core.runs.answer import Failure
from weighin.core.runs.attachments import read_attachment
from weighin.core.runs.chat import Attachment
from weighin.protocol.messages import Counted, CountTokens
from weighin.protocol.wire import WireError
from weighin.services.processes.worker_call import NewWorker, WorkerCall
from weighin.services.task_runner import TaskRunner

_DEADLINE_MS = 30_000

Tokens = Callable[[int], None]


@dataclass(frozen=True)
class _Wanted:
    model: ModelFacts
    text: str

    @property
    def key(self) -> tuple[str, int, str]:
        """What the number depends on."""
        return self.model.path, self.model.file_bytes, hashlib.sha256(self.text.encode("utf-8", "replace")).hexdigest()


class AttachedFiles(QObject):
    """Counts one text after the other, each in a short-lived worker; while models run nothing is counted, for that
    would disturb them."""

    def __init__(self, new_worker: NewWorker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._new_worker = new_worker
        self._tasks = TaskRunner(1, self)
        self._known: dict[tuple[str, int, str], int] = {}
        self._queue: deque[tuple[_Wanted, Tokens]] = deque()
        self._running: WorkerCall | None = None
        self._held = self._closed = False

    def read(self, path: str, done: Callable[[Attachment], None], failed: Callable[[AppError], None]) -> None:
        """`done` gets the file at `path`, or `failed` the sentence why it cannot go along."""
        self._tasks.run(lambda: read_attachment(Path(path)), done, failed)

    def count(self, model: ModelFacts, text: str, done: Tokens) -> None:
        """`done` gets how many tokens `text` has for `model`; it is not called where that cannot be told, as of a model
        on a server."""
        if model.is_server:
            return
        wanted = _Wanted(model, text)
        if (known := self._known.get(wanted.key)) is not None:
            done(known)
            return
        self._queue.append((wanted, done))
        self._next()

    def hold(self) -> None:
        """Models begin to run."""
        self._held = True

    def go_on(self) -> None:
        """They have run."""
        self._held = False
        self._next()

    def close(self) -> None:
        """End the worker."""
        self._closed = True
        self._queue.clear()
        if self._running is not None:
            self._running.close()
        self._tasks.close()

    def _next(self) -> None:
        if self._running is not None or self._held or self._closed or not self._queue:
            return
        wanted, done = self._queue.popleft()
        if (known := self._known.get(wanted.key)) is not None:
            done(known)
            self._next()
            return
        request = CountTokens(1, wanted.model.path, wanted.text)
        self._running = question = WorkerCall(
            self._new_worker, request, Counted, _DEADLINE_MS, lambda answer: self._settle(wanted, done, answer), self
        )
        try:
            question.start()
        except WireError:  # a text of which every second character must be escaped
            question.close()
            self._settle(wanted, done, Failure("too_long", "Too long to count."))

    def _settle(self, wanted: _Wanted, done: Tokens, answer: Counted | Failure) -> None:
        if self._running is not None:
            self._running.deleteLater()
            self._running = None
        if isinstance(answer, Counted):
            self._known[wanted.key] = answer.tokens
            done(answer.tokens)
        self._next()

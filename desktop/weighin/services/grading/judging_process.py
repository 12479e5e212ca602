"""The process that holds answers against patterns and schemas: one for all, started again after it was ended."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QTimer

from weighin.core.grading.expectation import Expectation, Kind
from weighin.core.grading.marks import Check
from weighin.protocol.grading_messages import GRADING_EVENTS, Judge, Judged, answer_pieces
from weighin.protocol.wire import WireError
from weighin.services.grading.ends import GRADER_RIGHTS, how_ended
from weighin.services.processes.worker_process import WorkerEnd, WorkerProcess, worker_command

# Where the process has no clock of its own, or was stopped.
_LONGEST_MS = 30_000
_LEAVE_MS = 2000
_TRIES = 2

_CLOCK = getattr(signal, "SIGPROF", 27)

Checked = Callable[[Check], None]


@dataclass
class _Question:
    id: int
    expectation: Expectation
    answer: str
    done: Checked
    tries: int = 0


class JudgingProcess(QObject):
    """One question at a time; each gets exactly one answer unless this is closed before."""

    def __init__(self, command: list[str] | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._command = command or worker_command("grader")
        self._process: WorkerProcess | None = None
        self._question: _Question | None = None
        self._number = 0
        self._late = False
        self._deadline = QTimer(self)
        self._deadline.setSingleShot(True)
        self._deadline.timeout.connect(self._on_deadline)

    @property
    def pid(self) -> int:
        """Process id, 0 when there is none."""
        return self._process.pid if self._process else 0

    def ask(self, expectation: Expectation, answer: str, done: Checked) -> None:
        """Hold `answer` against a regex or JSON."""
        assert self._question is None
        self._number += 1
        self._question = _Question(self._number, expectation, answer, done)
        self._send()

    def close(self) -> None:
        """End the process; nobody is told."""
        self._question = None
        self._deadline.stop()
        if self._process is not None:
            self._process.kill()
            self._process.wait_gone(_LEAVE_MS)

    def _send(self) -> None:
        question = self._question
        assert question is not None
        question.tries += 1
        self._late = False
        if self._process is None:
            self._process = WorkerProcess(self._command, self, GRADING_EVENTS, rights=GRADER_RIGHTS)
            self._process.message.connect(self._on_event)
            self._process.ended.connect(self._on_ended)
            self._process.start()
        self._deadline.start(_LONGEST_MS)
        try:
            for piece in answer_pieces(question.id, question.answer):
                self._process.send(piece)
            self._process.send(Judge(question.id, question.expectation))
        except WireError as error:
            self._process.kill()  # it holds half a question
            self._unjudged(f"This cannot be judged: {error}.")

    def _on_event(self, event: Any) -> None:
        if isinstance(event, Judged) and self._question is not None and event.id == self._question.id:
            self._tell(event.check)

    def _on_deadline(self) -> None:
        self._late = True
        if self._process is not None:
            self._process.kill()

    def _on_ended(self, end: WorkerEnd) -> None:
        if self._process is not None:
            self._process.deleteLater()
            self._process = None
        question = self._question
        if question is None:
            return
        if self._late or (end.crashed and end.code == _CLOCK):
            what = "pattern" if question.expectation.kind is Kind.REGEX else "check by the schema"
            self._unjudged(f"The {what} took longer than 2 s.")
        elif end.failed_to_start:
            self._unjudged(f"The grader cannot be started: {end.log}.")
        elif question.tries < _TRIES:
            self._send()
        else:
            self._unjudged(f"The grader ended while it judged this ({how_ended(end)}).")

    def _unjudged(self, reason: str) -> None:
        assert self._question is not None
        self._tell(Check(self._question.expectation.kind, None, reason=reason))

    def _tell(self, check: Check) -> None:
        question, self._question = self._question, None
        self._deadline.stop()
        assert question is not None
        question.done(check)

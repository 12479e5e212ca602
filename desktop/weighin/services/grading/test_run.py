"""Runs the code in one answer and its tests, in a process of its own."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QTimer

from weighin.core.grading.expectation import Kind
from weighin.core.grading.marks import Check
from weighin.core.safe_text import safe_name, safe_text
from weighin.protocol.grading_messages import GRADING_EVENTS, CodeBegins, RunTests, Tested, answer_pieces
from weighin.protocol.wire import WireError
from weighin.services.grading.ends import GRADER_RIGHTS, how_ended
from weighin.services.processes.worker_process import WorkerEnd, WorkerProcess, worker_command

_START_MS = 30_000
# Its processor time is limited to 10 s; this is for code that waits. A busy computer must not change a mark.
_LONGEST_MS = 20_000
_LEAVE_MS = 2000
_TRIES = 2
_LONGEST_REASON = 200  # characters

# How the process was ended, by the limits it has; and what that says of the code.
_BY_SIGNAL = {
    "SIGXCPU": "The tests took longer than 10 s.",
    "SIGXFSZ": "The code printed more than 4 MiB.",
}


class TestRun(QObject):
    """`done` gets what the tests said exactly once after `start`, unless this is closed before."""

    def __init__(
        self, answer: str, tests: str, done: Callable[[Check], None], parent: QObject, command: list[str] | None = None
    ) -> None:
        super().__init__(parent)
        self._answer, self._tests, self._done = answer, tests, done
        self._command = command or worker_command("tests")
        self._secret = secrets.token_hex()
        self._tries = 0
        self._deadline = QTimer(self)
        self._deadline.setSingleShot(True)
        self._deadline.timeout.connect(self._on_deadline)

    @property
    def pid(self) -> int:
        """Process id, 0 when it is not running."""
        return self._process.pid

    def start(self) -> None:
        """Launch the process; the result comes later."""
        self._tries += 1
        self._begun = self._late = False
        self._check: Check | None = None
        # A set has no order of its own: with other seeds the same answer could pass once and fail once.
        more = {"PYTHONHASHSEED": "0"}
        self._process = WorkerProcess(self._command, self, GRADING_EVENTS, more_environment=more, rights=GRADER_RIGHTS)
        self._process.message.connect(self._on_event)
        self._process.ended.connect(self._on_ended)
        self._process.start()
        self._deadline.start(_START_MS)
        try:
            for piece in answer_pieces(1, self._answer):
                self._process.send(piece)
            self._process.send(RunTests(1, self._tests, self._secret))
        except WireError as error:
            self._check = Check(Kind.TESTS, None, reason=f"The tests cannot be run: {error}.")
            self._process.kill()

    def close(self) -> None:
        """End the process; nobody is told."""
        self._done = _nobody
        self._tries = _TRIES
        self._process.kill()
        self._process.wait_gone(_LEAVE_MS)

    def _on_event(self, event: Any) -> None:
        if self._check is not None:
            return
        if isinstance(event, CodeBegins) and not self._begun:
            self._begun = True
            self._deadline.start(_LONGEST_MS)
        elif isinstance(event, Tested):
            self._check = self._believed(event)
            self._process.kill()

    def _believed(self, event: Tested) -> Check:
        """What is made of a result that a stranger's code may have written."""
        check = event.check
        if event.secret != self._secret and check.right is not False:
            return _failed("The code reported a result of its own.")
        reason = safe_name(" ".join(check.reason.split()), _LONGEST_REASON)
        return replace(check, kind=Kind.TESTS, extracted=safe_text(check.extracted), reason=reason)

    def _on_deadline(self) -> None:
        self._late = True
        self._process.kill()

    def _on_ended(self, end: WorkerEnd) -> None:
        self._deadline.stop()
        self._process.deleteLater()
        how = how_ended(end)
        if self._check is None and how == "SIGKILL" and not self._late and self._tries < _TRIES:
            self.start()  # somebody else ended it
            return
        done, self._done = self._done, _nobody
        done(self._check or self._without_result(end, how))

    def _without_result(self, end: WorkerEnd, how: str) -> Check:
        if not self._begun:
            said = (end.log.strip().splitlines() or [how])[-1]
            why = "it did not begin" if self._late else safe_name(said, _LONGEST_REASON)
            return Check(Kind.TESTS, None, reason=f"The tests could not be run: {why}.")
        if self._late:
            return _failed("The tests took longer than 20 s.")
        if end.protocol_error:
            return _failed("The code wrote where only the result of its tests belongs.")
        return _failed(_BY_SIGNAL.get(how) or f"The code ended its own process ({how}).")


def _failed(reason: str) -> Check:
    return Check(Kind.TESTS, False, reason=reason)


def _nobody(_: Check) -> None:
    """Nobody is told."""

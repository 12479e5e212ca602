"""Marks answers by what their prompts expect, one after the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, QTimer

from weighin.confinement.confine import possible_walls
from weighin.core import format
from weighin.core.grading.expectation import Expectation, Kind
from weighin.core.grading.marks import Absence, Check, MarkedAnswer
from weighin.core.grading.rules import check_here, combined, needs_grader
from weighin.services.grading.judging_process import JudgingProcess
from weighin.services.grading.test_run import TestRun

_LONGEST_ANSWER = 4_000_000  # characters, for what a child process judges

Marked = Callable[[MarkedAnswer], None]


@dataclass
class _Job:
    expect: tuple[Expectation, ...]
    answer: str
    absence: Absence
    run_tests: bool
    done: Marked
    checks: list[Check] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        """There is nothing to judge where there is no whole answer."""
        return self.absence is not Absence.NONE or len(self.checks) == len(self.expect)


class Grader(QObject):
    """What may never end is judged in child processes, the rest here. Answers are marked in the order they came in."""

    def __init__(
        self,
        parent: QObject | None = None,
        judging: list[str] | None = None,
        testing: list[str] | None = None,
    ) -> None:
        """judging, testing: command lines of the child processes, those of this program where None."""
        super().__init__(parent)
        self._judging, self._testing = JudgingProcess(judging, self), testing
        self._jobs: deque[_Job] = deque()
        self._run: TestRun | None = None
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.timeout.connect(self._go_on)

    def mark(self, expect: tuple[Expectation, ...], text: str, absence: Absence, run_tests: bool, done: Marked) -> None:
        """Call `done` with the mark of the answer `text`: once, and never before this returns. absence: why it is not a
        whole one. run_tests: the user agreed to the tests of this set."""
        self._jobs.append(_Job(expect, text, absence, run_tests, done))
        if len(self._jobs) == 1:
            self._next.start(0)

    @property
    def why_no_tests(self) -> str:
        """One sentence where this system cannot confine tests, so that none are run; "" where it can."""
        return possible_walls().why_no_tests

    def close(self) -> None:
        """End all processes; nobody is told any more."""
        self._jobs.clear()
        self._next.stop()
        self._judging.close()
        if self._run is not None:
            self._run.close()

    def _go_on(self) -> None:
        """Judge the first job by its next expectation; when by all, it is done."""
        job = self._jobs[0]
        while not job.is_done:
            expectation = job.expect[len(job.checks)]
            check = self._check_at_once(job, expectation)
            if check is None:
                self._hand_over(job, expectation)
                return
            job.checks.append(check)
        self._jobs.popleft()
        if self._jobs:
            self._next.start(0)
        job.done(combined(tuple(job.checks), job.absence))

    def _check_at_once(self, job: _Job, expectation: Expectation) -> Check | None:
        """None where a child process must do it."""
        kind = expectation.kind
        if kind is Kind.VOTES:
            return Check(kind, None)
        if not needs_grader(expectation):
            return check_here(expectation, job.answer)
        if kind is Kind.TESTS and not job.run_tests:
            return Check(kind, None, reason="The tests were not run: allow them for this set first.")
        if len(job.answer) > _LONGEST_ANSWER:
            most = format.count(_LONGEST_ANSWER)
            return Check(kind, None, reason=f"The answer is too long to be judged: it has more than {most} characters.")
        return None

    def _hand_over(self, job: _Job, expectation: Expectation) -> None:
        if expectation.tests is None:
            self._judging.ask(expectation, job.answer, self._on_check)
            return
        self._run = TestRun(job.answer, expectation.tests, self._on_check, self, self._testing)
        self._run.start()

    def _on_check(self, check: Check) -> None:
        if self._run is not None:
            self._run.deleteLater()
            self._run = None
        self._jobs[0].checks.append(check)
        self._next.start(0)

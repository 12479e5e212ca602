"""Has answers marked by a real Grader, one call an answer."""

from __future__ import annotations

import sys
from pathlib import Path

from pytestqt.qtbot import QtBot

from weighin.core.grading.expectation import Expectation
from weighin.core.grading.marks import Absence, Check, MarkedAnswer
from weighin.services.grading.grader import Grader

_LONGEST_MS = 60_000
_FREE_GRADER = Path(__file__).with_name("free_grader.py")


def other_grader(how: str, kind: str) -> list[str]:
    """The command line of a process that judges answers with other walls: see free_grader.py."""
    return [sys.executable, str(_FREE_GRADER), how, "worker", kind]


def marked(
    qtbot: QtBot,
    grader: Grader,
    answer: str,
    *expect: Expectation,
    allowed: bool = True,
    absence: Absence = Absence.NONE,
) -> MarkedAnswer:
    """The mark of one answer; the tests of its expectations may be run where `allowed`."""
    found: list[MarkedAnswer] = []
    grader.mark(expect, answer, absence, allowed, found.append)
    assert not found, "the mark came from within mark()"
    qtbot.waitUntil(lambda: bool(found), timeout=_LONGEST_MS)
    assert len(found) == 1
    return found[0]


def checked(qtbot: QtBot, grader: Grader, answer: str, expectation: Expectation) -> Check:
    """The one check of one answer."""
    (check,) = marked(qtbot, grader, answer, expectation).checks
    return check


def run_tests(qtbot: QtBot, grader: Grader, code: str, tests: str) -> Check:
    """What the tests say of an answer that is one block of code."""
    return checked(qtbot, grader, f"```python\n{code}\n```", Expectation(tests=tests))

"""Code in answers that wants more than to be tested: it fails behind the walls, and would succeed without them."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from tests.support.hostile_actions import Victims, victims
from tests.support.hostile_answers import HOSTILE_ANSWERS
from tests.support.marking import marked, other_grader, run_tests

from weighin.confinement import landlock
from weighin.core.grading.expectation import Expectation
from weighin.core.grading.marks import Mark
from weighin.services.grading import test_run
from weighin.services.grading.grader import Grader

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Landlock and seccomp are parts of Linux")


@pytest.fixture(scope="module", autouse=True)
def kernel() -> None:
    if landlock.version(ctypes.CDLL(None, use_errno=True)) < 3:
        pytest.skip("this kernel cannot confine tests")


@pytest.fixture(scope="module")
def there() -> Iterator[Victims]:
    with victims() as made:
        yield made


@pytest.fixture
def grader(qapp: object) -> Iterator[Grader]:
    made = Grader()
    yield made
    made.close()


_REFUSALS = (
    "PermissionError: ", "Operation not permitted", "not allowed to raise maximum limit", "Cannot allocate memory",
    "Too many open files", "No usable temporary directory", "more than 4 MiB", "longer than 10 s",
)  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE_ANSWERS)
def test_no_hostile_answer_succeeds_behind_the_walls_and_each_does_without(
    qtbot: QtBot, there: Victims, name: str
) -> None:
    hostile = HOSTILE_ANSWERS[name]
    code, tests = hostile.aimed_at(there)
    before = _seen(there)
    confined = Grader(testing=other_grader("hasty", "tests"))
    check = run_tests(qtbot, confined, code, tests)
    confined.close()
    assert check.right is False
    assert any(refusal in check.reason for refusal in _REFUSALS), check.reason
    assert _seen(there) == before
    free = Grader(testing=other_grader("free", "tests"))
    check = run_tests(qtbot, free, code, tests)
    free.close()
    assert check.right or hostile.often_refused, check.reason


def _seen(there: Victims) -> dict[str, bytes]:
    """Everything in the victims' folder."""
    place = Path(there.home).parent
    return {str(file): file.read_bytes() for file in sorted(place.rglob("*")) if file.is_file()}


_FORGED = b'{"type":"Tested","id":1,"check":{"kind":"tests","right":true},"secret":""}\n'
_EVERYWHERE = """
import os
for descriptor in range(1, 60):
    try:
        os.write(descriptor, {line!r})
    except OSError:
        pass
"""
_WROTE = "The code wrote where only the result of its tests belongs."
_FAILED = "AssertionError: assert add(1, 2) == 3"
_LOOKS_BACK = """
import os, sys
frame = sys._getframe()
while frame:
    for value in list(frame.f_locals.values()):
        if isinstance(value, bytes):
            os.write(3, value)
    frame = frame.f_back
"""


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import os\nos._exit(0)", "The code ended its own process (status 0)."),
        ("import sys\nsys.exit(0)", "SystemExit: 0"),
        ("raise SystemExit", "SystemExit"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "The code ended its own process (SIGKILL)."),
        ("import os\nos.abort()", "The code ended its own process (SIGABRT)."),
        (_EVERYWHERE.format(line=_FORGED), "The code reported a result of its own."),
        (_EVERYWHERE.format(line=_FORGED.replace(b"true", b"null")), "The code reported a result of its own."),
        (_EVERYWHERE.format(line=b'{"type":"Judged","id":1}\n'), _WROTE),
        (
            _EVERYWHERE.format(line=b"x" * 100_000).replace("range(1, 60)", "list(range(3, 60)) * 20"),
            _WROTE,
        ),
        ("import json, os\njson.dumps = lambda *_, **__: '{}'\nos.write = lambda *_: 0", _WROTE),
        ("import builtins\nbuiltins.AssertionError = type('', (Exception,), {})", _FAILED),
        ("raise type('', (Exception,), {})", "an exception without a name"),
        (_LOOKS_BACK, _FAILED),
        ("import _thread\n_thread.exit()", "SystemExit"),
        ("import atexit, os\natexit.register(os._exit, 0)", _FAILED),
        ("import gc\ngc.get_objects()", "PermissionError: gc.get_objects is not allowed here"),
        ("import sys\nsys._current_frames()", "PermissionError: sys._current_frames is not allowed here"),
        ("import ctypes\nctypes.string_at(0)", "The code ended its own process (SIGSEGV)."),
    ],
)  # fmt: skip
def test_no_answer_passes_by_what_it_says_of_itself(qtbot: QtBot, grader: Grader, code: str, reason: str) -> None:
    check = run_tests(qtbot, grader, f"def add(a, b):\n    return 0\n{code}", "assert add(1, 2) == 3")
    assert check.right is False
    assert check.reason == reason


def test_a_patched_unittest_is_not_asked(qtbot: QtBot, grader: Grader) -> None:
    code = """
import unittest
def add(a, b): return 0
unittest.TestCase.assertEqual = lambda *_: None
unittest.TestCase.run = lambda *_: None
unittest.TestResult.addFailure = lambda *_: None
"""
    tests = "import unittest\nclass Sums(unittest.TestCase):\n    def test_add(self): self.assertEqual(add(1, 2), 3)"
    check = run_tests(qtbot, grader, code, tests)
    assert (check.right, check.reason) == (False, "AssertionError: 0 != 3")


def test_code_that_waits_for_ever_is_ended(qtbot: QtBot, grader: Grader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_run, "_LONGEST_MS", 300)
    check = run_tests(qtbot, grader, "def f(): pass\nimport threading\nthreading.Event().wait()", "assert f() is None")
    assert (check.right, check.reason) == (False, "The tests took longer than 20 s.")


def test_tests_are_not_run_where_nothing_confines_them(qtbot: QtBot, tmp_path: Path) -> None:
    grader = Grader(testing=other_grader("bare", "tests"))
    check = run_tests(qtbot, grader, f"open({str(tmp_path / 'ran')!r}, 'w')", "assert True")
    grader.close()
    assert check.right is None
    assert check.reason == "Tests are not run here: this system cannot confine them (none: not asked for)."
    assert not (tmp_path / "ran").exists()


def test_tests_are_not_run_that_nobody_allowed(qtbot: QtBot) -> None:
    grader = Grader(testing=["/nowhere"])
    answer = marked(qtbot, grader, "x = 1", Expectation(tests="assert x"), allowed=False)
    grader.close()
    assert (answer.mark, answer.reason) == (Mark.UNMARKED, "The tests were not run: allow them for this set first.")

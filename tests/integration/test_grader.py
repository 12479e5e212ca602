"""Answers marked by the real child processes: a table of marks, and what happens when such a process ends."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot
from tests.support.marking import checked, marked, other_grader

from weighin.core.grading.expectation import Expectation, JsonAnswer
from weighin.core.grading.marks import Absence, Check, Mark, MarkedAnswer
from weighin.services.grading.grader import Grader


@pytest.fixture
def grader(qapp: object) -> Iterator[Grader]:
    made = Grader()
    yield made
    made.close()


RIGHT, WRONG, UNJUDGED = True, False, None
AGE = '{"type": "object", "required": ["age"], "properties": {"age": {"type": "integer"}}}'

_REGEX = [
    ("42", r"^\d+$", RIGHT),
    (" 42\n\n", r"^\d+$", RIGHT),
    ("It is 42.", r"^\d+$", WRONG),
    ("It is 42.", r"\b42\b", RIGHT),
    ("It is 142.", r"\b42\b", WRONG),
    ("Paris", r"paris", WRONG),
    ("Paris", r"(?i)paris", RIGHT),
    ("one\ntwo", r"^two$", WRONG),
    ("one\ntwo", r"(?m)^two$", RIGHT),
    ("one\ntwo", r"one.two", WRONG),
    ("one\ntwo", r"(?s)one.two", RIGHT),
    ("Cafe\u0301", r"Caf\u00e9", RIGHT),
    ("a", r"^(?!.*b)", RIGHT),
    ("b", r"^(?!.*b)", WRONG),
    ("2024-02-30", r"\d{4}-\d{2}-\d{2}", RIGHT),
    ("x", r"", RIGHT),
    ("x", r"(", UNJUDGED),
    ("x", r"(?P<a>x)(?P=b)", UNJUDGED),
    ("x", r"a{99999999999}", UNJUDGED),
    ("\U0001f600", r"^.$", RIGHT),
    ("\x00", r"\x00", RIGHT),
]  # fmt: skip
_JSON = [
    ('{"age": 3}', AGE, "", RIGHT),
    ('{"age": 3.0}', AGE, "", RIGHT),
    ('{"age": 3.5}', AGE, "", WRONG),
    ('{"age": "3"}', AGE, "", WRONG),
    ("{}", AGE, "", WRONG),
    ("[]", AGE, "", WRONG),
    ("three", AGE, "", WRONG),
    ('{"age": 3', AGE, "", WRONG),
    ('```json\n{"age": 3}\n```', AGE, "", RIGHT),
    ('Here: {"age": 3}. Anything else?', AGE, "", RIGHT),
    ('{"age": 3}', AGE, '{"age": 3}', RIGHT),
    ('{"age": 3, "name": "x"}', "", '{"age": 3}', RIGHT),
    ('{"age": 4}', AGE, '{"age": 3}', WRONG),
    ('{"age": true}', "", '{"age": 1}', WRONG),
    ('{"age": true}', AGE, "", WRONG),
    ('{"age": NaN}', "", "{}", WRONG),
    ('{"a": [1, {"b": null}]}', "", '{"a": [1, {"b": null}]}', RIGHT),
    ('{"a": [1, {"b": 0}]}', "", '{"a": [1, {"b": null}]}', WRONG),
    ("{}", "", "", RIGHT),
    ("42", "", "", RIGHT),
    ("", "", "", WRONG),
    ('{"age": 3}', '{"$ref": "#"}', "", UNJUDGED),
    ('{"age": 3}', '{"$ref": "http://127.0.0.1:1/"}', "", UNJUDGED),
    ('{"age": 3}', '{"type": "whole"}', "", UNJUDGED),
    ('{"age": "aaaa"}', '{"properties": {"age": {"pattern": "^a+$"}}}', "", RIGHT),
]
ADD = "```python\ndef add(a, b):\n    return a + b\n```"
_CLASS = """
import unittest

class Sums(unittest.TestCase):
    @classmethod
    def setUpClass(cls): cls.one = 1
    def test_small(self): self.assertEqual(add(self.one, 2), 3)
    def test_all(self):
        for a in range(3):
            with self.subTest(a=a): self.assertEqual(add(a, %s), a)

if __name__ == "__main__":
    unittest.main()
"""
_TESTS = [
    (ADD, "assert add(1, 2) == 3", RIGHT, ""),
    (ADD, "assert add(1, 2) == 4", WRONG, "AssertionError: assert add(1, 2) == 4"),
    (ADD, "assert add(1, 2) == 4, f'{add(1, 2)}\\nis wrong'", WRONG, "AssertionError: 3"),
    (ADD, "def test_add(): assert add(1, 2) == 3", RIGHT, ""),
    (ADD, "def test_add(): assert add(1, 2) == 4", WRONG, "AssertionError: def test_add(): assert add(1, 2) == 4"),
    (ADD, "def check(f): assert f(1, 2) == 3\ncheck(add)", RIGHT, ""),
    (ADD, _CLASS % "0", RIGHT, ""),
    (ADD, _CLASS % "1", WRONG, "AssertionError: 1 != 0"),
    (ADD, _CLASS % "0" + "\nunittest.main()", RIGHT, ""),
    (
        ADD,
        "from unittest import TestCase\nclass T(TestCase):\n def test_a(self): self.fail('no')",
        WRONG,
        "AssertionError: no",
    ),
    (
        ADD,
        "import unittest\nclass T(unittest.TestCase):\n def setUp(self): 1/0\n def test_a(self): pass",
        WRONG,
        "ZeroDivisionError: division by zero",
    ),
    (ADD, "import unittest\nclass T(unittest.TestCase):\n pass", WRONG, "AssertionError: none of the tests ran"),
    (ADD, "assert sub(1, 2)", WRONG, "NameError: name 'sub' is not defined"),
    (ADD, "try:\n    add('a', 1)\nexcept TypeError:\n    pass\nelse:\n    raise AssertionError('no error')", RIGHT, ""),
    (ADD.replace("+", "-"), "assert add(1, 2) == 3", WRONG, "AssertionError: assert add(1, 2) == 3"),
    (ADD.replace(":", ""), "assert add(1, 2) == 3", WRONG, "SyntaxError: expected ':' (<answer>, line 1)"),
    ("I cannot.", "assert add(1, 2) == 3", WRONG, "There is no code in the answer."),
    (
        "def add(a, b):\n    return a + b\n\nif __name__ == '__main__':\n    print(add(*input().split()))",
        "assert add(1, 2) == 3",
        RIGHT,
        "",
    ),
    (
        "def add(a, b): return add(a, b)",
        "assert add(1, 2) == 3",
        WRONG,
        "RecursionError: maximum recursion depth exceeded",
    ),
    ("x = input()", "assert x", WRONG, "EOFError: EOF when reading a line"),
    (
        "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: 'int' = 0",
        "assert P(2).x == 2 and P() == P(0)",
        RIGHT,
        "",
    ),
    (
        "import asyncio\nasync def f():\n    await asyncio.sleep(0)\n    return 3",
        "import asyncio\nassert asyncio.run(f()) == 3",
        RIGHT,
        "",
    ),
    (
        "async def f():\n    return 3",
        "async def test_f():\n    assert await f() == 4",
        WRONG,
        "AssertionError: assert await f() == 4",
    ),
    (
        "import threading\ndef f():\n    t = threading.Thread(target=int); t.start(); t.join(); return 1",
        "assert f()",
        RIGHT,
        "",
    ),
    (
        "class A:\n    pass",
        "import copy, pickle\nassert copy.deepcopy(A()) and pickle.loads(pickle.dumps(A()))",
        RIGHT,
        "",
    ),
    (ADD, "assert add(1, 2) ==", UNJUDGED, "The tests are no Python: invalid syntax (<tests>, line 1)."),
    (
        ADD,
        "import no_such_module\nassert add(1, 2) == 3",
        UNJUDGED,
        "The tests import “no_such_module”, which is not there.",
    ),
    (ADD, "def test_add(x): assert add(1, x)", UNJUDGED, "The test “test_add” wants arguments."),
    (ADD, "def check(f): assert f(1, 2) == 3", UNJUDGED, "The tests neither assert nor call anything."),
    (ADD, "# nothing", UNJUDGED, "The tests neither assert nor call anything."),
]


def _checks(qtbot: QtBot, grader: Grader, cases: list[tuple[str, Expectation]]) -> list[Check]:
    """The check of each answer, all handed in at once."""
    found: list[MarkedAnswer] = []
    for answer, expectation in cases:
        grader.mark((expectation,), answer, Absence.NONE, True, found.append)
    qtbot.waitUntil(lambda: len(found) == len(cases), timeout=60_000)
    return [answer.checks[0] for answer in found]


def test_marks_by_patterns(qtbot: QtBot, grader: Grader) -> None:
    checks = _checks(qtbot, grader, [(answer, Expectation(regex=pattern)) for answer, pattern, _ in _REGEX])
    told = zip(_REGEX, checks, strict=True)
    assert [(row, check) for row, check in told if check.right is not row[-1]] == []
    assert [check for check in checks if bool(check.reason) is bool(check.right)] == []


def test_marks_by_json(qtbot: QtBot, grader: Grader) -> None:
    cases = [(answer, Expectation(json=JsonAnswer(schema, equal))) for answer, schema, equal, _ in _JSON]
    checks = _checks(qtbot, grader, cases)
    assert [(row, check) for row, check in zip(_JSON, checks, strict=True) if check.right is not row[-1]] == []
    assert [check for check in checks if bool(check.reason) is bool(check.right)] == []


def test_marks_by_unit_tests(qtbot: QtBot, grader: Grader) -> None:
    checks = _checks(qtbot, grader, [(answer, Expectation(tests=tests)) for answer, tests, *_ in _TESTS])
    told = zip(_TESTS, checks, strict=True)
    assert [(row, check) for row, check in told if (check.right, check.reason) != row[2:]] == []


def test_the_tables_are_long_enough() -> None:
    assert len(_REGEX) + len(_JSON) + len(_TESTS) >= 75


ENDLESS = Expectation(regex=r"(a+)+$")
ENDLESS_ANSWER = "a" * 64 + "b"


def test_a_pattern_that_never_ends_costs_its_own_mark_only(qtbot: QtBot, grader: Grader) -> None:
    found: list[MarkedAnswer] = []
    for answer in ("aaa", ENDLESS_ANSWER, "aaaa"):
        grader.mark((ENDLESS,), answer, Absence.NONE, True, found.append)
    schema = '{"properties": {"x": {"pattern": "(a+)+$"}}}'
    expected = Expectation(json=JsonAnswer(schema))
    grader.mark((expected,), f'{{"x": "{ENDLESS_ANSWER}"}}', Absence.NONE, True, found.append)
    grader.mark((ENDLESS,), "a", Absence.NONE, True, found.append)
    qtbot.waitUntil(lambda: len(found) == 5, timeout=60_000)
    assert [answer.mark for answer in found] == [Mark.RIGHT, Mark.UNMARKED, Mark.RIGHT, Mark.UNMARKED, Mark.RIGHT]
    assert found[1].reason == "The pattern took longer than 2 s."
    assert found[3].reason == "The check by the schema took longer than 2 s."


def _pid(grader: Grader) -> int:
    return grader._judging.pid


def test_a_grader_that_is_killed_is_started_again(qtbot: QtBot, grader: Grader) -> None:
    before = checked(qtbot, grader, "x", Expectation(regex="x"))
    os.kill(_pid(grader), signal.SIGKILL)
    assert checked(qtbot, grader, "x", Expectation(regex="x")) == before
    found: list[MarkedAnswer] = []
    grader.mark((ENDLESS,), ENDLESS_ANSWER, Absence.NONE, True, found.append)
    grader.mark((Expectation(regex="x"),), "x", Absence.NONE, True, found.append)
    killed = _pid(grader)
    qtbot.waitUntil(lambda: grader._judging._question is not None)
    os.kill(killed, signal.SIGKILL)  # in the middle: it is asked once more
    qtbot.waitUntil(lambda: len(found) == 2, timeout=60_000)
    assert [answer.mark for answer in found] == [Mark.UNMARKED, Mark.RIGHT]
    assert found[0].reason == "The pattern took longer than 2 s."


def test_tests_that_somebody_else_ended_are_run_once_more(qtbot: QtBot, grader: Grader) -> None:
    found: list[MarkedAnswer] = []
    code = "import time\ntime.sleep(0.3)\nx = 1"
    grader.mark((Expectation(tests="assert x"),), code, Absence.NONE, True, found.append)
    qtbot.waitUntil(lambda: grader._run is not None and grader._run.pid > 0)
    assert grader._run is not None
    os.kill(grader._run.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: bool(found), timeout=60_000)
    assert found[0].mark is Mark.RIGHT


@pytest.mark.parametrize("answer", ["é" * 500_000, "\x00" * 1_000_000, "\U0001f600" * 250_000, '\n"\\' * 333_333])
def test_an_answer_of_a_megabyte(qtbot: QtBot, grader: Grader, answer: str) -> None:
    assert checked(qtbot, grader, answer + "z", Expectation(regex="z$")).right
    assert checked(qtbot, grader, answer, Expectation(json=JsonAnswer())).right is False
    assert checked(qtbot, grader, f"x = 1\n'''{answer[:100]}'''\n" + "\n" * 900_000, Expectation(tests="assert x")).kind


def test_an_answer_that_is_too_long_is_not_judged(qtbot: QtBot, grader: Grader) -> None:
    answer = marked(qtbot, grader, "x" * 4_000_001, Expectation(regex="x"))
    assert answer.mark is Mark.UNMARKED
    assert answer.reason.startswith("The answer is too long to be judged")


def test_an_expectation_that_is_too_long_is_one_sentence(qtbot: QtBot, grader: Grader) -> None:
    for expected in (Expectation(regex="x" * 2_000_000), Expectation(tests="assert x\n" * 200_000)):
        check = checked(qtbot, grader, "x = 1", expected)
        assert check.right is None and "over the limit" in check.reason
    assert checked(qtbot, grader, "x", Expectation(regex="x")).right


def test_what_is_missing_is_not_judged(qtbot: QtBot) -> None:
    grader = Grader(judging=["/nowhere"], testing=["/nowhere"])
    for absence in (Absence.CAPPED, Absence.EMPTY, Absence.FAILED, Absence.STOPPED):
        answer = marked(qtbot, grader, "x", Expectation(regex="x"), Expectation(tests="assert x"), absence=absence)
        assert (answer.mark, answer.absence) == (Mark.NO_ANSWER, absence)
    grader.close()


def test_all_that_is_expected_counts(qtbot: QtBot, grader: Grader) -> None:
    both = (Expectation(regex="x"), Expectation(tests="assert x == 1"))
    assert marked(qtbot, grader, "x = 1", *both).mark is Mark.RIGHT
    answer = marked(qtbot, grader, "x = 2", *both)
    assert (answer.mark, [check.right for check in answer.checks]) == (Mark.WRONG, [True, False])
    assert marked(qtbot, grader, "x = 1", *both, allowed=False).mark is Mark.UNMARKED
    assert marked(qtbot, grader, "x = 1", Expectation(votes=True)).mark is Mark.UNMARKED
    assert marked(qtbot, grader, "x = 1").mark is Mark.UNMARKED


def test_a_grader_that_cannot_start_is_one_sentence(qtbot: QtBot) -> None:
    grader = Grader(judging=["/nowhere/at/all"], testing=["/nowhere/at/all"])
    check = checked(qtbot, grader, "x", Expectation(regex="x"))
    assert check.right is None and check.reason.startswith("The grader cannot be started: ")
    check = checked(qtbot, grader, "x = 1", Expectation(tests="assert x"))
    assert check.right is None and check.reason.startswith("The tests could not be run: ")
    grader.close()


def test_a_grader_that_is_broken_marks_nothing_wrong(qtbot: QtBot) -> None:
    grader = Grader(judging=["/bin/false"], testing=["/bin/false"])
    check = checked(qtbot, grader, "x", Expectation(regex="x"))
    assert (check.right, check.reason) == (None, "The grader ended while it judged this (status 1).")
    check = checked(qtbot, grader, "x = 1", Expectation(tests="assert x"))
    assert (check.right, check.reason) == (None, "The tests could not be run: status 1.")
    grader.close()


def test_without_walls_patterns_are_judged_all_the_same(qtbot: QtBot) -> None:
    grader = Grader(judging=other_grader("bare", "grader"))
    assert checked(qtbot, grader, "x", Expectation(regex="x")).right
    grader.close()


def test_nobody_is_told_after_the_end(qtbot: QtBot) -> None:
    found: list[MarkedAnswer] = []
    for expected in (ENDLESS, Expectation(tests="while True: pass")):
        grader = Grader()
        grader.mark((expected,), "x = 1\n" + ENDLESS_ANSWER, Absence.NONE, True, found.append)
        grader.mark((Expectation(exact="x"),), "x", Absence.NONE, True, found.append)
        qtbot.waitUntil(lambda grader=grader: bool(grader._judging.pid or (grader._run and grader._run.pid)))
        grader.close()
        qtbot.wait(50)
    assert found == []


def test_what_is_left_of_thinking_is_no_part_of_the_answer(qtbot: QtBot, grader: Grader) -> None:
    thought = '42? {"a": 1} def f(): return 1\n</think>\n'
    assert checked(qtbot, grader, f"{thought}43", Expectation(regex="42")).right is False
    assert checked(qtbot, grader, f"{thought}43", Expectation(regex="^43$")).right
    assert checked(qtbot, grader, f'{thought}{{"a": 2}}', Expectation(json=JsonAnswer("", '{"a": 2}'))).right
    assert checked(qtbot, grader, f"{thought}def f(): return 2", Expectation(tests="assert f() == 2")).right


def test_whether_tests_are_run_here_is_told_before(qtbot: QtBot, grader: Grader) -> None:
    check = checked(qtbot, grader, "x = 1", Expectation(tests="assert x"))
    assert (grader.why_no_tests == "") is bool(check.right)

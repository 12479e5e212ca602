"""What running together cost, learned only after it was kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.unit.store.test_comparisons import of_mode

from weighin.core.comparisons.comparison import Comparison
from weighin.core.comparisons.speed import needs_speed_tests
from weighin.core.comparisons.speed_test import SpeedTest
from weighin.core.computer.hardware import MachineFacts
from weighin.core.errors import AppError
from weighin.core.runs.lane import Mode
from weighin.services.comparisons.history import History
from weighin.services.records import Records

TEST = SpeedTest("2026-11-29T10:00:00+00:00", 2, 128, (100.0, 101.0, 99.0, 100.5), 256, (400.0, 410.0))
HERE, THERE = MachineFacts("Ryzen 7", "Linux", 8), MachineFacts("Xeon", "Linux", 4)
TOGETHER, ALONE = of_mode("together", Mode.TOGETHER, "hello"), of_mode("alone", Mode.ALONE, "hello", 1)


@pytest.fixture
def history(records: Records) -> History:
    return History(records, lambda: HERE)


def settled(qtbot: Any, history: History, identifier: str) -> Any:
    """What is kept, once everything before it is written."""
    found: list[Any] = []
    history.load(identifier, found.append, found.append)
    qtbot.waitUntil(lambda: bool(found))
    return found[0]


def test_what_was_measured_alone_afterwards_is_kept_with_what_ran_together(qtbot: Any, history: History) -> None:
    told: list[Comparison] = []
    history.completed.connect(told.append)
    history.save(TOGETHER, lambda _: None, pytest.fail)
    assert settled(qtbot, history, "together").slowdowns == ()
    history.save(ALONE, lambda _: None, pytest.fail)
    history.hold_against(TOGETHER, ALONE, pytest.fail)
    kept = settled(qtbot, history, "together")
    assert kept.slowdown("A").writing == 1.0 and kept.slowdown("A").alone == "alone"
    qtbot.waitUntil(lambda: told == [kept])


def test_another_computer_measures_nothing_for_this_one(qtbot: Any, history: History) -> None:
    told: list[Comparison] = []
    history.completed.connect(told.append)
    there = replace(TOGETHER, machine=THERE)
    history.save(there, lambda _: None, pytest.fail)
    history.hold_against(there, ALONE, pytest.fail)
    assert settled(qtbot, history, "together").slowdowns == ()
    history.save(replace(ALONE, machine=THERE), lambda _: None, pytest.fail)
    history.save(replace(TOGETHER, id="here"), lambda _: None, pytest.fail)
    assert settled(qtbot, history, "here").slowdowns == ()
    assert told == []


def test_what_was_deleted_meanwhile_does_not_come_back(qtbot: Any, history: History) -> None:
    history.save(TOGETHER, lambda _: None, pytest.fail)
    history.delete(("together",), lambda _: None, pytest.fail)
    history.hold_against(TOGETHER, ALONE, pytest.fail)
    assert isinstance(settled(qtbot, history, "together"), AppError)


def test_tests_that_are_kept_are_part_of_the_record_from_the_beginning(qtbot: Any, history: History) -> None:
    """Only the window and one command added them: a run of a prompt set, or a replay, was kept without."""
    told: list[Comparison] = []
    history.completed.connect(told.append)
    short = of_mode("short", Mode.ALONE, "hello", 1)
    answers = (replace(r.answer, timing=replace(r.answer.timing, generated_tokens=9)) for r in short.results)
    short = replace(
        short, results=tuple(replace(r, answer=a, rounds=()) for r, a in zip(short.results, answers, strict=True))
    )
    assert needs_speed_tests(short)
    tested = replace(short, results=tuple(replace(result, speed_test=TEST) for result in short.results))
    history.keep_speed_tests(tested, lambda _: None, pytest.fail)
    history.save(short, lambda _: None, pytest.fail)
    kept = settled(qtbot, history, "short")
    assert [result.speed_test for result in kept.results] == [TEST, TEST]
    qtbot.waitUntil(lambda: told == [kept])

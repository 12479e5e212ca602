"""Speed tests with the real engine: made where answers are too short, kept, and given way by to everything else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent
from tests.support.gguf_files import make_model

from weighin.core.comparisons.comparison import Comparison, ComparisonRequest
from weighin.core.comparisons.speed import speed_verdict
from weighin.core.computer.hardware import MachineFacts
from weighin.core.models.header_facts import model_facts
from weighin.core.runs.chat import Prompt
from weighin.core.runs.lane import LaneSetup, Mode
from weighin.core.runs.options import LoadOptions, SamplingOptions
from weighin.services.comparisons import speed_tests as module
from weighin.services.comparisons.comparison_runner import ComparisonRunner
from weighin.services.comparisons.history import History
from weighin.services.comparisons.speed_tests import SpeedTests
from weighin.services.machine.conditions import ConditionSources, ConditionWatch
from weighin.services.records import Records
from weighin.services.user_activity import UserActivity
from weighin.wiring.lanes import new_runner

HERE = MachineFacts("Ryzen", "Linux", 2)
WAIT_MS = 60_000


class Others:
    """How many cores other programs keep busy: counted as if they did."""

    def __init__(self) -> None:
        self.cores = 0.0
        self.seconds = 0.0

    def clock(self) -> float:
        """Every look takes a second."""
        self.seconds += 1.0
        return self.seconds

    def sources(self) -> ConditionSources:
        """As the conditions are told by this system."""
        return ConditionSources(
            lambda: self.seconds * self.cores, lambda _pids: 0.0, lambda: None, lambda: None, self.clock
        )


class Desk:
    """Two real lanes, a history, and speed tests over them."""

    def __init__(self, records: Records, model: Path) -> None:
        self.runner: ComparisonRunner = new_runner()
        self.history = History(records, lambda: HERE)
        self.others = Others()
        self.tests = SpeedTests(self.runner, self.history, UserActivity(), ConditionWatch(self.others.sources()))
        self.tested: list[Comparison] = []
        self.finished: list[Comparison] = []
        self.tests.tested.connect(self.tested.append)
        self.runner.finished.connect(self.finished.append)
        self.runner.finished.connect(self.tests.consider)
        a, b = (
            LaneSetup(model_facts(model), LoadOptions(context=n), SamplingOptions(max_tokens=2)) for n in (256, 512)
        )
        self.setups = (a, b)

    def run(self, qtbot: Any, mode: Mode = Mode.ALONE) -> Comparison:
        """Two tokens of each."""
        count = len(self.finished)
        self.runner.run(ComparisonRequest(Prompt("w1 w2"), mode, self.setups))
        qtbot.waitUntil(lambda: len(self.finished) > count, timeout=WAIT_MS)
        return self.finished[-1]

    def close(self) -> None:
        self.tests.drop()
        self.runner.close()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("speed") / "m.gguf")


@pytest.fixture
def desk(qtbot: Any, records: Records, model: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    # This machine is not idle while tests run: here it is the way that is looked at, not the numbers.
    monkeypatch.setattr("weighin.core.comparisons.speed_test.MOST_UNCERTAINTY", 1e9)
    monkeypatch.setattr(module, "_WAIT_MS", 50)
    made = Desk(records, model)
    yield made
    made.close()


def test_two_short_answers_get_two_speeds_which_serve_the_next_time(desk: Desk, qtbot: Any) -> None:
    made = desk.run(qtbot)
    verdict = speed_verdict(made)
    assert verdict is not None and verdict.sentence.startswith("Both answers are too short")
    assert desk.tests.is_pending(made.id) or not desk.tested
    qtbot.waitUntil(lambda: bool(desk.tested), timeout=WAIT_MS)
    (found,) = desk.tested
    assert found.id == made.id
    for result in found.results:
        test = result.speed_test
        assert test is not None and test.threads == result.answer.timing.threads
        assert len(test.generation_rates) >= 4 and len(test.prompt_rates) == len(test.generation_rates)
        assert 8 <= test.generate_tokens <= 128
    verdict = speed_verdict(found)
    assert verdict is not None and verdict.tests and verdict.speeds is not None
    assert not desk.tests.pending

    again = desk.run(qtbot)
    qtbot.waitUntil(lambda: len(desk.tested) > 1, timeout=WAIT_MS)
    assert desk.tested[1].id == again.id
    assert [r.speed_test for r in desk.tested[1].results] == [r.speed_test for r in found.results], (
        "kept, not made again"
    )


def test_a_run_ends_a_test_at_once_and_a_later_one_makes_it(desk: Desk, qtbot: Any) -> None:
    desk.run(qtbot)
    qtbot.waitUntil(lambda: any(lane.is_measuring for lane in desk.runner.lanes), timeout=WAIT_MS)
    second = desk.run(qtbot)
    assert all(result.answer.failure is None for result in second.results)
    qtbot.waitUntil(lambda: bool(desk.tested), timeout=WAIT_MS)
    assert [found.id for found in desk.tested] == [second.id]


def test_a_key_ends_it_and_it_begins_again_when_nothing_happens(desk: Desk, qtbot: Any) -> None:
    desk.run(qtbot)
    qtbot.waitUntil(lambda: any(lane.is_measuring for lane in desk.runner.lanes), timeout=WAIT_MS)
    QCoreApplication.sendEvent(
        QCoreApplication.instance(), QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier)
    )
    qtbot.waitUntil(lambda: not any(lane.is_measuring for lane in desk.runner.lanes), timeout=WAIT_MS)
    assert desk.tests.pending and not desk.tested
    qtbot.waitUntil(lambda: bool(desk.tested), timeout=WAIT_MS)


def test_while_other_programs_are_busy_it_waits(desk: Desk, qtbot: Any) -> None:
    desk.others.cores = 1.0
    desk.run(qtbot)
    qtbot.waitUntil(lambda: desk.tests._waits >= 2, timeout=WAIT_MS)
    assert desk.tests.pending and desk.tests.waits and not desk.tested
    desk.others.cores = 0.0
    qtbot.waitUntil(lambda: bool(desk.tested), timeout=WAIT_MS)
    assert not desk.tests.waits


def test_where_other_programs_stay_busy_it_is_given_up(desk: Desk, qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_WAITS", 2)
    desk.others.cores = 1.0
    made = desk.run(qtbot)
    qtbot.waitUntil(lambda: bool(desk.tests.why_given_up(made.id)), timeout=WAIT_MS)
    assert desk.tests.why_given_up(made.id) == "No speed test: other programs stayed busy."
    assert not desk.tests.pending and not desk.tested


def test_unloaded_models_are_not_loaded_for_it(desk: Desk, qtbot: Any) -> None:
    desk.run(qtbot)
    for lane in desk.runner.lanes:
        lane.unload()
    qtbot.waitUntil(lambda: not desk.tests.pending, timeout=WAIT_MS)
    assert desk.tested == []
    assert not desk.tests.can_measure(desk.finished[-1])


def test_one_model_is_not_tested_without_the_other(desk: Desk, qtbot: Any) -> None:
    desk.runner.finished.connect(lambda _made: desk.runner.lanes[0].unload())
    desk.run(qtbot)
    qtbot.waitUntil(lambda: not desk.tests.pending, timeout=WAIT_MS)
    assert desk.tested == []


def test_rounds_that_do_not_agree_are_no_test(desk: Desk, qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("weighin.core.comparisons.speed_test.MOST_UNCERTAINTY", -1.0)
    made = desk.run(qtbot)
    qtbot.waitUntil(lambda: not desk.tests.is_pending(made.id) and desk.tests._tries == 3, timeout=WAIT_MS)
    assert desk.tested == []
    assert desk.tests.why_given_up(made.id) == "The speed test gave no steady result."
    assert desk.tests.why_given_up("another") == ""
    monkeypatch.setattr("weighin.core.comparisons.speed_test.MOST_UNCERTAINTY", 1e9)
    assert desk.tests.can_measure(made)
    desk.tests.measure(made)
    assert desk.tests.why_given_up(made.id) == ""
    qtbot.waitUntil(lambda: bool(desk.tested), timeout=WAIT_MS)
    assert [found.id for found in desk.tested] == [made.id]


def test_two_at_once_are_not_tested(desk: Desk, qtbot: Any) -> None:
    desk.run(qtbot, Mode.TOGETHER)
    assert not desk.tests.pending

"""Evaluations stay within what the engine says they need, beside what the other lane holds."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QTimer
from tests.support.evaluations import Evaluating, model_file

from weighin.core import format
from weighin.core.evaluations.evaluation import EvaluationRecord
from weighin.core.evaluations.scoring import ScoreShape, kinds
from weighin.core.evaluations.scoring_plan import PLANNED_CELLS, ScoringPlan
from weighin.core.models.model import ModelFacts
from weighin.core.plans.plan import MemoryPlan, PlanMethod
from weighin.core.runs.lane import LaneSetup
from weighin.core.runs.run_state import RunState
from weighin.paths import Profile
from weighin.services.evaluations.scoring_planner import ScoringPlanner
from weighin.services.processes.worker_process import WorkerProcess, worker_command
from weighin.wiring.lanes import new_worker

FAKE: dict[str, Any] = {"opinions": 1}
OTHER: dict[str, Any] = {"opinions": 2}
PROCESS = 50_000_000  # what a scripted worker says it holds
WEIGHTS = 400_000_000


def needed(shape: ScoreShape) -> int:
    """What the engine of these tests says: weights, process, a thousand bytes a cell and for each token of a group."""
    return WEIGHTS + PROCESS + 1000 * shape.context + 1000 * shape.step * shape.sequences


class Engine(ScoringPlanner):
    """Says at once what a model needs."""

    def __init__(self) -> None:
        super().__init__(new_worker)

    def plan(self, model: ModelFacts, options: Any, done: Callable[[ScoringPlan], None], outputs: int = 0) -> None:
        shapes = tuple(ScoreShape(cells, *kind) for kind in kinds(recurrent=False) for cells in PLANNED_CELLS)
        plans = tuple(
            MemoryPlan(s.context, WEIGHTS, WEIGHTS, 1000 * s.context, 0, 1000 * s.step * s.sequences, 0, PROCESS, 0)
            for s in shapes
        )
        QTimer.singleShot(0, self, lambda: done(ScoringPlan(model, shapes, plans)))


@pytest.fixture
def setups(tmp_path: Path) -> tuple[LaneSetup, LaneSetup]:
    return LaneSetup(model_file(tmp_path, "one")), LaneSetup(model_file(tmp_path, "two"))


@pytest.fixture
def new(qtbot: Any) -> Iterator[Callable[..., Evaluating]]:
    made: list[Evaluating] = []

    def make(free: int, planner: ScoringPlanner | None = None) -> Evaluating:
        """`free`: on this computer while no worker is there."""

        def available() -> int:
            return free - PROCESS * sum(lane.model is not None for lane in run.lanes)

        run = Evaluating(qtbot, FAKE, OTHER, available=available, planner=planner or Engine())
        made.append(run)
        return run

    yield make
    for one in made:
        one.close()


def shape_of(record: EvaluationRecord, lane: str = "A") -> ScoreShape:
    """As it is kept."""
    with contextlib.closing(sqlite3.connect(Profile.locate().database)) as database, database:
        found = "select record from evaluation_lanes where evaluation = ? and lane = ?"
        return ScoreShape(**json.loads(database.execute(found, (record.id, lane)).fetchone()[0])["shape"])


USUAL, SMALLER, LEAST = (ScoreShape(4096, *kind) for kind in kinds(recurrent=False))


@pytest.mark.parametrize(
    ("free", "kind"),
    [(needed(USUAL), USUAL), (needed(SMALLER), SMALLER), (needed(LEAST), LEAST)],
)
def test_the_shape_is_the_largest_that_fits_by_the_engine(new: Any, setups: Any, free: int, kind: ScoreShape):
    run = new(free)
    record = run.run(setups[0], n=46)
    assert record.state is RunState.FINISHED
    shape = shape_of(record)
    assert (shape.step, shape.sequences) == (kind.step, kind.sequences)
    (lane,) = record.lanes
    assert lane.plan is not None
    assert lane.plan.method is PlanMethod.ENGINE
    assert lane.plan.needed_bytes == needed(shape) <= free
    assert run.load(record.id) == record


def test_what_fits_in_no_shape_is_refused_with_the_numbers(new: Any, setups: Any):
    record = new(needed(LEAST) - 1).run(setups[0], n=23)
    assert record.state is RunState.FAILED
    said = f"about {format.size(needed(LEAST))} needed, {format.size(needed(LEAST) - 1)} free."
    assert said in record.lanes[0].failure.message


@pytest.mark.parametrize(("spare", "together"), [(0, True), (-1_000_000, False)])
def test_both_are_there_at_once_only_where_both_plans_fit(new: Any, setups: Any, spare: int, together: bool):
    """The file of A is in memory as pages that count as free: by what is free alone B would always fit beside it."""
    held = needed(shape_of(new(10 * needed(USUAL)).run(setups[0], n=46)))
    run = new(held + needed(USUAL) + spare)
    assert run.run(*setups, n=46).state is RunState.FINISHED
    order = [label for label, _ in run.order]
    assert (order != ["A"] * 46 + ["B"] * 46) is together


def test_a_run_goes_on_in_its_shape_or_not_at_all(new: Any, setups: Any):
    run = new(10 * needed(USUAL))
    run.begin(setups[0], n=92)
    run.answered(8)
    run.runner.stop()
    stopped = run.ended()
    shape = shape_of(stopped)
    refused = new(needed(shape) - 1).resume(stopped.id)
    assert refused.state is RunState.FAILED
    assert " MB free." in refused.lanes[0].failure.message
    resumed = new(needed(shape)).resume(stopped.id)
    assert resumed.state is RunState.FINISHED
    assert shape_of(resumed) == shape
    assert resumed.lanes[0].plan == stopped.lanes[0].plan


def fake_planner(**script: Any) -> ScoringPlanner:
    return ScoringPlanner(lambda parent: WorkerProcess(worker_command("fake", json.dumps(script)), parent))


def test_where_the_engine_cannot_be_asked_the_run_says_that_it_estimates(new: Any, setups: Any):
    record = new(10**10, fake_planner(at={"planning": "sigabrt"})).run(setups[0], n=23)
    assert record.state is RunState.FINISHED
    (lane,) = record.lanes
    assert lane.plan.method is PlanMethod.FORMULA
    (notice,) = lane.notices
    assert notice.startswith("The memory for scoring is an estimate: the engine could not plan it.")
    assert "SIGABRT" in notice
    record = new(10**10, fake_planner()).run(setups[0], n=23)
    assert record.lanes[0].plan.method is PlanMethod.ENGINE
    assert not record.lanes[0].notices


def test_stopped_while_the_engine_is_asked(new: Any, setups: Any):
    run = new(10**10, fake_planner(at={"planning": "hang"}))
    run.begin(setups[0], n=23)
    run.wait(lambda: bool(run.started))
    run.wait(lambda: run.runner._run.busy == 0)
    run.runner.stop()
    stopped = run.ended()
    assert stopped.state is RunState.STOPPED
    assert stopped.lanes[0].n == 0
    assert not stopped.lanes[0].notices
    assert new(10**10).resume(stopped.id).state is RunState.FINISHED

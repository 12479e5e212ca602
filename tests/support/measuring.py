"""A fidelity runner over scripted or real workers, and what it said."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer

from tests.support.evaluations import PATIENT, HashedHere
from weighin.core.errors import AppError
from weighin.core.fidelity.fidelity import FidelityRecord, FidelityRequest, FidelityState
from weighin.core.fidelity.reading_plan import ReadingPlan
from weighin.core.models.header_facts import model_facts
from weighin.core.plans.plan import MemoryPlan
from weighin.core.runs.lane import LaneSetup
from weighin.paths import Profile, resources
from weighin.services.fidelity.fidelity_history import FidelityHistory
from weighin.services.fidelity.fidelity_runner import FidelityRunner
from weighin.services.fidelity.fidelity_start import FidelityContext
from weighin.services.fidelity.reading_lane import ReadingLane
from weighin.services.fidelity.reading_planner import ReadingPlanner
from weighin.services.machine.conditions import ConditionSources, ConditionWatch
from weighin.services.models.model_digests import ModelDigests
from weighin.services.processes.worker_process import WorkerProcess, worker_command
from weighin.services.records import Records
from weighin.wiring.lanes import new_worker

CONTEXT = 32
WORDS = " ".join(f"word{number % 97}" for number in range(CONTEXT * 20 + 5))
MODEL_BYTES = 100_000_000

UNDISTURBED = ConditionWatch(ConditionSources(lambda: None, lambda _: None, lambda: None, lambda: None))


class MadeUp(ReadingPlanner):
    """Says at once what a model needs."""

    def __init__(self) -> None:
        super().__init__(new_worker)

    def plan(self, setup: LaneSetup, context: int, threads: int, done: Callable[[ReadingPlan], None]) -> None:
        plan = MemoryPlan(context, MODEL_BYTES, 0, 0, 0, 0, 0, 0, 0)
        QTimer.singleShot(0, self, lambda: done(ReadingPlan(setup, context, threads, plan)))


class Measuring:
    """A runner with its services under the test's profile. scripts: of the workers, BASE first, None for real ones."""

    def __init__(
        self,
        qtbot: Any,
        *scripts: dict[str, Any],
        available: Callable[[], int | None] = lambda: None,
        reason: Callable[[], str] = lambda: "",
        conditions: ConditionWatch | None = None,
    ) -> None:
        profile = Profile.locate()
        self.qtbot, self._scripts, self._closed = qtbot, scripts, False
        self.stores = Records(profile.database)
        self.kept = FidelityHistory(self.stores)
        planner = MadeUp() if scripts else ReadingPlanner(new_worker)
        digests = ModelDigests(self.stores, HashedHere())
        self.rows = profile.rows
        around = FidelityContext(
            self.kept,
            digests,
            planner,
            resources(),
            profile.rows,
            lambda: 2,
            available,
            reason,
            conditions or UNDISTURBED,
        )
        self.runner = FidelityRunner(self._lane, around)
        self.started: list[FidelityRecord] = []
        self.records: list[FidelityRecord] = []
        self.errors: list[AppError] = []
        self.states: list[FidelityState] = []
        self.loads: list[str] = []
        self.runner.started.connect(self.started.append)
        self.runner.finished.connect(self.records.append)
        self.runner.failed.connect(self.errors.append)
        self.runner.progressed.connect(self.states.append)

    def _lane(self, label: str) -> ReadingLane:
        number = 0 if label == "BASE" else int(label)
        command = (
            worker_command("fake", json.dumps(self._scripts[number])) if self._scripts else worker_command("llama")
        )
        lane = ReadingLane(label, lambda parent: WorkerProcess(command, parent), PATIENT)
        lane.loaded.connect(lambda _: self.loads.append(label))
        return lane

    def wait(self, condition: Any, timeout: int = 60_000) -> None:
        self.qtbot.waitUntil(condition, timeout=timeout)

    def run(self, request: FidelityRequest) -> FidelityRecord:
        self.runner.run(request)
        return self.ended()

    def resume(self, identifier: str) -> FidelityRecord:
        self.runner.resume(identifier)
        return self.ended()

    def ended(self) -> FidelityRecord:
        """The record at the end."""
        self.wait(lambda: bool(self.records or self.errors))
        assert not self.errors, self.errors[0].user_text
        return self.records.pop()

    def refused(self, request: FidelityRequest | None = None) -> str:
        """Why it did not begin."""
        if request is not None:
            self.runner.run(request)
        self.wait(lambda: bool(self.records or self.errors))
        return self.errors.pop().user_text

    def load(self, identifier: str) -> FidelityRecord:
        """As it is kept."""
        found: list[Any] = []
        self.kept.load(identifier, found.append, found.append)
        self.wait(lambda: bool(found))
        assert isinstance(found[0], FidelityRecord), found[0].user_text
        return found[0]

    def read(self, chunks: int) -> None:
        """Wait until so many chunks are compared."""
        self.wait(lambda: bool(self.states and self.states[-1].chunks_done >= chunks) or bool(self.records))

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self.runner.close()
            self.kept.close()
            self.stores.close()


def real_setup(path: Path, **load: Any) -> LaneSetup:
    """A real model on one thread."""
    from weighin.core.runs.options import LoadOptions

    return LaneSetup(model_facts(path), LoadOptions(**load), threads=1)


def same_figures(one: FidelityRecord, other: FidelityRecord) -> bool:
    """Whether the very same numbers were found, in the same order."""
    return (
        [chunk.number for chunk in one.chunks] == [chunk.number for chunk in other.chunks]
        and [chunk.nll for chunk in one.chunks] == [chunk.nll for chunk in other.chunks]
        and [o.summary for o in one.others] == [o.summary for o in other.others]
    )

"""An evaluation runner over scripted or real workers, and what it said."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QTimer

from weighin.core.errors import AppError
from weighin.core.evaluations.evaluation import EvaluationChoice, EvaluationRecord, EvaluationRequest, EvaluationState
from weighin.core.evaluations.scoring_plan import ScoringPlan
from weighin.core.models.header_facts import model_facts
from weighin.core.models.model import ModelFacts
from weighin.core.runs.lane import LaneSetup
from weighin.core.runs.options import LoadOptions
from weighin.paths import Profile, resources
from weighin.protocol.hub_messages import Digested
from weighin.services.evaluations.evaluation_history import EvaluationHistory
from weighin.services.evaluations.evaluation_runner import EvaluationRunner
from weighin.services.evaluations.evaluation_start import EvaluationContext
from weighin.services.evaluations.scoring_lane import ScoringLane
from weighin.services.evaluations.scoring_planner import ScoringPlanner
from weighin.services.lanes.lane import LaneTimeouts
from weighin.services.lanes.server_keys import ServerKeys
from weighin.services.lanes.server_probe import ServerProbe
from weighin.services.models.hub import Hub, hub_process
from weighin.services.models.hub_access import HubAccess
from weighin.services.models.model_digests import ModelDigests
from weighin.services.processes.worker_process import WorkerProcess, worker_command
from weighin.services.records import Records
from weighin.services.settings import Settings
from weighin.wiring.evaluations import new_question_sets
from weighin.wiring.lanes import new_worker, server_workers

PATIENT = LaneTimeouts(cancel_ms=2000, leave_ms=500, silent_ms=15_000, give_up_ms=30_000, watch_ms=100)


def scoring_lane(label: str, script: dict[str, Any] | None) -> ScoringLane:
    """A lane whose workers obey `script`; None for real ones."""
    command = worker_command("llama") if script is None else worker_command("fake", json.dumps(script))
    new_server = server_workers(ServerKeys())
    return ScoringLane(label, lambda parent: WorkerProcess(command, parent), PATIENT, new_server=new_server)


def model_file(folder: Path, name: str) -> ModelFacts:
    """Facts of a model that only scripted workers read; its file is there, to be checked."""
    path = folder / f"{name}.gguf"
    path.write_bytes(name.encode() * 1000)
    return ModelFacts(name, str(path), path.stat().st_size, "llama", "Q8_0", 1000, 1000, context_length=4096)


def real_setup(path: Path) -> LaneSetup:
    """A real model on one thread."""
    return LaneSetup(model_facts(path), threads=1)


class Estimates(ScoringPlanner):
    """Knows nothing of the models of scripted workers, and says so without a process."""

    def __init__(self) -> None:
        super().__init__(new_worker)

    def plan(
        self, model: ModelFacts, options: LoadOptions, done: Callable[[ScoringPlan], None], outputs: int = 0
    ) -> None:
        QTimer.singleShot(0, self, lambda: done(ScoringPlan(model)))


class HashedHere(Hub):
    """Files of tests are small: no other process reads them."""

    def __init__(self) -> None:
        super().__init__(lambda _: pytest.fail("nothing is asked of the hub"))

    def digest(self, path: str, done: Callable[[Digested], None], failed: Any, progress: Any) -> int:
        """The sha256 of the file as it is now."""
        stat, sha256 = Path(path).stat(), hashlib.sha256(Path(path).read_bytes()).hexdigest()
        QTimer.singleShot(0, self, lambda: done(Digested(0, sha256, stat.st_size, stat.st_mtime_ns, stat.st_ino)))
        return 0


class Evaluating:
    """A runner with its services under the test's profile. `a`, `b`: scripts of the workers, None for real ones.
    `planner`: who knows what they need; real ones are asked about, of scripted ones nothing is known."""

    def __init__(
        self,
        qtbot: Any,
        a: dict[str, Any] | None = None,
        b: dict[str, Any] | None = None,
        available: int | Callable[[], int | None] | None = None,
        planner: ScoringPlanner | None = None,
    ) -> None:
        self._closed = False
        profile = Profile.locate()
        self.qtbot = qtbot
        self.sets = new_question_sets(
            profile, resources(), hub_process(profile.hub_cache, HubAccess(Settings(profile.settings)), profile.headers)
        )
        self.stores = Records(profile.database)
        self.kept = EvaluationHistory(self.stores)
        self.digests = ModelDigests(self.stores, HashedHere())
        self.probe = ServerProbe(server_workers(ServerKeys()))
        if planner is None:
            planner = Estimates() if a and b else ScoringPlanner(new_worker)
        free = available if callable(available) else lambda: available
        around = EvaluationContext(self.sets, self.kept, self.digests, self.probe, planner, lambda: 2, free)
        self.lanes = (scoring_lane("A", a), scoring_lane("B", b))
        self.runner = EvaluationRunner(self.lanes, around)
        self.started: list[EvaluationRecord] = []
        self.records: list[EvaluationRecord] = []
        self.errors: list[AppError] = []
        self.states: list[EvaluationState] = []
        self.order: list[tuple[str, str]] = []
        self.runner.started.connect(self.started.append)
        self.runner.finished.connect(self.records.append)
        self.runner.failed.connect(self.errors.append)
        self.runner.progressed.connect(self.states.append)
        self.runner.scored.connect(lambda label, results: self.order.extend((label, r.id) for r in results))

    def wait(self, condition: Any, timeout: int = 60_000) -> None:
        self.qtbot.waitUntil(condition, timeout=timeout)

    def ended(self) -> EvaluationRecord:
        """The record at the end."""
        self.wait(lambda: bool(self.records or self.errors))
        assert not self.errors, self.errors[0].user_text
        return self.records.pop()

    def refused(self) -> str:
        """Why it did not begin."""
        self.wait(lambda: bool(self.records or self.errors))
        return self.errors.pop().user_text

    def run(self, *setups: LaneSetup, **how: Any) -> EvaluationRecord:
        self.begin(*setups, **how)
        return self.ended()

    def begin(self, *setups: LaneSetup, until_decided: bool = False, **choice: Any) -> None:
        choice = {"n": 92, **choice}
        self.runner.run(EvaluationRequest(setups, EvaluationChoice(**choice), until_decided=until_decided))

    def resume(self, identifier: str, *setups: LaneSetup) -> EvaluationRecord:
        self.runner.resume(identifier, setups)
        return self.ended()

    def load(self, identifier: str) -> EvaluationRecord:
        """As it is kept."""
        found: list[Any] = []
        self.kept.load(identifier, found.append, found.append)
        self.wait(lambda: bool(found))
        assert isinstance(found[0], EvaluationRecord), found[0].user_text
        return found[0]

    def answered(self, count: int) -> None:
        """Wait until so many answers came."""
        self.wait(lambda: len(self.order) >= count or bool(self.records))

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self.runner.close()
        self.sets.close()
        self.kept.close()
        self.stores.close()


def same_answers(one: EvaluationRecord, other: EvaluationRecord) -> bool:
    """Whether every question got the very same numbers, in the same running order."""
    return one.items == other.items and one.paired == other.paired

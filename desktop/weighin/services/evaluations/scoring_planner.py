"""Whether a lane that scores fits into memory beside the other one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from weighin.core.computer.machine import memory_refusal
from weighin.core.evaluations.scoring import ScoreShape
from weighin.core.evaluations.scoring_plan import PLANNED_CELLS, ScoringPlan
from weighin.core.models.model import ModelFacts
from weighin.core.runs.answer import Failure
from weighin.core.runs.options import LoadOptions
from weighin.protocol.messages import Plan, Planned
from weighin.services.evaluations.lane_work import LaneWork
from weighin.services.evaluations.scoring_lane import ScoringLane
from weighin.services.processes.worker_call import NewWorker, WorkerCall


class MemoryFit:
    """Memory of this computer as two lanes share it, by their plans. A model on a server takes none."""

    def __init__(self, lanes: tuple[ScoringLane, ScoringLane], available_bytes: Callable[[], int | None]) -> None:
        self._lanes, self._available = lanes, available_bytes

    def free_for(self, works: list[LaneWork], index: int) -> int | None:
        """Bytes that lane `index` may hold in all: what is free, with what it holds already, without what the other
        lane is still going to want by its plan: its file's pages count as free though it reads them again and again,
        and its context may not be there yet. None where the system does not tell."""
        available = self._available()
        if available is None:
            return None
        own = (self._lanes[index].memory.own_bytes or 0) if self._lanes[index].model is not None else 0
        return available + own - self._promised(works, 1 - index)

    def refusal(self, works: list[LaneWork], index: int, together: bool) -> Failure | None:
        """Why lane `index` is not loaded, with the numbers: `together`, where it would have to be slower than usual
        beside the other one; else only where it cannot be scored at all."""
        work = works[index]
        if work.plan is None:
            return None
        shape = work.shape or (work.plan.usual if together else work.plan.least)
        return memory_refusal(work.plan.at(shape).needed_bytes, self.free_for(works, index))

    def fits(self, works: list[LaneWork], index: int, shape: ScoreShape) -> bool:
        """Whether lane `index`, loaded, can have `shape`."""
        plan = works[index].plan
        return plan is None or plan.fits(shape, self.free_for(works, index))

    def _promised(self, works: list[LaneWork], index: int) -> int:
        lane = self._lanes[index]
        if index >= len(works) or lane.model is None or (plan := works[index].plan) is None:
            return 0
        needed = plan.at(works[index].shape or plan.usual).needed_bytes
        return max(0, needed - (lane.memory.own_bytes or 0))


_DEADLINE_MS = 60_000


class ScoringPlanner(QObject):
    """One plan at a time."""

    def __init__(self, new_worker: NewWorker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._new_worker = new_worker
        self._running: WorkerCall | None = None

    def plan(
        self, model: ModelFacts, options: LoadOptions, done: Callable[[ScoringPlan], None], outputs: int = 0
    ) -> None:
        """`done` gets the engine's plan, or an estimate with the reason; not at once, and not after `close`. outputs:
        rows of logits that are wanted in one go, as ScoreShape has them."""

        def answered(answer: Planned | Failure) -> None:
            if self._running is not None:
                self._running.deleteLater()
                self._running = None
            if isinstance(answer, Planned):
                free = answer.gpu_free_bytes
                done(ScoringPlan(model, answer.shapes, answer.plans, gpu_free_bytes=free, outputs=outputs))
            else:
                done(ScoringPlan(model, reason=answer.message, outputs=outputs))

        request = Plan(1, model.path, model.file_bytes, options, PLANNED_CELLS, scoring=True, outputs=outputs)
        self._running = WorkerCall(self._new_worker, request, Planned, _DEADLINE_MS, answered, self)
        self._running.start()

    def stop(self) -> None:
        """Break off what is asked; an estimate is the answer."""
        if self._running is not None:
            self._running.cancel()

    def close(self) -> None:
        """End the worker; nobody is told."""
        if self._running is not None:
            self._running.close()
            self._running = None

"""Whether a lane that scores fits into memory beside the other one."""

from __future__ import annotations

from collections.abc import Callable

from weighin.core.computer.machine import memory_refusal
from weighin.core.evaluations.scoring import ScoreShape
from weighin.core.runs.answer import Failure
from weighin.services.evaluations.lane_work import LaneWork
from weighin.services.evaluations.scoring_lane import ScoringLane


class Room:
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

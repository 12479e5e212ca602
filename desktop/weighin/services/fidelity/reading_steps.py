"""Has a loaded model read a chunk, or write, and watches what disturbs it meanwhile."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from weighin.services.fidelity.fidelity_run import BASE, FidelityRun, Step
from weighin.services.fidelity.fidelity_start import FidelityContext
from weighin.services.fidelity.model_loader import ModelLoader
from weighin.services.fidelity.reading_lane import ReadingLane


class ReadingSteps:
    """Of one runner; one step at a time."""

    def __init__(self, lanes: Sequence[ReadingLane], loader: ModelLoader, context: FidelityContext) -> None:
        """lanes: one for each side, BASE first; the runner adds to them."""
        self._lanes, self._loader, self._context = lanes, loader, context
        self._since: Any = None

    def take(self, run: FidelityRun, step: Step) -> None:
        """Have a loaded model read a chunk, or write."""
        work, lane = run.sides[step.side], self._lanes[step.side]
        files = self._loader.place
        place = run.place(step.number, str(files.tokens), str(files.rows))
        threads = self._loader.threads(run, step.side)
        run.busy, work.phase = step.side, "reading"
        self._since = self._context.conditions.begin([os.getpid(), *(lane.worker_pid for lane in self._lanes)])
        if step.writing:
            lane.time_writing(place, threads)
        elif step.side == BASE:
            lane.read_base(place, run.kind(step.number), threads)
        else:
            lane.read_other(place, threads)

    def disturbances(self, run: FidelityRun, index: int) -> tuple[str, ...]:
        """What spoiled the time that a side took since `take`, in words."""
        threads = self._loader.threads(run, index)
        spare = max(0, self._context.cores() - threads)
        return self._context.conditions.end(self._since, spare, False, threads).disturbances

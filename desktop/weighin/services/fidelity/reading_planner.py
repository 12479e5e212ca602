"""What each model of a measurement needs, by the engine's own plan."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from weighin.core.fidelity.reading_plan import ReadingPlan
from weighin.core.runs.answer import Failure
from weighin.core.runs.lane import LaneSetup
from weighin.protocol.messages import Plan, Planned
from weighin.services.processes.worker_call import NewWorker, WorkerCall

_DEADLINE_MS = 60_000


class ReadingPlanner(QObject):
    """One plan at a time."""

    def __init__(self, new_worker: NewWorker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._new_worker = new_worker
        self._running: WorkerCall | None = None

    def plan(self, setup: LaneSetup, context: int, threads: int, done: Callable[[ReadingPlan], None]) -> None:
        """`done` gets the engine's plan, or an estimate with the reason; not at once, and not after `close`."""

        def answered(answer: Planned | Failure) -> None:
            if self._running is not None:
                self._running.deleteLater()
                self._running = None
            if isinstance(answer, Planned):
                done(ReadingPlan(setup, context, threads, answer.plans[0], gpu_free_bytes=answer.gpu_free_bytes))
            else:
                done(ReadingPlan(setup, context, threads, reason=answer.message))

        request = Plan(1, setup.model.path, setup.model.file_bytes, setup.load, (context,), reading=True)
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

"""Asks the engine what scoring with a model needs, in a worker of its own."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from weighin.core.evaluations.scoring_plan import PLANNED_CELLS, ScoringPlan
from weighin.core.models.model import ModelFacts
from weighin.core.runs.answer import Failure
from weighin.core.runs.options import LoadOptions
from weighin.protocol.messages import Plan, Planned
from weighin.services.processes.question import NewWorker, Question

_DEADLINE_MS = 60_000


class ScoringPlanner(QObject):
    """One plan at a time."""

    def __init__(self, new_worker: NewWorker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._new_worker = new_worker
        self._running: Question | None = None

    def plan(self, model: ModelFacts, options: LoadOptions, done: Callable[[ScoringPlan], None]) -> None:
        """`done` gets the engine's plan, or an estimate with the reason; not at once, and not after `close`."""

        def answered(answer: Planned | Failure) -> None:
            if self._running is not None:
                self._running.deleteLater()
                self._running = None
            if isinstance(answer, Planned):
                done(ScoringPlan(model, answer.shapes, answer.plans, gpu_free_bytes=answer.gpu_free_bytes))
            else:
                done(ScoringPlan(model, reason=answer.message))

        request = Plan(1, model.path, model.file_bytes, options, PLANNED_CELLS, scoring=True)
        self._running = Question(self._new_worker, request, Planned, _DEADLINE_MS, answered, self)
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

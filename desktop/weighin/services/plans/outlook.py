"""What is said of a model before it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from weighin.core.computer.machine import active_bytes
from weighin.core.models.model import ModelFacts
from weighin.core.plans.plan import FitVerdict, MemoryPlan, SpeedForecast
from weighin.core.plans.verdict import Budget, refused, verdict
from weighin.core.runs.options import LoadOptions
from weighin.services.plans.forecaster import Forecaster
from weighin.services.plans.planner import Planner


@dataclass(frozen=True)
class Expectation:
    """What is expected of a model with its options: its plan, the verdict on it, and its speed where one is known."""

    plan: MemoryPlan
    verdict: FitVerdict
    forecast: SpeedForecast | None


class Outlook(QObject):
    """`changed` follows every plan. While models run nothing is planned: it would disturb them."""

    changed = Signal()

    def __init__(
        self,
        planner: Planner,
        forecaster: Forecaster,
        budget: Callable[[], Budget | None],
        parent: QObject | None = None,
    ) -> None:
        """`budget`: memory now."""
        super().__init__(parent)
        self._planner, self._forecaster, self._budget = planner, forecaster, budget
        planner.planned.connect(lambda _plan: self.changed.emit())

    def ask(self, model: ModelFacts, load: LoadOptions) -> None:
        """Have `model` planned; `changed` follows where it was not yet."""
        if self._planner.known(model, load) is None:
            self._planner.plan(model, load, lambda _plan: None)

    def of(self, model: ModelFacts, load: LoadOptions, extra_bytes: int = 0) -> Expectation | None:
        """What is expected now; None while nothing is known. `extra_bytes`: what will be free beside what is free now,
        negative for what only seems to be."""
        plan, budget = self._planner.known(model, load), self._budget()
        if plan is None or budget is None:
            return None
        memory = plan.line.at(_context(model, load))
        if plan.refusal:
            return Expectation(memory, refused(plan.refusal), None)
        free = replace(budget, available=max(0, budget.available + extra_bytes))
        found = verdict(plan.line, memory.context, free, model.context_length, active_bytes(model))
        return Expectation(memory, found, self._forecaster.known(model, load))

    def begin(self) -> None:
        """Models begin to run: nothing is planned now."""
        self._planner.hold()

    def end(self) -> None:
        """They have run: plan what was asked for meanwhile."""
        self._planner.release()


def _context(model: ModelFacts, load: LoadOptions) -> int:
    return min(load.context, model.context_length or load.context)

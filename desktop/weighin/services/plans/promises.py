"""Puts into the ledger what is known of models before they run."""

from __future__ import annotations

from weighin.core.comparisons.comparison import ComparisonRequest
from weighin.core.computer.machine import threads_per_lane
from weighin.core.runs.lane import Mode
from weighin.services.machine.hardware import physical_cores
from weighin.services.plans.forecaster import Forecaster
from weighin.services.plans.ledger import Ledger
from weighin.services.plans.planner import Planner


class Promises:
    """One promise for each lane of a comparison whose model was planned."""

    def __init__(self, planner: Planner, forecaster: Forecaster, ledger: Ledger) -> None:
        self._planner, self._forecaster, self._ledger = planner, forecaster, ledger

    def begin(self, request: ComparisonRequest) -> None:
        """A comparison begins; what it measures will be held against this."""
        lanes = 1 if request.mode is Mode.ALONE else len(request.lanes)
        for setup in request.lanes:
            model, load = setup.model, setup.load
            plan = self._planner.known(model, load)
            if plan is None or plan.refusal or setup.refusal is not None:
                continue
            memory = plan.line.at(min(load.context, model.context_length or load.context))
            threads = threads_per_lane(physical_cores(), lanes, model, setup.threads)
            self._ledger.promise(model, load, memory, self._forecaster.known(model, load), threads)

"""Everything that says before a run what it will take, and keeps it: made when the window has been painted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from weighin.core.comparisons.comparison import ComparisonRequest
from weighin.core.computer.machine import threads_per_lane
from weighin.core.plans.verdict import Budget
from weighin.core.runs.lane import Mode
from weighin.services.machine.hardware import physical_cores, probe
from weighin.services.machine.this_computer import ComputerSources, ThisComputer, memory_budget
from weighin.services.plans.forecaster import Forecaster
from weighin.services.plans.hub_listing import HubListing
from weighin.services.plans.ledger import Ledger
from weighin.services.plans.outlook import Outlook
from weighin.services.plans.planner import Planner
from weighin.services.plans.workstation import Workstation
from weighin.services.processes.engine_probe import EngineProbe

if TYPE_CHECKING:
    from weighin.wiring.services import Services


class PredictionRecorder:
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


@dataclass(frozen=True)
class PlanServices:
    """The parts, wired to the runner whose comparisons they promise and settle."""

    ledger: Ledger
    outlook: Outlook
    workstation: Workstation
    promises: PredictionRecorder

    def close(self) -> None:
        """End workers."""
        self.workstation.close()


def new_plan_services(services: Services) -> PlanServices:
    """Judges for a window; nothing is begun."""
    models, runner, ledger = services.models, services.runner, services.ledger
    forecaster = services.new_forecaster()

    def budget() -> Budget | None:
        """What is free beside what the lanes hold."""
        found = memory_budget()
        held = sum(runner.only_seems_free(index) for index in range(len(runner.lanes)))
        return found and replace(found, available=max(0, found.available - held))

    computer = ThisComputer(ComputerSources(lambda: probe(models.folder), budget, EngineProbe), services.bandwidth)
    offered = HubListing(models.inspector)
    workstation = Workstation(services.library, models.shelf, models.planner, forecaster, ledger, offered, computer)
    promises = PredictionRecorder(models.planner, forecaster, ledger)
    runner.started.connect(promises.begin)
    services.blind.revealed.connect(ledger.settle)
    models.planner.planned.connect(lambda plan: computer.take_gpu_free(plan.gpu_free_bytes))
    outlook = Outlook(models.planner, forecaster, lambda: computer.with_gpus(memory_budget()))
    # What was measured since is expected from now on.
    ledger.changed.connect(outlook.changed)
    return PlanServices(ledger, outlook, workstation, promises)

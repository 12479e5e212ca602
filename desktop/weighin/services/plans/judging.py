"""Everything that says before a run what it will take, and keeps it: made when the window has been painted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from weighin.core.computer.machine import threads_per_lane
from weighin.core.models.model import ModelFacts
from weighin.core.plans.verdict import Budget
from weighin.paths import Profile
from weighin.services.comparisons.blind_round import BlindRound
from weighin.services.comparisons.comparison import ComparisonRunner
from weighin.services.factory import ModelServices, new_worker
from weighin.services.machine.bandwidth import MemoryBandwidth
from weighin.services.machine.hardware import physical_cores, probe
from weighin.services.machine.this_computer import Sources, ThisComputer, memory_budget
from weighin.services.models.library import Library
from weighin.services.plans.forecaster import Forecaster
from weighin.services.plans.ledger import Ledger
from weighin.services.plans.offered import Offered
from weighin.services.plans.outlook import Outlook
from weighin.services.plans.promises import Promises
from weighin.services.plans.workstation import Workstation
from weighin.services.processes.engine_probe import EngineProbe
from weighin.services.settings import Settings


@dataclass(frozen=True)
class Judging:
    """The parts, wired to the runner whose comparisons they promise and settle."""

    ledger: Ledger
    outlook: Outlook
    workstation: Workstation
    promises: Promises

    def close(self) -> None:
        """End workers, then finish what is being written."""
        self.workstation.close()
        self.ledger.close()


def new_judging(
    profile: Profile,
    settings: Settings,
    library: Library,
    models: ModelServices,
    runner: ComparisonRunner,
    blind: BlindRound,
    evaluating: Callable[[], bool] = lambda: False,
) -> Judging:
    """Judges for a window; nothing is begun. `evaluating`: whether an evaluation runs, which no slice may disturb."""
    ledger = Ledger(profile.database)
    bandwidth = MemoryBandwidth(settings)
    forecaster = Forecaster(
        new_worker, ledger, lambda: bandwidth.known, _threads, lambda: runner.running or evaluating()
    )

    def budget() -> Budget | None:
        """What is free beside what the lanes hold."""
        found = memory_budget()
        held = sum(runner.only_seems_free(index) for index in range(len(runner.lanes)))
        return found and replace(found, available=max(0, found.available - held))

    computer = ThisComputer(Sources(lambda: probe(models.folder), budget, EngineProbe), bandwidth)
    offered = Offered(models.inspector)
    workstation = Workstation(library, models.shelf, models.planner, forecaster, ledger, offered, computer)
    promises = Promises(models.planner, forecaster, ledger)
    runner.started.connect(promises.begin)
    blind.revealed.connect(ledger.settle)
    models.planner.planned.connect(lambda plan: computer.take_gpu_free(plan.gpu_free_bytes))
    outlook = Outlook(models.planner, forecaster, lambda: computer.with_gpus(memory_budget()))
    # What was measured since is expected from now on.
    ledger.changed.connect(outlook.changed)
    return Judging(ledger, outlook, workstation, promises)


def _threads(model: ModelFacts) -> int:
    return threads_per_lane(physical_cores(), 1, model)

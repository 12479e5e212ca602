"""The real Workstation on a computer, a planner and a ledger that say what a test tells them to say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from tests.ui.fakes import FakeLibrary, FakeModels
from weighin.core.comparison import EngineFacts
from weighin.core.hardware import Gpu, Hardware
from weighin.core.model import ModelFacts
from weighin.core.options import LoadOptions
from weighin.core.plan import PlanLine, PlanMethod
from weighin.core.prediction import Prediction
from weighin.core.rough_plan import rough_line
from weighin.core.verdict import Budget
from weighin.services.planner import Plan
from weighin.services.workstation import Machine, Workstation

GB = 10**9
HARDWARE = Hardware(
    "Linux 6 (x86_64), Python 3.11",
    "AMD EPYC <b>9554</b>",
    8,
    16,
    32 * GB,
    21 * GB,
    0,
    80 * GB,
    None,
    last_level_cache_bytes=32 << 20,
    gpus=(Gpu("NVIDIA T4", 16 * GB, 15 * GB),),
)
ENGINE = EngineFacts("0.3.36", "0.5.0", "AVX2 FMA", ("CPU: AMD EPYC",), False)


class FakePlanner(QObject):
    """Gives a plan when a test says so."""

    planned = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.plans: dict[str, Plan] = {}

    def known(self, model: ModelFacts, options: LoadOptions) -> Plan | None:
        """What a test gave."""
        return self.plans.get(model.path)

    def plan(self, model: ModelFacts, options: LoadOptions, done: object, failed: object) -> None:
        """Remember that it was asked."""
        self.asked.append(model.path)

    def give(self, model: ModelFacts, needs: int, refusal: str = "") -> None:
        """The engine has answered: `needs` bytes of weights."""
        line = PlanLine(tuple(replace(p, method=PlanMethod.ENGINE) for p in rough_line(needs, 100_000).points))
        self.plans[model.path] = Plan(model, line, refusal)
        self.planned.emit(self.plans[model.path])


class FakeBandwidth(QObject):
    """A measurement that ends when a test says so."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.known: float | None = 40e9
        self.measuring = False
        self.asked = 0
        self._done: Callable[[float | None], None] = lambda _: None

    def need(self, done: Callable[[float | None], None]) -> None:
        """It is known."""
        done(self.known)

    def measure(self, done: Callable[[float | None], None]) -> None:
        """Begin."""
        self.asked += 1
        self.measuring, self._done = True, done

    def finish(self, found: float | None) -> None:
        """It is over."""
        self.measuring = False
        self.known = found or self.known
        self._done(found)
        self.changed.emit()

    def close(self) -> None:
        """Nothing runs."""


class FakeLedger(QObject):
    """Promises in memory."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.kept: tuple[Prediction, ...] = ()

    def predictions(self) -> tuple[Prediction, ...]:
        """All."""
        return self.kept

    def keep(self, *predictions: Prediction) -> None:
        """These and no others."""
        self.kept = predictions
        self.changed.emit()


class FakeEngineProbe(QObject):
    """Finds its engine at once."""

    found = Signal(object)
    failed = Signal(str)

    def start(self) -> None:
        """Answer."""
        self.found.emit(ENGINE)

    def close(self) -> None:
        """Nothing runs."""


@dataclass
class StationKit:
    """A Workstation and what is behind it; `budget` is what memory says when it is looked at next."""

    workstation: Workstation
    planner: FakePlanner
    bandwidth: FakeBandwidth
    ledger: FakeLedger
    memory: list[Budget | None]


def new_station(library: FakeLibrary, models: FakeModels) -> StationKit:
    """The Workstation behind a window on fakes."""
    planner, bandwidth, ledger = FakePlanner(), FakeBandwidth(), FakeLedger()
    memory: list[Budget | None] = [Budget(21 * GB, 32 * GB)]
    machine = Machine(lambda: HARDWARE, lambda: memory[-1], FakeEngineProbe)
    workstation = Workstation(library, models.shelf, planner, bandwidth, ledger, machine)
    return StationKit(workstation, planner, bandwidth, ledger, memory)

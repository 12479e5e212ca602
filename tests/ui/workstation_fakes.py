"""The real Workstation on a computer, a planner and a ledger that say what a test tells them to say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, cast

from PySide6.QtCore import QObject, Signal

from tests.ui.fakes import FakeLibrary, FakeModels, by_hand
from weighin.core.computer.hardware import Gpu, Hardware
from weighin.core.errors import AppError
from weighin.core.models.model import ModelFacts
from weighin.core.plans.memory_formula import rough_line
from weighin.core.plans.plan import MemoryPlan, PlanLine, PlanMethod, SpeedForecast
from weighin.core.plans.prediction import Prediction
from weighin.core.plans.verdict import Budget
from weighin.core.runs.lane import EngineFacts
from weighin.core.runs.options import LoadOptions
from weighin.services.machine.this_computer import ComputerSources, ThisComputer
from weighin.services.plans.hub_listing import HubListing
from weighin.services.plans.planner import ModelPlan
from weighin.services.plans.workstation import Workstation

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
        self.plans: dict[str, ModelPlan] = {}

    def known(self, model: ModelFacts, options: LoadOptions) -> ModelPlan | None:
        """What a test gave."""
        return self.plans.get(model.path)

    def plan(
        self,
        model: ModelFacts,
        options: LoadOptions,
        done: Callable[..., object],
        failed: Callable[..., object] = lambda _: None,
        stand_in: str = "",
    ) -> None:
        """Remember that it was asked."""
        self.asked.append(model.path)

    @by_hand
    def give(self, model: ModelFacts, needs: int, refusal: str = "") -> None:
        """The engine has answered: `needs` bytes of weights."""
        line = PlanLine(tuple(replace(p, method=PlanMethod.ENGINE) for p in rough_line(needs, 100_000).points))
        self.plans[model.path] = ModelPlan(model, line, refusal)
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

    @by_hand
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
        self.corrections: dict[str, float] = {}
        self.promised: list[tuple[object, ...]] = []

    def predictions(self) -> tuple[Prediction, ...]:
        """All."""
        return self.kept

    def correction(self, kind: str, bandwidth: float) -> float:
        """What a test says."""
        return self.corrections.get(kind, 1.0)

    def promise(
        self, model: ModelFacts, load: LoadOptions, plan: MemoryPlan, forecast: SpeedForecast | None, threads: int
    ) -> None:
        """Remember it."""
        self.promised.append((model, load, plan, forecast, threads))

    @by_hand
    def keep(self, *predictions: Prediction) -> None:
        """These and no others."""
        self.kept = predictions
        self.changed.emit()


class FakeForecaster:
    """A slice that is timed when a test says so."""

    def __init__(self) -> None:
        self.forecasts: dict[str, SpeedForecast] = {}
        self.asked: list[tuple[str, str]] = []
        self.timing = False
        self._over: tuple[Callable[..., object], Callable[..., object]] | None = None

    def known(self, model: ModelFacts, options: LoadOptions) -> SpeedForecast | None:
        """What a slice gave."""
        return self.forecasts.get(model.path)

    def forecast(
        self,
        model: ModelFacts,
        options: LoadOptions,
        done: Callable[..., object],
        failed: Callable[..., object],
        stand_in: str = "",
    ) -> None:
        """Begin."""
        self.asked.append((model.path, stand_in))
        self.timing, self._over = True, (done, failed)

    @by_hand
    def give(self, answer: SpeedForecast | AppError) -> None:
        """It is over."""
        self.timing = False
        assert self._over is not None
        if isinstance(answer, AppError):
            self._over[1](answer)
        else:
            self.forecasts[self.asked[-1][0]] = answer
            self._over[0](answer)

    def stop(self) -> None:
        """As the real one does."""
        self.give(AppError("Stopped.", kind="cancelled"))

    def close(self) -> None:
        """Nothing runs."""


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
    forecaster: FakeForecaster
    memory: list[Budget | None]


def new_station(library: FakeLibrary, models: FakeModels) -> StationKit:
    """The Workstation behind a window on fakes."""
    planner, bandwidth, ledger, forecaster = FakePlanner(), FakeBandwidth(), FakeLedger(), FakeForecaster()
    memory: list[Budget | None] = [Budget(21 * GB, 32 * GB)]
    # test_fakes.py holds them all against the classes they stand for.
    new_probe: Any = FakeEngineProbe
    computer = ThisComputer(ComputerSources(lambda: HARDWARE, lambda: memory[-1], new_probe), cast(Any, bandwidth))
    new: Any = Workstation
    offered = HubListing(cast(Any, models.inspector))
    workstation = new(library, models.shelf, planner, forecaster, ledger, offered, computer)
    return StationKit(workstation, planner, bandwidth, ledger, forecaster, memory)

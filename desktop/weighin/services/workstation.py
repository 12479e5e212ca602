"""What this computer is and what runs on it, gathered for whoever shows or asks it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from weighin.core.candidates import Candidate, of_catalogue, of_file, of_listing, of_shelf
from weighin.core.catalogue import Catalogue
from weighin.core.comparison import EngineFacts
from weighin.core.hardware import Hardware
from weighin.core.model import ModelFacts
from weighin.core.options import LoadOptions
from weighin.core.plan import SpeedForecast
from weighin.core.prediction import Measured, Prediction
from weighin.core.repository import Listing
from weighin.core.verdict import Budget
from weighin.core.workstation import Conditions, Row, measured_by_file, row_of
from weighin.services.bandwidth import MemoryBandwidth
from weighin.services.engine_probe import EngineProbe
from weighin.services.hardware import available_bytes, total_bytes
from weighin.services.ledger import Ledger
from weighin.services.library import Library
from weighin.services.planner import Plan, Planner
from weighin.services.shelf import Shelf
from weighin.services.tasks import TaskRunner

_OPTIONS = LoadOptions()
_FLICKER = 0.002


@dataclass(frozen=True)
class Machine:
    """Where the facts of this computer come from. The first two are called away from the window's thread."""

    hardware: Callable[[], Hardware]
    budget: Callable[[], Budget | None]
    new_engine_probe: Callable[[], EngineProbe]


class Workstation(QObject):
    """`changed`: other candidates, plans, forecasts or measurements; `machine_changed`: what is known of this computer;
    `memory_changed`: another part of its memory is free."""

    changed = Signal()
    machine_changed = Signal()
    memory_changed = Signal()

    def __init__(
        self,
        library: Library,
        shelf: Shelf,
        planner: Planner,
        bandwidth: MemoryBandwidth,
        ledger: Ledger | None,
        machine: Machine,
        parent: QObject | None = None,
    ) -> None:
        """`ledger`: None where nothing is kept."""
        super().__init__(parent)
        self._library, self._shelf, self._planner, self._ledger = library, shelf, planner, ledger
        self.bandwidth = bandwidth
        self._machine = machine
        self._tasks = TaskRunner(1, self)
        self._engine_probe: EngineProbe | None = None
        self._listing: Listing | None = None
        self._forecasts: dict[str, SpeedForecast] = {}
        self._remote: dict[str, Plan] = {}
        self._budget: Budget | None = None
        self._measured: dict[str, Measured] | None = None
        self._asked: set[str] = set()
        self._planning = False
        self._measure = False
        self.hardware: Hardware | None = None
        self.engine: EngineFacts | None = None
        library.changed.connect(self.changed)
        planner.planned.connect(self._on_planned)
        if ledger is not None:
            ledger.changed.connect(self._on_ledger)
        bandwidth.changed.connect(self.machine_changed)

    @property
    def budget(self) -> Budget | None:
        """Memory as it was when it was last looked at; None where the system does not tell."""
        if self._budget is None:
            self._budget = self._machine.budget()
        return self._budget

    def look(self, measure: bool) -> None:
        """Find out what this computer is: what it has free now every time, its engine the first time. `measure`: its
        bandwidth too, where it is not known yet."""
        self._tasks.run(lambda: (self._machine.hardware(), self._machine.budget()), self._found, lambda _: None)
        self._measure = measure
        if self._engine_probe is None:
            self._engine_probe = self._machine.new_engine_probe()
            self._engine_probe.found.connect(self._engine_found)
            self._engine_probe.start()
        elif self.engine is not None:
            self._measure_once()

    def look_at_memory(self) -> None:
        """What is free now; `memory_changed` follows where that is another amount."""
        self._tasks.run(self._machine.budget, self._take_budget, lambda _: None)

    def candidates(self, catalogue: Catalogue) -> tuple[Candidate, ...]:
        """What could run: files of this computer, the repository shown, the catalogue; with their plans where there are
        any."""
        shelf = of_shelf(self._shelf.models(), catalogue)
        known = {candidate.key for candidate in shelf}
        starter = tuple(of_file(facts) for facts in self._library.models() if facts.path not in known)
        here = tuple(self._with_plan(candidate) for candidate in (*starter, *shelf))
        hub = self.offered(self._listing, catalogue) if self._listing else ()
        return (*here, *hub, *of_catalogue(catalogue, here))

    def offered(self, listing: Listing, catalogue: Catalogue) -> tuple[Candidate, ...]:
        """What a repository offers, with plans of the headers that were looked into."""
        plans = ((candidate, self._remote.get(candidate.key)) for candidate in of_listing(listing, catalogue))
        return tuple(c if plan is None else c.planned(plan.line, plan.refusal) for c, plan in plans)

    def keep_plan(self, key: str, plan: Plan) -> None:
        """Remember what the engine said of a candidate at the hub whose header was looked into."""
        self._remote[key] = plan
        self.changed.emit()

    def show_listing(self, listing: Listing | None) -> None:
        """Judge the models of this repository too."""
        if listing != self._listing:
            self._listing = listing
            self.changed.emit()

    @property
    def listing(self) -> Listing | None:
        """The repository whose models are judged too."""
        return self._listing

    def conditions(self, context: int) -> Conditions:
        """Under which candidates are judged now, at `context` tokens."""
        if self._measured is None:
            self._measured = measured_by_file(self.predictions())
        return Conditions(context, self.budget, self.bandwidth.known, self._forecasts, self._measured)

    def judge(self, candidate: Candidate, context: int = _OPTIONS.context) -> Row:
        """One candidate as it stands now."""
        return row_of(candidate, self.conditions(context))

    def judge_file(self, facts: ModelFacts) -> Row:
        """A file of this computer, by its plan where there is one."""
        return self.judge(self._with_plan(of_file(facts)))

    def predictions(self) -> tuple[Prediction, ...]:
        """The ledger, the latest first."""
        return self._ledger.predictions() if self._ledger is not None else ()

    def plan(self, facts: ModelFacts) -> None:
        """Ask the engine what this file needs, once; `changed` follows."""
        if facts.path not in self._asked and self._planner.known(facts, _OPTIONS) is None:
            self._asked.add(facts.path)
            self._planning = True
            self._planner.plan(facts, _OPTIONS, lambda _plan: None, lambda _error: self._after_plan())

    def plan_next(self) -> None:
        """Ask it about one file more of this computer; `changed` follows, and nothing where all are planned."""
        if not self._planning:
            waiting = (facts for facts in self._library.models() if facts.path not in self._asked)
            if (facts := next(waiting, None)) is not None:
                self.plan(facts)

    def close(self) -> None:
        """End what is under way."""
        self.bandwidth.close()
        if self._engine_probe is not None:
            self._engine_probe.close()
        self._tasks.close()

    def _with_plan(self, candidate: Candidate) -> Candidate:
        plan = self._planner.known(candidate.facts, _OPTIONS) if candidate.facts else None
        return candidate if plan is None else candidate.planned(plan.line, plan.refusal)

    def _found(self, found: tuple[Hardware, Budget | None]) -> None:
        self.hardware = found[0]
        self.machine_changed.emit()
        self._take_budget(found[1])

    def _engine_found(self, engine: EngineFacts) -> None:
        self.engine = engine
        self.machine_changed.emit()
        # Not before the engine has left: both would compete for the processor.
        self._measure_once()

    def _measure_once(self) -> None:
        if self._measure and not self.bandwidth.measuring:
            self.bandwidth.need(lambda _: None)
            self.machine_changed.emit()

    def _take_budget(self, budget: Budget | None) -> None:
        if _differs(budget, self._budget):
            self._budget = budget
            self.memory_changed.emit()

    def _on_ledger(self) -> None:
        self._measured = None
        self.changed.emit()

    def _on_planned(self, _plan: Plan) -> None:
        self._after_plan()

    def _after_plan(self) -> None:
        self._planning = False
        self.changed.emit()


def _differs(one: Budget | None, other: Budget | None) -> bool:
    """Whether two looks at memory differ by more than what comes and goes all the time."""
    if one is None or other is None:
        return one is not other
    return one.total != other.total or abs(one.available - other.available) > _FLICKER * one.total


def memory_budget() -> Budget | None:
    """Memory that can be had now and in all; None where the system does not tell."""
    available, total = available_bytes(), total_bytes()
    return None if available is None else Budget(available, total or available)

"""What runs on this computer, gathered for whoever shows or asks it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from weighin.core.computer.machine import threads_per_lane
from weighin.core.errors import AppError
from weighin.core.models.catalogue import Catalogue
from weighin.core.models.model import ModelFacts
from weighin.core.plans.candidates import Candidate, of_catalogue, of_file, of_shelf
from weighin.core.plans.plan import SpeedForecast, SpeedMethod
from weighin.core.plans.prediction import KINDS, Measured, Prediction
from weighin.core.plans.workstation import FitConditions, WorkstationRow, measured_by_file, row_of
from weighin.core.runs.options import KV_BYTES, LoadOptions
from weighin.services.machine.cpu import physical_cores
from weighin.services.machine.this_computer import ThisComputer
from weighin.services.models.library import Library
from weighin.services.models.shelf import Shelf
from weighin.services.plans.forecaster import Forecaster
from weighin.services.plans.hub_listing import HubListing
from weighin.services.plans.ledger import Ledger
from weighin.services.plans.planner import ModelPlan, Planner
from weighin.services.task_runner import Failed

_OPTIONS = LoadOptions()
_MEASURING = "This computer is being measured on the Workstation page. Wait a few seconds."
# A file as it is now, and how its KV cache is stored: replaced or stored otherwise it is planned again.
_Asked = tuple[str, int, str | None, str]


class Workstation(QObject):
    """`changed`: other candidates, plans, forecasts or measurements. computer: what it is; offered: at the hub."""

    changed = Signal()

    def __init__(
        self,
        library: Library,
        shelf: Shelf,
        planner: Planner,
        forecaster: Forecaster,
        ledger: Ledger,
        offered: HubListing,
        computer: ThisComputer,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._library, self._shelf = library, shelf
        self._planner, self._forecaster, self._ledger = planner, forecaster, ledger
        self.offered, self.computer = offered, computer
        self._options = _OPTIONS
        self._forecasts: dict[str, SpeedForecast] = {}
        self._corrections: dict[str, float] = {}
        self._measured: dict[str, Measured] | None = None
        self._asked: set[_Asked] = set()
        self._planning = False
        self._slicing = ""
        library.changed.connect(self.changed)
        offered.changed.connect(self.changed)
        offered.looked.connect(lambda plan: self._promise(plan, _OPTIONS, None))
        planner.planned.connect(self._on_planned)
        ledger.changed.connect(self._on_ledger)

    # ------------------------------------------------------------------ what is known

    def candidates(self, catalogue: Catalogue) -> tuple[Candidate, ...]:
        """What could run: files of this computer, the repository looked at, the catalogue; with their plans where there
        are any."""
        shelf = of_shelf(self._shelf.models(), catalogue)
        known = {candidate.key for candidate in shelf}
        starter = tuple(of_file(facts) for facts in self._library.models() if facts.path not in known)
        here = tuple(self._with_plan(candidate) for candidate in (*starter, *shelf))
        hub = self._stored(self.offered.candidates(self.offered.listing, catalogue))
        self._refine((*here, *hub))
        return (*here, *hub, *self._stored(of_catalogue(catalogue, here)))

    def starter_models(self) -> tuple[ModelFacts, ...]:
        """Those that come with the program."""
        return tuple(facts for facts in self._library.models() if facts.starter)

    @property
    def kv_type(self) -> str:
        """How the KV cache is stored in everything that is said here."""
        return self._options.kv_type

    def set_kv_type(self, kv_type: str) -> None:
        """Say everything for a cache stored like this; `changed` follows."""
        if kv_type != self.kv_type:
            self._options = replace(self._options, kv_type=kv_type)
            self.changed.emit()

    def conditions(self, context: int) -> FitConditions:
        """Under which candidates are judged now, at `context` tokens."""
        if self._measured is None:
            self._measured = measured_by_file(self.predictions())
        computer = self.computer
        return FitConditions(
            context, computer.budget, computer.bandwidth.known, self._forecasts, self._measured, self._corrections
        )

    def judge(self, candidate: Candidate, context: int = _OPTIONS.context) -> WorkstationRow:
        """One candidate as it stands now."""
        return row_of(candidate, self.conditions(context))

    def judge_file(self, facts: ModelFacts) -> WorkstationRow:
        """A file of this computer, by its plan where there is one."""
        return self.judge(self._with_plan(of_file(facts)))

    def predictions(self) -> tuple[Prediction, ...]:
        """The ledger, the latest first."""
        return self._ledger.predictions()

    # ------------------------------------------------------------------ what the engine is asked

    def plan(self, facts: ModelFacts) -> None:
        """Ask the engine what this file needs, once; `changed` follows."""
        if self._asked_of(facts) in self._asked:
            return
        self._asked.add(self._asked_of(facts))
        if self._planner.known(facts, self._options) is None:
            self._planning = True
            self._planner.plan(facts, self._options, lambda _plan: None, lambda _error: self._after_plan())

    def plan_next(self) -> None:
        """Ask it about one file more of this computer; `changed` follows, and nothing where all are planned."""
        if not self._planning and not self._forecaster.timing:
            waiting = (facts for facts in self._library.models() if self._asked_of(facts) not in self._asked)
            if (facts := next(waiting, None)) is not None:
                self.plan(facts)

    @property
    def reason_to_wait(self) -> str:
        """Why no model may run now, in a sentence; "" where it may."""
        return _MEASURING if self._forecaster.timing or self.computer.bandwidth.measuring else ""

    @property
    def slicing(self) -> str:
        """Key of the candidate of which a slice is being timed, "" while none is."""
        return self._slicing

    def can_slice(self, candidate: Candidate) -> bool:
        """Whether there is a header to cut a slice from."""
        return bool(candidate.facts or self.offered.stand_in(candidate)) and not candidate.refusal

    def time_slice(self, candidate: Candidate, failed: Failed) -> None:
        """Time a slice of it, in about ten seconds; `changed` follows. `failed` says why there is none."""
        model, stand_in = self._facts(candidate), self.offered.stand_in(candidate)
        if model is None or not self.can_slice(candidate):
            failed(AppError("The header of this model is not here any more: look inside again.", kind="missing"))
            return

        def over(error: AppError | None) -> None:
            self._slicing = ""
            self.changed.emit()
            if error is not None and error.kind != "cancelled":
                failed(error)

        self._slicing = candidate.key
        self.changed.emit()
        options = self._options

        def timed(forecast: SpeedForecast) -> None:
            plan = self._planner.known(model, options) or self.offered.plan(candidate)
            if plan is not None:
                self._promise(plan, options, forecast)
            over(None)

        self._forecaster.forecast(model, options, timed, over, stand_in)

    def stop_slice(self) -> None:
        """Time no slice any more."""
        self._forecaster.stop()

    def close(self) -> None:
        """End what is under way."""
        self._forecaster.close()
        self.computer.close()

    def _with_plan(self, candidate: Candidate) -> Candidate:
        if candidate.facts is None:
            return candidate
        if (plan := self._planner.known(candidate.facts, self._options)) is not None:
            return candidate.planned(plan.line, plan.refusal)
        usual = self._planner.known(candidate.facts, _OPTIONS)
        return self._stored((candidate if usual is None else candidate.planned(usual.line, usual.refusal),))[0]

    def _stored(self, candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
        """Candidates said of a usual KV cache, with the cache as it is stored now."""
        if self.kv_type == _OPTIONS.kv_type:
            return candidates
        factor = KV_BYTES[self.kv_type] / KV_BYTES[_OPTIONS.kv_type]
        return tuple(replace(candidate, line=candidate.line.with_kv(factor)) for candidate in candidates)

    def _asked_of(self, facts: ModelFacts) -> _Asked:
        return facts.path, facts.file_bytes, facts.sha256, self.kv_type

    def _facts(self, candidate: Candidate) -> ModelFacts | None:
        """What its header says, where that lies here or was looked into."""
        return candidate.facts or self.offered.facts(candidate)

    def _promise(self, plan: ModelPlan, options: LoadOptions, forecast: SpeedForecast | None) -> None:
        """Keep what is shown of a model, to be held against its first run."""
        if not plan.refusal:
            model = plan.model
            memory = plan.line.at(min(options.context, model.context_length or options.context))
            threads = threads_per_lane(physical_cores(), 1, model)
            self._ledger.promise(model, options, memory, forecast, threads)

    def _refine(self, candidates: tuple[Candidate, ...]) -> None:
        """What is known of speed beyond bandwidth: slices, earlier runs, and how wrong bandwidth was so far."""
        models = ((candidate.key, self._facts(candidate)) for candidate in candidates)
        known = ((key, self._forecaster.known(model, self._options)) for key, model in models if model is not None)
        self._forecasts = {key: f for key, f in known if f is not None and f.method is not SpeedMethod.BANDWIDTH}
        bandwidth = self.computer.bandwidth.known
        corrections = {kind: self._ledger.correction(kind, bandwidth) for kind in KINDS} if bandwidth else {}
        self._corrections = {kind: factor for kind, factor in corrections.items() if factor != 1.0}

    def _on_ledger(self) -> None:
        self._measured = None
        self.changed.emit()

    def _on_planned(self, _plan: ModelPlan) -> None:
        self._after_plan()

    def _after_plan(self) -> None:
        self._planning = False
        self.changed.emit()

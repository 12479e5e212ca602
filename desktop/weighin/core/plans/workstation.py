"""The table of what runs here: arithmetic that is done again for thousands of models whenever a slider moves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from weighin.core.plans.candidates import Candidate
from weighin.core.plans.forecast import corrected
from weighin.core.plans.plan import MemoryPlan, PlanMethod, SpeedForecast, VerdictKind
from weighin.core.plans.prediction import Measured, Prediction
from weighin.core.plans.quick_forecast import quick_forecast
from weighin.core.plans.verdict import Budget, verdict, verdict_kind

CONTEXT_STOPS = tuple(512 << n for n in range(12))  # 512 .. 1M


@dataclass(frozen=True)
class Conditions:
    """Under which everything is judged: tokens of context, memory (None where the system does not tell), bytes/s that
    memory is read with, and what is known better than from these: forecasts by a slice or from history and what was
    measured, by the key of a candidate; and by how much bandwidth promised too little, by kind of model."""

    context: int
    budget: Budget | None
    bandwidth: float | None
    forecasts: Mapping[str, SpeedForecast]
    measured: Mapping[str, Measured]
    corrections: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """A candidate under conditions. context: never more than it was trained for. needs: bytes of main memory.

    kind: None where nobody knows how much memory there is. forecast: None where it is unknown, or where the disk would
    set the speed; refined: by how wrong such forecasts were before."""

    candidate: Candidate
    context: int
    needs: int
    kind: VerdictKind | None
    forecast: SpeedForecast | None
    measured: Measured | None
    refined: bool = False

    @property
    def plan(self) -> MemoryPlan:
        """What it needs, by parts."""
        return self.candidate.line.at(self.context)

    @property
    def mark(self) -> str:
        """How sure the needs are: "" for the engine's own plan, "~" for arithmetic, "?" for a weak guess."""
        if self.candidate.guessed:
            return "?"
        return "~" if self.candidate.line.upper.method is PlanMethod.FORMULA else ""

    def sentence(self, budget: Budget | None) -> str:
        """What it means."""
        if self.candidate.refusal:
            return self.candidate.refusal
        found = self.candidate
        return verdict(found.line, self.context, budget, found.trained, found.read_bytes).sentence


def row_of(candidate: Candidate, now: Conditions) -> Row:
    """One candidate under these conditions."""
    context = min(now.context, candidate.trained or now.context)
    needs = candidate.line.needed_at(context)
    kind: VerdictKind | None = VerdictKind.NO
    if not candidate.refusal:
        kind = verdict_kind(candidate.line, context, now.budget, candidate.trained) if now.budget else None
    forecast = now.forecasts.get(candidate.key)
    refined = False
    if candidate.refusal or (now.budget and needs > now.budget.total):
        forecast = None
    elif forecast is None and not candidate.line.upper.gpu_bytes:
        forecast = quick_forecast(now.bandwidth, candidate.read_bytes)
        refined = forecast is not None and candidate.kind in now.corrections
        forecast = corrected(forecast, now.corrections[candidate.kind]) if forecast and refined else forecast
    return Row(candidate, context, needs, kind, forecast, now.measured.get(candidate.key), refined)


def rows_of(candidates: Iterable[Candidate], now: Conditions) -> tuple[Row, ...]:
    """All of them."""
    return tuple(row_of(candidate, now) for candidate in candidates)


def context_stops(candidates: Iterable[Candidate]) -> tuple[int, ...]:
    """Lengths of context worth choosing from: doubling from 512 to the most any candidate was trained for."""
    most = max((c.trained for c in candidates if c.trained), default=CONTEXT_STOPS[-1])
    return tuple(stop for stop in CONTEXT_STOPS if stop <= most) or CONTEXT_STOPS[:1]


def measured_by_file(predictions: Iterable[Prediction]) -> dict[str, Measured]:
    """The latest measurement of each file, by its path: of its speed where there is one; `predictions`: the latest
    first."""
    found: dict[str, Measured] = {}
    for prediction in predictions:
        path, measured = prediction.model.path, prediction.measured
        if measured is not None and (path not in found or (measured.speed and not found[path].speed)):
            found[path] = measured
    return found

"""The table of what runs here: arithmetic that is done again for thousands of models whenever a slider moves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from weighin.core import format
from weighin.core.plans.candidates import Candidate
from weighin.core.plans.forecast import EFFICIENCY, corrected, quick_forecast
from weighin.core.plans.plan import MemoryPlan, PlanMethod, SpeedForecast, VerdictKind
from weighin.core.plans.prediction import Measured, Prediction
from weighin.core.plans.verdict import Budget, tokens, verdict, verdict_kind
from weighin.core.safe_text import safe_name

CONTEXT_STOPS = tuple(512 << n for n in range(12))  # 512 .. 1M


@dataclass(frozen=True)
class FitConditions:
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
class WorkstationRow:
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


def row_of(candidate: Candidate, now: FitConditions) -> WorkstationRow:
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
    return WorkstationRow(candidate, context, needs, kind, forecast, now.measured.get(candidate.key), refined)


def rows_of(candidates: Iterable[Candidate], now: FitConditions) -> tuple[WorkstationRow, ...]:
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


@dataclass(frozen=True)
class Cost:
    """One model. memory: bytes it needs, or took where `measured`. read: bytes of weights for one token. speed: tokens
    a second while writing. used: share of this computer's measured memory bandwidth that this speed takes, 0..1.

    None where unknown; measured: memory and speed were measured here, else they are planned and forecast (marked ~)."""

    name: str
    memory: int
    read: float | None
    speed: float | None
    used: float | None
    measured: bool


def cost(row: WorkstationRow, bandwidth: float | None) -> Cost:
    """The cost of one row: as measured where it has run here, as planned elsewhere."""
    taken = row.measured
    measured = taken is not None and taken.memory_bytes is not None and taken.speed is not None
    memory, speed = row.needs, row.forecast.generation_tokens_per_s if row.forecast else None
    if measured:
        assert taken is not None and taken.memory_bytes is not None
        # Pages of which the engine keeps a copy were resident, but give way: the plan leaves them out as well.
        memory, speed = max(0, taken.memory_bytes - row.plan.idle_bytes), taken.speed
    read = row.candidate.read_bytes
    used = speed * read / bandwidth if speed and read and bandwidth else None
    return Cost(row.candidate.name, memory, read, speed, used, measured)


def sentence(rows: tuple[WorkstationRow, WorkstationRow], costs: tuple[Cost, Cost]) -> str:
    """ "The MoE needs 4.0 times the memory and is 1.1 times as fast." The mixture comes first where there is
    exactly one; else the one that needs more memory is compared with the other. "~" where something is not measured."""
    first = int(rows[1].candidate.is_moe and not rows[0].candidate.is_moe)
    if rows[0].candidate.is_moe == rows[1].candidate.is_moe:
        first = int(costs[1].memory > costs[0].memory)
        who = safe_name(costs[first].name, 40)
    else:
        who = "The MoE"
    one, other = costs[first], costs[1 - first]
    mark = "" if one.measured and other.measured else "~"
    text = f"{who} needs {mark}{format.times(one.memory / max(1, other.memory))} the memory"
    if one.speed and other.speed:
        ratio = one.speed / other.speed
        text += f" and is {mark}{format.times(max(ratio, 1 / ratio))} as {'fast' if ratio >= 1 else 'slow'}"
    return text + "."


# What the system and other programs keep for themselves, beside the model.
_KEPT_FREE = 2 << 30
# Memory as it is sold.
_SIZES = (8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048)
_GB = 10**9


@dataclass(frozen=True)
class Demand:
    """Memory in bytes and reading speed in bytes/s that a model needs; bandwidth None where unknown.

    sold_gb: the smallest usual computer that has it; None beyond all of them."""

    memory: int
    bandwidth: float | None
    sold_gb: int | None
    sentence: str


def demand(
    candidate: Candidate, context: int, tokens_per_s: float, have: Budget | None, bandwidth: float | None
) -> Demand:
    """What it takes to run `candidate` with `context` tokens at `tokens_per_s`, beside what this computer has.

    bandwidth: bytes/s as measured here. Needed: bytes read for a token x tokens a second / efficiency."""
    context = min(context, candidate.trained or context)
    memory = candidate.line.needed_at(context) + _KEPT_FREE
    sold = next((size for size in _SIZES if size * _GB >= memory), None)
    speed = tokens_per_s * candidate.read_bytes / EFFICIENCY if candidate.read_bytes else None
    machine = f"{sold} GB of memory" if sold else f"{format.size(memory)} of memory, more than computers are sold with"
    text = f"At {tokens(context)} context: {machine}"
    if speed is not None:
        asked = format.figure(tokens_per_s)
        text = f"For {asked} tok/s at {tokens(context)} context: {machine} and a bandwidth of about {_speed(speed)}"
    here = [format.size(have.total)] if have else []
    here += [_speed(bandwidth)] if bandwidth else []
    text += f". This computer has {' and '.join(here)}." if here else "."
    return Demand(memory, speed, sold, text)


def _speed(bytes_per_s: float) -> str:
    return f"{format.size(bytes_per_s)}/s"

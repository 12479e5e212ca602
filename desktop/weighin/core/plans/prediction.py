"""What was promised before a run, and what was measured after it: the ledger by which this program is judged."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from weighin.core.models.model import ModelFacts
from weighin.core.plans.plan import MemoryPlan, SpeedForecast
from weighin.core.runs.options import LoadOptions

KINDS = ("dense", "MoE", "hybrid")
# Architectures with recurrent layers beside or instead of attention.
_HYBRIDS = ("mamba", "jamba", "hybrid", "-h", "lfm2", "qwen35", "qwen3next", "rwkv", "nemotron_h", "plamo2")


@dataclass(frozen=True)
class Measured:
    """What a run really took. memory_bytes: own memory and mapped file at its end. generation_tokens_per_s: of this
    run, whatever that is worth; is_measured: whether it may be said of the model; False too in records of earlier
    versions, which do not tell. from_test: it comes from a speed test, tested: made at that moment, ISO 8601 in UTC.
    prompt_tokens_per_s: only where it may be said. disturbed: other programs were busy in every round. comparison, at:
    its id and when it was made, ISO 8601 in UTC; "" in records of earlier versions."""

    memory_bytes: int | None
    generation_tokens_per_s: float | None
    prompt_tokens_per_s: float | None
    disturbed: bool = False
    is_measured: bool = False
    from_test: bool = False
    tested: str = ""
    comparison: str = ""
    at: str = ""

    @property
    def speed(self) -> float | None:
        """Tokens a second while writing that may be said of the model; None where this run does not carry that."""
        return self.generation_tokens_per_s if self.is_measured else None


@dataclass(frozen=True)
class Prediction:
    """One promise. created: ISO 8601 in UTC. threads: of the run. measured: None until the run is over."""

    id: str
    created: str
    model: ModelFacts
    load: LoadOptions
    plan: MemoryPlan
    forecast: SpeedForecast | None
    threads: int
    measured: Measured | None = None

    @property
    def when(self) -> str:
        """The moment it is listed under, ISO 8601 in UTC: that of the comparison that measured it, as History has it;
        until then that of the promise."""
        return (self.measured.at if self.measured else "") or self.created

    @property
    def memory_error(self) -> float | None:
        """(planned - measured) / measured memory; None until known."""
        actual = self.measured.memory_bytes if self.measured else None
        return (self.plan.ram_bytes - actual) / actual if actual else None

    @property
    def speed_error(self) -> float | None:
        """(forecast - measured) / measured tokens a second while writing; None until that was measured."""
        actual = self.measured.speed if self.measured else None
        return (self.forecast.generation_tokens_per_s - actual) / actual if actual and self.forecast else None


@dataclass(frozen=True)
class Errors:
    """Past errors of one kind of model as shares of the measured value. median and worst are without sign."""

    kind: str
    what: str
    runs: int
    median: float
    worst: float


def kind_of(model: ModelFacts) -> str:
    """ "dense", "MoE" or "hybrid"."""
    if any(mark in model.architecture for mark in _HYBRIDS):
        return "hybrid"
    return "MoE" if model.is_moe else "dense"


def past_errors(predictions: tuple[Prediction, ...]) -> tuple[Errors, ...]:
    """How wrong this program was so far: memory and speed for each kind of model that was run."""
    found = []
    for kind in KINDS:
        of_kind = [p for p in predictions if kind_of(p.model) == kind]
        for what, errors in (
            ("memory", [e for p in of_kind if (e := p.memory_error) is not None]),
            ("speed", [e for p in of_kind if (e := p.speed_error) is not None]),
        ):
            if errors:
                sizes = [abs(e) for e in errors]
                found.append(Errors(kind, what, len(sizes), median(sizes), max(sizes)))
    return tuple(found)

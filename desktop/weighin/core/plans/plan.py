"""What a model needs of this computer before it is loaded, how fast it will be, and what that means: values only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Any


class PlanMethod(str, Enum):
    """Who said it: the engine itself, or arithmetic on the header (marked ~)."""

    ENGINE = "engine"
    FORMULA = "formula"


class SpeedMethod(str, Enum):
    """Where a forecast comes from: a timed slice, earlier runs of the same shape here, or memory bandwidth."""

    SLICE = "slice"
    HISTORY = "history"
    BANDWIDTH = "bandwidth"


class VerdictKind(str, Enum):
    """runs: fits into what is free now. tight: only with less context, or with nothing to spare. no: not here."""

    RUNS = "runs"
    TIGHT = "tight"
    NO = "no"


class PairKind(str, Enum):
    """How two models can be compared here."""

    TOGETHER = "together"
    ONE_AFTER_THE_OTHER = "one_after_the_other"
    NOT_HERE = "not_here"


@dataclass(frozen=True)
class MemoryPlan:
    """Memory of one worker with one model, in bytes, resident after a full batch was read.

    weights: what is kept of the file (mapped) plus copies the engine makes of it (repacked, or read without mapping).
    mapped: the part of `weights` that is mapped from the file and can be read again from disk. kv: KV cache; state: of
    recurrent layers; compute: working buffers; output: logits; overhead: the process itself with the vocabulary.
    gpu: the part of all this that lies on GPUs. loading_peak: the most while loading, before anything is read.
    idle: the part of `mapped` of which the engine keeps a copy: resident but never read again, it gives way to whatever
    wants the memory.
    context: tokens planned for."""

    context: int
    weights_bytes: int
    mapped_bytes: int
    kv_bytes: int
    state_bytes: int
    compute_bytes: int
    output_bytes: int
    overhead_bytes: int
    loading_peak_bytes: int
    gpu_bytes: int = 0
    idle_bytes: int = 0
    method: PlanMethod = PlanMethod.ENGINE
    notices: tuple[str, ...] = ()

    @property
    def total_bytes(self) -> int:
        """Everything, on this computer and its GPUs."""
        return self.weights_bytes + self.working_bytes

    @property
    def working_bytes(self) -> int:
        """All but the weights."""
        return self.kv_bytes + self.state_bytes + self.compute_bytes + self.output_bytes + self.overhead_bytes

    @property
    def ram_bytes(self) -> int:
        """What lies in main memory."""
        return self.total_bytes - self.gpu_bytes

    @property
    def needed_bytes(self) -> int:
        """What must stay in main memory for the model to run at its speed."""
        return self.ram_bytes - self.idle_bytes

    @property
    def shared_bytes(self) -> int:
        """What several workers with the same file have in common: pages mapped from it that are used."""
        return self.mapped_bytes - self.idle_bytes

    def for_lanes(self, lanes: int) -> MemoryPlan:
        """The plan of `lanes` workers with this model at once: mapped pages are in memory once, all else each time."""
        own = {name: lanes * getattr(self, name) for name in _OF_EACH_WORKER}
        weights = self.mapped_bytes + lanes * (self.weights_bytes - self.mapped_bytes)
        others = (lanes - 1) * (self.total_bytes - self.mapped_bytes)
        return replace(self, weights_bytes=weights, loading_peak_bytes=self.loading_peak_bytes + others, **own)


_OF_EACH_WORKER = ("kv_bytes", "state_bytes", "compute_bytes", "output_bytes", "overhead_bytes", "gpu_bytes")
_GROWING = ("kv_bytes", "compute_bytes", "output_bytes", "overhead_bytes", "gpu_bytes")
_PEAK = "loading_peak_bytes"
_CELLS = 256  # llama.cpp rounds a context up to whole multiples of this (GGML_PAD in llama-context.cpp)


@dataclass(frozen=True)
class PlanLine:
    """A plan as a function of the context: plans for some contexts in rising order, what lies between on the line.

    KV cache and working buffers grow linearly with the context but for sliding windows, which are full at some point;
    hence several points."""

    points: tuple[MemoryPlan, ...]

    def __post_init__(self) -> None:
        contexts = [plan.context for plan in self.points]
        if not contexts or sorted(set(contexts)) != contexts:
            raise ValueError(f"contexts must rise: {contexts}")

    @property
    def upper(self) -> MemoryPlan:
        """The plan for the most context asked for."""
        return self.points[-1]

    def with_kv(self, factor: float) -> PlanLine:
        """The line with a KV cache stored in `factor` times the bytes: arithmetic, so it is marked as that."""
        return PlanLine(tuple(_with_kv(plan, factor) for plan in self.points))

    def at(self, context: int) -> MemoryPlan:
        """The plan for `context` tokens; beyond the outermost points their line goes on."""
        cells = padded(context)
        low, high = self._segment(cells)
        growing: dict[str, Any] = {name: _between(low, high, name, cells) for name in (*_GROWING, _PEAK)}
        return replace(low, context=context, **growing)

    def needed_at(self, context: int) -> int:
        """`at(context).needed_bytes`, for those who ask for thousands of models."""
        context = padded(context)
        low, high = self._segment(context)
        kv, compute, output, overhead, gpu = (_between(low, high, name, context) for name in _GROWING)
        return low.weights_bytes - low.idle_bytes + low.state_bytes + kv + compute + output + overhead - gpu

    def largest_context(
        self, budget_bytes: int, trained: int | None, step: int = 256, gpu_bytes: int | None = None
    ) -> int:
        """The most tokens of context (a multiple of `step`, at most `trained`) within `budget_bytes` of main memory and
        `gpu_bytes` on GPUs (None: unknown, or no matter); 0: none."""

        def fits(context: int) -> bool:
            on_gpu = gpu_bytes is None or self.at(context).gpu_bytes <= gpu_bytes
            return on_gpu and self.needed_at(context) <= budget_bytes

        most = trained or self.upper.context
        if most < step:
            return most if fits(most) else 0
        low, high = 0, most // step
        while low < high:
            middle = (low + high + 1) // 2
            if fits(middle * step):
                low = middle
            else:
                high = middle - 1
        return low * step

    def for_lanes(self, lanes: int) -> PlanLine:
        """The same for `lanes` workers with this model at once."""
        return self if lanes == 1 else PlanLine(tuple(plan.for_lanes(lanes) for plan in self.points))

    def _segment(self, context: int) -> tuple[MemoryPlan, MemoryPlan]:
        """The two points whose line counts for `context`."""
        last = len(self.points) - 1
        above = next((i for i, plan in enumerate(self.points) if plan.context >= context), last)
        return self.points[max(0, min(above, last) - 1)], self.points[max(min(1, last), above)]


def padded(context: int) -> int:
    """How many tokens llama.cpp keeps room for where `context` are asked for."""
    return -(-context // _CELLS) * _CELLS


def _with_kv(plan: MemoryPlan, factor: float) -> MemoryPlan:
    kv = round(plan.kv_bytes * factor)
    peak = plan.loading_peak_bytes + kv - plan.kv_bytes
    return replace(plan, kv_bytes=kv, loading_peak_bytes=peak, method=PlanMethod.FORMULA)


def _between(low: MemoryPlan, high: MemoryPlan, name: str, context: int) -> int:
    first: int = getattr(low, name)
    second: int = getattr(high, name)
    if first == second or low is high:
        return first
    return max(0, round(first + (second - first) * (context - low.context) / (high.context - low.context)))


@dataclass(frozen=True)
class SpeedForecast:
    """Tokens a second to expect, with the band the truth should lie in. Prompt reading may be unknown.
    disturbances: what spoiled the measurement it comes from, in words."""

    generation_tokens_per_s: float
    low: float
    high: float
    prompt_tokens_per_s: float | None
    method: SpeedMethod
    disturbances: tuple[str, ...] = ()


@dataclass(frozen=True)
class FitVerdict:
    """What it means, in one sentence. kind: None where this system does not tell how much memory is free.
    largest_context: the most that fits, None where unknown."""

    kind: VerdictKind | None
    sentence: str
    largest_context: int | None = None


@dataclass(frozen=True)
class PairVerdict:
    """How two models can be compared here. total_bytes: both at once. largest_context: the most that fits both at
    once (TOGETHER) or the larger one alone (ONE_AFTER_THE_OTHER); None where none fits."""

    kind: PairKind
    total_bytes: int
    largest_context: int | None
    sentence: str

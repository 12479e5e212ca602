"""From a plan and the memory that is free to a sentence a person can decide by."""

from __future__ import annotations

from dataclasses import dataclass

from weighin.core import format
from weighin.core.plans.plan import FitVerdict, MemoryPlan, PairKind, PairVerdict, PlanLine, PlanMethod, VerdictKind

# Below this share of the free memory left over, other programs decide whether it works.
_TIGHT_SHARE = 0.05
_SMALLEST_CONTEXT = 512
_STEP = 256
# Reading at random places of a fast NVMe disk, as pages of a mapped file come in.
_DISK_BYTES_PER_S = 2e9


_KINDS = {VerdictKind.RUNS: "Fits", VerdictKind.TIGHT: "Tight", VerdictKind.NO: "Does not fit"}


@dataclass(frozen=True)
class Budget:
    """Main memory in bytes: `available` now (what other lanes hold is not in it), `total` of this computer. gpu_free:
    of all its GPUs together, None where nobody tells."""

    available: int
    total: int
    gpu_free: int | None = None


def verdict_kind(line: PlanLine, context: int, budget: Budget, trained: int | None = None) -> VerdictKind:
    """The kind of `verdict` alone, for those who ask for thousands of models."""
    spare = budget.available - line.needed_at(context)
    gpu_free = _gpu_limit(line, budget)
    on_gpu = gpu_free is None or line.at(context).gpu_bytes <= gpu_free
    if on_gpu and spare >= _TIGHT_SHARE * budget.available:
        return VerdictKind.RUNS
    if on_gpu and spare >= 0:
        return VerdictKind.TIGHT
    if line.largest_context(budget.available, trained, _STEP, gpu_free) >= _SMALLEST_CONTEXT:
        return VerdictKind.TIGHT
    return VerdictKind.NO


def verdict(
    line: PlanLine, context: int, budget: Budget | None, trained: int | None = None, read_bytes: float | None = None
) -> FitVerdict:
    """Whether the model of `line` runs with `context` tokens in `budget` (None: this system does not tell). `trained`:
    its own limit of context; `read_bytes`: of weights for one token, None where unknown."""
    plan = line.at(context)
    if budget is None:
        needs = f"Needs {_amount(plan)} at {tokens(context)} context"
        return FitVerdict(None, f"{needs}; this system does not tell how much memory is free.", None)
    kind = verdict_kind(line, context, budget, trained)
    gpu_free = _gpu_limit(line, budget)
    needs = f"needs {_amount(plan)} at {tokens(context)} context, {format.size(budget.available)} free"
    if gpu_free is not None:
        wanted = f"{_amount(plan)} and {format.size(plan.gpu_bytes)} on GPUs"
        needs = (
            f"needs {wanted} at {tokens(context)} context, {format.size(budget.available)} and "
            f"{format.size(gpu_free)} free"
        )
    no_room = gpu_free is not None and plan.gpu_bytes > gpu_free
    if kind is not VerdictKind.NO:
        largest = line.largest_context(budget.available, trained, _STEP, gpu_free)
        if no_room or plan.needed_bytes > budget.available:
            return FitVerdict(kind, f"Fits only with a context of {tokens(largest)} or less: {needs}.", largest)
        tight = "" if kind is VerdictKind.RUNS else " Hardly any memory to spare."
        return FitVerdict(kind, f"Fits in memory: {needs}.{tight}", largest)
    if no_room and plan.needed_bytes <= budget.available:
        why = "Keep fewer layers on the GPUs."
    elif plan.ram_bytes - plan.mapped_bytes > budget.total:
        why = f"This computer has {format.size(budget.total)}."
    elif plan.needed_bytes <= budget.total:
        why = "Close other programs to free memory."
    else:
        why = f"Would read from disk for every token{_from_disk(plan, budget, read_bytes)}."
    return FitVerdict(kind, f"Does not fit: {needs}. {why}", None)


def _gpu_limit(line: PlanLine, budget: Budget) -> int | None:
    """What is free on GPUs, where a part of the model is planned there; else None."""
    return budget.gpu_free if line.upper.gpu_bytes else None


def _from_disk(plan: MemoryPlan, budget: Budget, read_bytes: float | None) -> str:
    """How fast that can be at most: the share of the weights that does not fit is read again for each token."""
    if not read_bytes or plan.weights_bytes <= 0:
        return ""
    missing = min(1.0, (plan.needed_bytes - budget.available) / plan.weights_bytes)
    rate = _DISK_BYTES_PER_S / (read_bytes * missing) if missing > 0 else 0.0
    if rate < 1:
        return ": under 1 tok/s"
    return f": about {format.figure(rate)} tok/s at most, even from a fast disk"


def refused(refusal: str) -> FitVerdict:
    """The verdict on a model this engine cannot run, for the reason `refusal`."""
    return FitVerdict(VerdictKind.NO, refusal, None)


def pair_verdict(
    lines: tuple[PlanLine, PlanLine],
    context: int,
    budget: Budget,
    trained: tuple[int | None, int | None],
    same_file: bool = False,
) -> PairVerdict:
    """Whether two models run together, one after the other, or not here, at `context` tokens each.

    `trained`: their own limits of context. `same_file`: both are one file, whose mapped pages are in memory once."""
    needed = [line.needed_at(context) for line in lines]
    shared = lines[0].at(context).shared_bytes if same_file else 0
    both = sum(needed) - shared
    limit = min((t for t in trained if t), default=None)
    free = f"{format.size(budget.available)} free"
    mark = "~" if any(line.upper.method is PlanMethod.FORMULA for line in lines) else ""
    together = f"{mark}{format.size(both)}"
    if both <= budget.available:
        largest = _largest(lines, budget.available + shared, limit, together=True) or None
        text = f"Both fit: together they need {together} at {tokens(context)} context each, {free}."
        return PairVerdict(PairKind.TOGETHER, both, largest, text)
    larger = max(needed)
    needs = f"together they need {together}, the larger one {mark}{format.size(larger)}"
    if larger <= budget.available:
        largest = _largest(lines, budget.available, limit, together=False) or None
        text = f"Fit one at a time (sequential): {needs} at {tokens(context)} context, {free}."
        return PairVerdict(PairKind.ONE_AFTER_THE_OTHER, both, largest, text)
    most = _largest(lines, budget.available, limit, together=False)
    if most >= _SMALLEST_CONTEXT:
        text = (
            f"Fit one at a time with a context of {tokens(most)} or less: {needs} at {tokens(context)} context, {free}."
        )
        return PairVerdict(PairKind.NOT_HERE, both, most, text)
    return PairVerdict(PairKind.NOT_HERE, both, None, f"Do not fit: {needs} at {tokens(context)} context, {free}.")


def kind_words(kind: VerdictKind | None) -> str:
    """ "Fits", "Tight" or "Does not fit"; "-" where nobody knows."""
    return format.NONE if kind is None else _KINDS[kind]


def tokens(context: int) -> str:
    """A length of context as people say it: "4k", "32k", "1\u202f500"."""
    return f"{context // 1024}k" if context >= 1024 and context % 1024 == 0 else format.count(context)


def _amount(plan: MemoryPlan) -> str:
    mark = "~" if plan.method is PlanMethod.FORMULA else ""
    return mark + format.size(plan.needed_bytes)


def _largest(lines: tuple[PlanLine, PlanLine], available: int, limit: int | None, together: bool) -> int:
    most = limit or max(line.upper.context for line in lines)
    if most < _STEP:
        needs = [line.needed_at(most) for line in lines]
        return most if (sum(needs) if together else max(needs)) <= available else 0
    low, high = 0, most // _STEP
    while low < high:
        middle = (low + high + 1) // 2
        needs = [line.needed_at(middle * _STEP) for line in lines]
        if (sum(needs) if together else max(needs)) <= available:
            low = middle
        else:
            high = middle - 1
    return low * _STEP

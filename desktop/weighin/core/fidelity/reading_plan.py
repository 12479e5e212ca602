"""What a measurement needs of this computer: memory of each model, and where BASE's logits lie meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from weighin.core import format
from weighin.core.computer.machine import memory_needed
from weighin.core.fidelity.reading import arithmetic_bytes, most_outputs, row_bytes
from weighin.core.plans.plan import MemoryPlan
from weighin.core.runs.lane import LaneSetup

# A disk is never filled: so much of it stays free, and no more than so much is taken of it.
_LEFT_FREE, _LEFT_SHARE = 1 << 30, 20
_MOST_ON_DISK = 8 << 30


@dataclass(frozen=True)
class ReadingPlan:
    """Memory of a worker that reads with `setup` on so many threads. plan: the engine's own; None where it could not be
    asked, for `reason`, one sentence. gpu_free_bytes: what was free on GPUs then, None without one."""

    setup: LaneSetup
    context: int
    threads: int
    plan: MemoryPlan | None = None
    reason: str = ""
    gpu_free_bytes: int | None = None

    @property
    def total_bytes(self) -> int:
        """Everything, on this computer and its GPUs."""
        return (self.plan.total_bytes if self.plan else self._estimated) + self._arithmetic

    @property
    def needed_bytes(self) -> int:
        """What must stay in main memory."""
        return (self.plan.needed_bytes if self.plan else self._estimated) + self._arithmetic

    @property
    def shared_bytes(self) -> int:
        """What two workers with the same file have in common."""
        return self.plan.shared_bytes if self.plan else 0

    @property
    def gpu_bytes(self) -> int:
        """What lies on GPUs."""
        return self.plan.gpu_bytes if self.plan else 0

    @property
    def _arithmetic(self) -> int:
        return arithmetic_bytes(self.setup.model.vocabulary or 0, self.threads)

    @property
    def _estimated(self) -> int:
        outputs = most_outputs(self.context, self.setup.load.batch) * row_bytes(self.setup.model.vocabulary or 0)
        return memory_needed(self.setup.model, self.setup.load) + 2 * outputs


def together_bytes(plans: Sequence[ReadingPlan]) -> int:
    """Main memory of all models at once; pages of one file are there once."""
    seen: set[str] = set()
    total = 0
    for plan in plans:
        path = plan.setup.model.path
        total += plan.needed_bytes - (plan.shared_bytes if path in seen else 0)
        seen.add(path)
    return total


def fit_together(plans: Sequence[ReadingPlan], rows_bytes: int, free_bytes: int | None) -> bool:
    """Whether all models and one chunk's logits fit into `free_bytes` of main memory (None: unknown), and the models'
    part on GPUs into what was free there."""
    on_gpu = [plan.gpu_free_bytes for plan in plans if plan.gpu_free_bytes is not None]
    if on_gpu and sum(plan.gpu_bytes for plan in plans) > min(on_gpu):
        return False
    return free_bytes is None or together_bytes(plans) + rows_bytes <= free_bytes


def chunks_on_disk(rows_bytes: int, chunks: int, free_bytes: int, disk_bytes: int) -> int:
    """How many chunks' logits may lie on a disk of `disk_bytes` at once; 0 where not even one."""
    room = min(free_bytes - max(_LEFT_FREE, disk_bytes // _LEFT_SHARE), _MOST_ON_DISK)
    return max(0, min(chunks, room // rows_bytes))


def plan_words(plans: Sequence[ReadingPlan], rows_bytes: int, slots: int, turns: bool, on_disk: bool) -> str:
    """What it takes, said before anything is loaded."""
    count = format.plural(len(plans), "model")
    if turns:
        most = max(plan.needed_bytes for plan in plans)
        return (
            f"{count} in turns, {format.plural(slots, 'chunk')} at a time: {format.size(most)} of memory, and "
            f"{format.size(slots * rows_bytes)} on disk for what the base predicts."
        )
    rows = f"{format.size(slots * rows_bytes)} {'on disk ' if on_disk else ''}for what the base predicts"
    memory = together_bytes(plans) + (0 if on_disk else slots * rows_bytes)
    joined = "and" if on_disk else "with"
    return f"{count} at once: {format.size(memory)} of memory, {joined} {rows}."

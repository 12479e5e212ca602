"""What one model of a measurement has read so far, and what it is like."""

from __future__ import annotations

import statistics
from dataclasses import replace

from weighin.core.fidelity.fidelity import SideFacts, SideProgress
from weighin.core.fidelity.reading_plan import ReadingPlan
from weighin.core.runs.answer import Failure, MemoryReceipt, MemorySample

# How often writing is timed anew where other programs disturbed it.
_WRITING_TRIES = 3
_ESTIMATED = "The memory for reading is an estimate: the engine could not plan it."


class SideWork:
    """Bookkeeping of one model; it talks to nobody. read: numbers of the chunks it has read."""

    def __init__(self, facts: SideFacts) -> None:
        self.facts = facts
        self.plan: ReadingPlan | None = None
        self.phase, self.percent = "failed" if facts.failure else "waiting", 0
        self.was_loaded = False
        self.timed = facts.write_tokens_per_s is not None
        self.read: set[int] = set()
        self._seconds: list[float] = []
        self._undisturbed: list[float] = []
        self._tries = 0

    @property
    def active(self) -> bool:
        """Whether it can go on."""
        return self.facts.failure is None

    @property
    def chunk_seconds(self) -> float | None:
        """What reading a chunk takes, None before the first."""
        return statistics.median(self._seconds) if self._seconds else None

    def planned(self, plan: ReadingPlan) -> None:
        """Know what it needs."""
        self.plan = plan
        self.facts = replace(self.facts, planned_bytes=plan.total_bytes)
        if plan.reason:
            self.notice((f"{_ESTIMATED} {plan.reason}",))

    def took(self, number: int, seconds: float, context: int, disturbances: tuple[str, ...] = ()) -> None:
        """A chunk was read in so many seconds; those in which something disturbed say nothing of the model's speed."""
        self.read.add(number)
        if seconds > 0:
            self._seconds.append(seconds)
        if seconds > 0 and not disturbances:
            self._undisturbed.append(seconds)
            self.facts = replace(self.facts, read_tokens_per_s=context / statistics.median(self._undisturbed))

    def wrote(self, tokens_per_s: float | None, disturbances: tuple[str, ...] = ()) -> None:
        """Its speed of writing was timed; once more, a few times, where something disturbed."""
        self._tries += 1
        self.timed = not disturbances or self._tries == _WRITING_TRIES
        if not disturbances:
            self.facts = replace(self.facts, write_tokens_per_s=tokens_per_s)
        elif self.timed:
            self.notice((f"Generation speed not measured: {', '.join(disturbances)}.",))

    def remembers(self, memory: MemoryReceipt) -> None:
        """Memory after a job."""
        peak = max(self.facts.peak_bytes or 0, memory.peak_bytes or 0) or None
        self.facts = replace(self.facts, peak_bytes=peak)

    def notice(self, texts: tuple[str, ...]) -> None:
        """Keep what should be known of it."""
        new = tuple(text for text in dict.fromkeys(texts) if text not in self.facts.notices)
        self.facts = replace(self.facts, notices=self.facts.notices + new)

    def fail(self, failure: Failure) -> None:
        """It cannot go on."""
        self.facts = replace(self.facts, failure=failure)
        self.phase = "failed"

    def progress(self, memory: MemorySample, wanted: int) -> SideProgress:
        """Where it is."""
        phase = "done" if self.active and wanted and len(self.read) >= wanted else self.phase
        return SideProgress(phase, len(self.read), self.percent if phase == "loading" else 0, memory)

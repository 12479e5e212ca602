"""What one lane has given back so far in a comparison."""

from __future__ import annotations

from dataclasses import dataclass, replace

from weighin.core.comparisons.comparison import LaneResult
from weighin.core.runs.answer import Answer, Failure, MemoryReceipt, StopReason, Timing
from weighin.core.runs.conditions import Conditions
from weighin.core.runs.lane import LaneSetup
from weighin.core.runs.options import LoadOptions


class LaneRun:
    """Gathers the rounds of one lane. A warm-up is kept only where it failed, a disturbed round apart. `kept`: a result
    of an earlier comparison that this lane does not run for again."""

    def __init__(self, label: str, setup: LaneSetup, kept: LaneResult | None = None) -> None:
        self.setup = setup
        self.rounds: list[Timing] = []
        self.began = False
        self.can_go_on = kept is None
        self._kept = kept
        self._label = label
        self._spoiled: list[Timing] = []
        self._memory: list[MemoryReceipt] = []
        self._answer: Answer | None = None

    def take(self, answer: Answer, conditions: Conditions, position: int, warm_up: bool, again: bool) -> None:
        """One answer more. position: in the order of all answers of the comparison. again: it was disturbed, and its
        round is asked for once more."""
        timing = replace(answer.timing, conditions=conditions, position=position)
        answer = replace(answer, timing=timing)
        if answer.stop_reason is StopReason.FAILED:
            self.can_go_on = False
            self._answer = answer
        elif not warm_up or answer.stop_reason is StopReason.CANCELLED:
            self._answer = answer
            if again:
                self._spoiled.append(timing)
            elif answer.stop_reason is not StopReason.CANCELLED:
                self.rounds.append(timing)
                self._memory.append(answer.memory)

    def fail(self, failure: Failure) -> None:
        """This lane cannot answer, or not again: what it has answered is kept."""
        self.can_go_on = False
        answer = self._answer or Answer("", "", StopReason.FAILED, Timing(), MemoryReceipt())
        self._answer = replace(answer, stop_reason=StopReason.FAILED, failure=failure)

    def result(self) -> LaneResult:
        """The last answer, or one that says that there is none, with all rounds."""
        if self._kept is not None:
            return self._kept
        answer = self._answer or Answer("", "", StopReason.CANCELLED, Timing(), MemoryReceipt())
        memory = tuple(self._memory) if len(self._memory) > 1 else ()
        return LaneResult(self._label, self.setup, answer, tuple(self.rounds), tuple(self._spoiled), memory)


@dataclass(frozen=True)
class LoadedModel:
    """What is in memory now. context: tokens the worker really has, None where a server does not say."""

    path: str
    options: LoadOptions
    context: int | None
    load_s: float
    template: str
    memory: MemoryReceipt
    buffers: dict[str, int]
    notices: tuple[str, ...]

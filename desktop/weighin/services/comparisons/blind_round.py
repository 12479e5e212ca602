"""A comparison whose models stay unknown until it was judged."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from weighin.core.comparisons.blind import Choice, Vote, contender
from weighin.core.comparisons.comparison import Comparison, ComparisonRequest, LaneResult
from weighin.core.runs.answer import StopReason
from weighin.services.comparisons.comparison_runner import ComparisonRunner


@dataclass(frozen=True)
class SideTexts:
    """What may be seen of a round before the vote: the two answers, and nothing else."""

    a: str
    b: str


@dataclass(frozen=True)
class Judged:
    """A vote with the comparison it judged: whose answers stood at the sides A and B."""

    vote: Vote
    comparison: Comparison
    a: LaneResult
    b: LaneResult


def _draw() -> bool:
    import secrets  # not before the first paint: it takes what hashes and signs along

    return bool(secrets.randbits(1))


class BlindRound(QObject):
    """The one gate between the runner and whoever shows or keeps what it found: `revealed` carries every comparison,
    a common one when it is finished, a blind one not before it was voted on or given up.

    A round goes from `began` to `ready` to `voted`, or to `void` with the sentence why it does not count."""

    began = Signal()
    ready = Signal(object)  # SideTexts
    voted = Signal(object)  # Judged
    void = Signal(str)
    revealed = Signal(object)  # Comparison

    def __init__(
        self,
        runner: ComparisonRunner,
        flip: Callable[[], bool] | None = None,
        parent: QObject | None = None,
    ) -> None:
        """`flip`: draws by lot whether the lanes change sides."""
        super().__init__(parent)
        self._runner = runner
        self._flip = flip or _draw
        self._running = False
        self._comparison: Comparison | None = None
        self._swapped = False
        runner.finished.connect(self._on_finished)

    @property
    def hides(self) -> bool:
        """Whether nothing may be shown that tells which model is which."""
        return self._running or self._comparison is not None

    @property
    def awaits_vote(self) -> bool:
        """Whether both answers are there and nobody has voted yet."""
        return self._comparison is not None

    def run(self, request: ComparisonRequest) -> None:
        """Begin a round; one answer of each. Raises AppError as the runner does."""
        self._running = True
        self._swapped = self._flip()
        try:
            self._runner.run(replace(request, repeat=1))
        except Exception:
            self._running = False
            raise
        self.began.emit()

    def vote(self, choice: Choice) -> None:
        """Judge the round. A second vote does nothing."""
        if self._comparison is None:
            return
        comparison, self._comparison = self._comparison, None
        a, b = self._sides(comparison)
        created = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
        vote = Vote(comparison.id, created, contender(a.setup.model), contender(b.setup.model), choice)
        self.voted.emit(Judged(vote, comparison, a, b))
        self.revealed.emit(comparison)

    def give_up(self) -> None:
        """Show who is who without a vote. Nothing waits for a vote: does nothing."""
        if self._comparison is not None:
            comparison, self._comparison = self._comparison, None
            self._end(comparison, "Skipped: this round is not counted.")

    def _on_finished(self, comparison: Comparison) -> None:
        if not self._running:
            self.revealed.emit(comparison)
            return
        self._running = False
        if any(result.answer.failure for result in comparison.results):
            self._end(comparison, "A model could not answer, so this round is not counted.")
        elif any(result.answer.stop_reason is StopReason.CANCELLED for result in comparison.results):
            self._end(comparison, "Stopped: this round is not counted.")
        else:
            self._comparison = comparison
            a, b = self._sides(comparison)
            self.ready.emit(SideTexts(a.answer.text, b.answer.text))

    def _end(self, comparison: Comparison, sentence: str) -> None:
        self.void.emit(sentence)
        self.revealed.emit(comparison)

    def _sides(self, comparison: Comparison) -> tuple[LaneResult, LaneResult]:
        first, second = comparison.results
        return (second, first) if self._swapped else (first, second)

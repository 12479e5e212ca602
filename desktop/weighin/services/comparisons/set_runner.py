"""Puts all prompts of a set to both models, one comparison after the other, unattended."""

from __future__ import annotations

import dataclasses
import uuid
from datetime import datetime, timezone

from PySide6.QtCore import QObject, QTimer, Signal

from weighin.core import format
from weighin.core.comparisons.comparison import Comparison, ComparisonRequest
from weighin.core.errors import AppError
from weighin.core.prompts.prompt_set import PromptSet, SetResult, SetRun, SetVote, StoredRun, lane_vote, result_of
from weighin.core.prompts.report import tally_words
from weighin.core.runs.answer import StopReason
from weighin.core.runs.lane import LaneSetup
from weighin.services.comparisons.blind_round import BlindRound, Judged
from weighin.services.comparisons.comparison_runner import ComparisonRunner
from weighin.services.comparisons.prompt_sets import PromptSets

# So many prompts in a row that a lane could not answer mean that it will not answer the others either.
_GIVE_UP_AFTER = 3


class SetRunner(QObject):
    """`changed`: a prompt was answered, or the run began. `ended` carries a sentence: done, stopped, or why it gave up.
    Every result is kept at once; a run that was stopped or cut off goes on with `resume`. In a blind run every prompt
    is a blind round, and the next one begins with the vote on it."""

    changed = Signal()
    ended = Signal(str)

    def __init__(
        self,
        runner: ComparisonRunner,
        sets: PromptSets,
        parent: QObject | None = None,
        blind: BlindRound | None = None,
    ) -> None:
        """blind: the gate that `runner` goes through; None where nobody is there to judge."""
        super().__init__(parent)
        self._runner, self._sets, self._blind = runner, sets, blind
        self._vote = SetVote.NONE
        self._waiting: ComparisonRequest | None = None
        self._todo: list[int] = []
        self._last: list[SetResult] = []
        self.stored: StoredRun | None = None
        self.running = False
        if blind is None:
            runner.finished.connect(self._on_finished)
        else:
            blind.voted.connect(self._on_voted)
            blind.revealed.connect(self._on_finished)

    @property
    def hides(self) -> bool:
        """Whether a blind run is on: nothing of what it found may be shown."""
        return self.running and self.stored is not None and self.stored.run.blind

    def run(self, prompts: PromptSet, like: ComparisonRequest, blind: bool = False) -> None:
        """Begin: every prompt of the set with the lanes, options and mode of `like`, judged one by one where it is
        `blind`. Raises AppError."""
        if self.running or self._runner.running:
            raise AppError("A comparison is running. Stop it or let it finish first.", kind="busy")
        if not prompts.prompts:
            raise AppError("This prompt set is empty.", kind="empty_prompt")
        run = SetRun(
            uuid.uuid4().hex,
            datetime.now(timezone.utc).isoformat(timespec="seconds"),
            prompts.name,
            prompts.prompts,
            like.lanes,
            like.mode,
            like.prompt.system,
            like.prompt.raw,
            1 if blind else like.repeat,  # a blind round has one answer of each
            blind,
        )
        self._sets.begin(run, lambda _: None, self._not_kept)
        self._go(StoredRun(run))

    def resume(self, stored: StoredRun, lanes: tuple[LaneSetup, LaneSetup] | None = None) -> None:
        """Go on where a run was left; what failed then is asked again. lanes: the same with what is
        known of their files now. Raises AppError."""
        if self.running or self._runner.running:
            raise AppError("A comparison is running. Stop it or let it finish first.", kind="busy")
        run = stored.run if lanes is None else dataclasses.replace(stored.run, lanes=lanes)
        self._go(StoredRun(run, stored.results))

    def stop(self) -> None:
        """Stop; the prompt that is being answered, or waits for a vote, counts as not answered."""
        if not self.running:
            return
        if self._blind is not None and self._blind.awaits_vote:
            self._blind.give_up()
        else:
            self._runner.stop()

    def _go(self, stored: StoredRun) -> None:
        self.stored, self.running = stored, True
        self._todo, self._last = list(stored.missing), []
        self.changed.emit()
        self._next()

    def _next(self) -> None:
        assert self.stored is not None
        run = self.stored.run
        if not self._todo:
            failed = format.plural(len(self.stored.missing), "prompt")
            again = f" {failed} failed; Resume tries again." if self.stored.missing else ""
            self._end(f"Finished: all prompts were run.{again}")
            return
        self._vote = SetVote.NONE
        self._waiting = run.request(self._todo[0])
        try:
            if run.blind and self._blind is None:
                raise AppError("This is a blind run: resume it in the window.", kind="usage")
            (self._blind if run.blind and self._blind else self._runner).run(self._waiting)
        except AppError as error:
            self._waiting = None
            self._end(error.user_text)

    def _on_voted(self, judged: Judged) -> None:
        if self._waiting is not None and judged.comparison.request == self._waiting:
            self._vote = lane_vote(judged.vote.choice, judged.a.label)

    def _on_finished(self, comparison: Comparison) -> None:
        if self._waiting is None or self.stored is None or comparison.request != self._waiting:
            return
        self._waiting = None
        blind = self.stored.run.blind
        failed = any(result.answer.failure for result in comparison.results)
        if any(result.answer.stop_reason is StopReason.CANCELLED for result in comparison.results):
            self._end("Stopped. The answers so far are kept; Resume continues.")
            return
        if blind and not failed and self._vote is SetVote.NONE:
            self._end("Stopped before the vote. The votes so far are kept; Resume asks this prompt again.")
            return
        result = result_of(self._todo.pop(0), comparison, self._vote)
        self._last = [*self._last[1 - _GIVE_UP_AFTER :], result]
        self.stored = self.stored.with_result(result)
        self._sets.keep(self.stored.run.id, result, self._not_kept)
        self.changed.emit()
        if sentence := _hopeless(self._last):
            self._end(sentence)
        elif self._vote is not SetVote.NONE:
            self._next()  # at once: between two rounds nobody sees who wrote what
        else:
            QTimer.singleShot(0, self._next)

    def _end(self, sentence: str) -> None:
        self.running = False
        told = tally_words(self.stored) if self.stored is not None and self.stored.run.blind else ""
        self.ended.emit(f"{sentence} {told}".rstrip())

    def _not_kept(self, error: AppError) -> None:
        if self.running:
            self._waiting, self.running = None, False
            self._runner.stop()
        self.ended.emit(f"The run cannot be saved: {error.user_text}")


def _hopeless(last: list[SetResult]) -> str:
    """Why going on makes no sense, "" where it does. last: what came last, at most as many as it takes to give up."""
    for label in ("A", "B"):
        outcomes = [result.a if label == "A" else result.b for result in last]
        if len(outcomes) == _GIVE_UP_AFTER and all(outcome.failure for outcome in outcomes):
            return f"Stopped: {label} failed {_GIVE_UP_AFTER} times in a row. {outcomes[-1].failure}"
    return ""

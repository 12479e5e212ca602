"""Puts all prompts of a set to both models, one comparison after the other, unattended."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from weighin.core import format
from weighin.core.comparisons.comparison import Comparison, ComparisonRequest
from weighin.core.errors import AppError
from weighin.core.grading.marks import Mark
from weighin.core.prompts.marking import MarkTally, needs_mark
from weighin.core.prompts.prompt_set import (
    MAX_SAMPLES,
    PromptSet,
    SetResult,
    SetRun,
    SetVote,
    StoredRun,
    lane_vote,
    result_of,
)
from weighin.core.prompts.report import tally_words
from weighin.core.prompts.set_marks import SetMarks
from weighin.core.runs.answer import StopReason
from weighin.core.runs.lane import LaneSetup
from weighin.core.runs.options import check_whole
from weighin.services.comparisons.blind_round import BlindRound, Judged
from weighin.services.comparisons.comparison_runner import ComparisonRunner
from weighin.services.comparisons.prompt_sets import PromptSets
from weighin.services.comparisons.set_marker import SetMarker, with_marks

if TYPE_CHECKING:
    from weighin.services.grading.grader import Grader
    from weighin.services.grading.test_consent import TestConsent

# So many prompts in a row that a lane could not answer mean that it will not answer the others either.
_GIVE_UP_AFTER = 3
_STOPPED = "Stopped. The answers so far are kept; Resume continues."


class SetRunner(QObject):
    """`changed`: a prompt was answered, the run began, or another one is looked at. `marked` carries the number of a
    result that became another: answered, marked, or overruled. `ended` carries a sentence: done, stopped, or why it
    gave up. Every result is kept at once, and again with its marks; the next prompt does not wait for them, only
    `ended` does. A run that was stopped or cut off goes on with `resume`. In a blind run every prompt is a blind round,
    and the next one begins with the vote on it."""

    changed = Signal()
    marked = Signal(int)
    ended = Signal(str)

    def __init__(
        self,
        runner: ComparisonRunner,
        sets: PromptSets,
        parent: QObject | None = None,
        blind: BlindRound | None = None,
        grader: Grader | None = None,
        consent: TestConsent | None = None,
    ) -> None:
        """blind: the gate that `runner` goes through; None where nobody is there to judge. grader: who marks what may
        never end, None where only the rules here mark; consent: who knows which tests may be run."""
        super().__init__(parent)
        self._runner, self._sets, self._blind = runner, sets, blind
        self._new_marker: Callable[[SetRun], SetMarker] = lambda run: SetMarker(run.prompts, grader, consent)
        self._marker: SetMarker | None = None
        self._tally: MarkTally | None = None
        self._last_words: str | None = None
        self._vote = SetVote.NONE
        self._waiting: ComparisonRequest | None = None
        self._todo: list[int] = []
        self._last: list[SetResult] = []
        self.stored: StoredRun | None = None
        self.running = self._stopping = False
        if blind is None:
            runner.finished.connect(self._on_finished)
        else:
            blind.voted.connect(self._on_voted)
            blind.revealed.connect(self._on_finished)

    @property
    def hides(self) -> bool:
        """Whether a blind run is on: nothing of what it found may be shown."""
        return self.running and self.stored is not None and self.stored.run.blind

    @property
    def marks(self) -> SetMarks | None:
        """What the marks of `stored` come to so far; None where nothing is expected of its answers, and while a blind
        run is on: they could tell who is who."""
        return self._tally.marks() if self._tally is not None and not self.hides else None

    def run(self, prompts: PromptSet, like: ComparisonRequest, blind: bool = False, samples: int = 1) -> None:
        """Begin: every prompt of the set with the lanes, options and mode of `like`, judged one by one where it is
        `blind`. samples: how often each is asked, with one seed after the other. Raises AppError."""
        self._check_idle()
        if not prompts.prompts:
            raise AppError("This prompt set is empty.", kind="empty_prompt")
        check_samples(samples, like, blind)
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
            samples,
        )
        self._sets.begin(run, lambda _: None, self._not_kept)
        self._go(StoredRun(run))

    def resume(self, stored: StoredRun, lanes: tuple[LaneSetup, LaneSetup] | None = None) -> None:
        """Go on where a run was left; what failed then is asked again. lanes: the same with what is
        known of their files now. What has no mark yet is marked, without asking again. Raises AppError."""
        self._check_idle()
        run = stored.run if lanes is None else dataclasses.replace(stored.run, lanes=lanes)
        self._go(StoredRun(run, stored.results))

    def show(self, stored: StoredRun) -> None:
        """Look at a run that is kept, and let its marks be overruled. Raises AppError while a run goes on."""
        if self.running:
            raise AppError("A prompt set is running. Stop it or let it finish first.", kind="busy")
        self._hold(stored)
        self.changed.emit()

    def mark_again(self) -> None:
        """Mark what is unmarked of the run that is held, as when its tests were allowed meanwhile."""
        if self.stored is not None:
            for result in self.stored.results:
                self._mark(result)

    def overrule(self, number: int, label: str, mark: Mark | None) -> None:
        """The user's mark of the answer of lane `label` in the result `number`; with None the rules' again."""
        result = self.stored.result(number) if self.stored is not None else None
        if result is None:
            return
        outcome = result.a if label == "A" else result.b
        said = dataclasses.replace(outcome, marked=outcome.marked.overruled(mark))
        self._keep(dataclasses.replace(result, a=said) if label == "A" else dataclasses.replace(result, b=said))

    def stop(self) -> None:
        """Stop; the prompt that is being answered, or waits for a vote, counts as not answered. Called again it does
        not wait for marks either."""
        if not self.running:
            return
        self._stopping = True  # also where no prompt is being answered just now, or its answer came in time
        if self._last_words is not None:
            self._finish()
        elif self._blind is not None and self._blind.awaits_vote:
            self._blind.give_up()
        else:
            self._runner.stop()

    def _check_idle(self) -> None:
        if self.running or self._runner.running:
            raise AppError("A comparison is running. Stop it or let it finish first.", kind="busy")

    def _go(self, stored: StoredRun) -> None:
        self._hold(stored)
        self.running, self._stopping, self._last_words = True, False, None
        self._todo, self._last = list(stored.missing), []
        self.changed.emit()
        self.mark_again()
        self._next()

    def _hold(self, stored: StoredRun) -> None:
        self.stored = stored
        self._marker, self._tally = self._new_marker(stored.run), MarkTally(stored.run)
        for result in stored.results:
            self._tally.put(result)

    def _keep(self, result: SetResult) -> None:
        """Hold a result, in place of the one with its number, and keep it."""
        assert self.stored is not None and self._tally is not None
        self.stored = self.stored.with_result(result)
        self._tally.put(result)
        self._sets.keep(self.stored.run.id, result, self._not_kept)
        self.marked.emit(result.number)

    def _mark(self, result: SetResult) -> None:
        assert self.stored is not None and self._marker is not None
        run = self.stored.run
        if needs_mark(run.prompt(result.number), result):
            prompt, marker = run.prompt(result.number), self._marker
            marker.mark(prompt, result, lambda marked: self._on_marked(run.id, marked))

    def _on_marked(self, run: str, marked: SetResult) -> None:
        if self.stored is None or self.stored.run.id != run:  # another one is looked at by now
            self._sets.keep(run, marked, self._not_kept)
            return
        now = self.stored.result(marked.number)
        if now is not None and now.comparison == marked.comparison:  # else it was asked again
            self._keep(with_marks(now, marked))
        if self._last_words is not None and self._marker is not None and not self._marker.waiting:
            self._finish()

    def _next(self) -> None:
        if self.stored is None or not self.running:
            return
        run = self.stored.run
        if not self._todo:
            failed = format.plural(len(self.stored.missing), "prompt" if run.samples == 1 else "answer")
            again = f" {failed} failed; Resume tries again." if self.stored.missing else ""
            self._end(f"Finished: all prompts were run.{again}")
            return
        if self._stopping:
            self._end(_STOPPED)
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
            self._end(_STOPPED)
            return
        if blind and not failed and self._vote is SetVote.NONE:
            self._end("Stopped before the vote. The votes so far are kept; Resume asks this prompt again.")
            return
        result = result_of(self._todo.pop(0), comparison, self._vote)
        self._last = [*self._last[1 - _GIVE_UP_AFTER :], result]
        self._keep(result)
        self._mark(result)
        self.changed.emit()
        if sentence := _hopeless(self._last):
            self._end(sentence)
        elif self._vote is not SetVote.NONE:
            self._next()  # at once: between two rounds nobody sees who wrote what
        else:
            QTimer.singleShot(0, self._next)

    def _end(self, sentence: str) -> None:
        """End once the last marks are there."""
        self._last_words = sentence
        if self._marker is None or not self._marker.waiting:
            self._finish()

    def _finish(self) -> None:
        sentence, self._last_words = self._last_words, None
        self.running = False
        told = tally_words(self.stored) if self.stored is not None and self.stored.run.blind else ""
        self.ended.emit(f"{sentence} {told}".rstrip())

    def _not_kept(self, error: AppError) -> None:
        if self.running:
            self._waiting, self._last_words, self.running = None, None, False
            self._runner.stop()
        self.ended.emit(f"The run cannot be saved: {error.user_text}")


def check_samples(samples: int, like: ComparisonRequest, blind: bool = False) -> None:
    """Raise AppError where a prompt cannot be asked so often."""
    check_whole("Repeats", samples, 1, MAX_SAMPLES)
    if samples > 1 and blind:
        raise AppError("A blind run asks each prompt once.", kind="options")
    if samples > 1 and any(setup.sampling.temperature == 0 for setup in like.lanes):
        raise AppError("Repeats need a temperature above 0: at 0 every answer is the same.", kind="options")


def _hopeless(last: list[SetResult]) -> str:
    """Why going on makes no sense, "" where it does. last: what came last, at most as many as it takes to give up."""
    for label in ("A", "B"):
        outcomes = [result.a if label == "A" else result.b for result in last]
        if len(outcomes) == _GIVE_UP_AFTER and all(outcome.failure for outcome in outcomes):
            return f"Stopped: {label} failed {_GIVE_UP_AFTER} times in a row. {outcomes[-1].failure}"
    return ""

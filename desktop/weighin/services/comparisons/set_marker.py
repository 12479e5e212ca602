"""Has the answers of a run marked, by the rules here or in a grader's process, and says when both of a result are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from weighin.core.grading.expectation import Expectation
from weighin.core.grading.marks import Absence, Check, Mark, MarkedAnswer, MarkedBy
from weighin.core.grading.rules import absence_of, check_here, combined, needs_grader
from weighin.core.prompts.prompt_set import LaneOutcome, SetPrompt, SetResult

if TYPE_CHECKING:
    from weighin.services.grading.grader import Grader
    from weighin.services.grading.test_consent import TestConsent

_NO_GRADER = "It could not be checked here."


class SetMarker:
    """Marks results of one run."""

    def __init__(self, prompts: tuple[SetPrompt, ...], grader: Grader | None, consent: TestConsent | None) -> None:
        """prompts: of the whole run, by which it is known whether their tests may be run."""
        self._prompts, self._grader, self._consent = prompts, grader, consent
        self.waiting = 0  # results whose marks are on their way

    def mark(self, prompt: SetPrompt, result: SetResult, done: Callable[[SetResult], None]) -> None:
        """Mark what is unmarked of a result, and hand it to `done` later, once both answers are marked."""
        made = {"a": result.a, "b": result.b}
        left = [side for side, outcome in made.items() if outcome.marked.mark is Mark.UNMARKED]
        self.waiting += 1

        def take(side: str, marked: MarkedAnswer) -> None:
            made[side] = replace(made[side], marked=marked)
            left.remove(side)
            if not left:
                self.waiting -= 1
                done(replace(result, a=made["a"], b=made["b"]))

        for side in tuple(left):
            self._mark(prompt.expect, made[side], partial(take, side))

    def _mark(
        self, expect: tuple[Expectation, ...], outcome: LaneOutcome, done: Callable[[MarkedAnswer], None]
    ) -> None:
        absence = absence_of(outcome.text, outcome.stop, bool(outcome.failure))
        if self._grader is not None:
            self._grader.mark(expect, outcome.text, absence, self._tests_allowed, done)
            return
        checks = tuple(_checked(one, outcome.text) for one in expect) if absence is Absence.NONE else ()
        QTimer.singleShot(0, lambda: done(combined(checks, absence)))

    @property
    def _tests_allowed(self) -> bool:
        return self._consent is not None and bool(self._key) and self._consent.allowed(self._key)

    @cached_property
    def _key(self) -> str:
        """Of all tests of the set: they are allowed together, once."""
        return self._consent.key_of(self._prompts) if self._consent is not None else ""


def with_marks(now: SetResult, marked: SetResult) -> SetResult:
    """The result as it is `now`, with the marks that were made of an earlier state of it; what the user said
    meanwhile stays."""
    return replace(now, a=_with_mark(now.a, marked.a.marked), b=_with_mark(now.b, marked.b.marked))


def _with_mark(now: LaneOutcome, marked: MarkedAnswer) -> LaneOutcome:
    by_hand = now.marked.by is MarkedBy.HAND and marked.by is MarkedBy.RULE
    return replace(now, marked=marked.overruled(now.marked.mark) if by_hand else marked)


def _checked(expectation: Expectation, text: str) -> Check:
    if needs_grader(expectation):
        return Check(expectation.kind, None, reason=_NO_GRADER)
    return check_here(expectation, text)

"""Begins runs of prompt sets over the lanes of the Compare page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from weighin.core.errors import AppError
from weighin.core.prompts.prompt_set import PromptSet, SetPrompt, StoredRun
from weighin.ui.widgets.question import Question

if TYPE_CHECKING:
    from weighin.services.comparisons.set_runner import SetRunner
    from weighin.services.grading.grader import Grader
    from weighin.services.grading.test_consent import TestConsent
    from weighin.ui.compare.compare_page import ComparePage

Refused = Callable[[AppError], None]
_RUN_TESTS = "Run the tests of this set?"
_TESTS = (
    "They run Python code that the models write, in a process that cannot reach your files, the network or other "
    "programs."
)
_WITHOUT = "Without tests, answers that need them are not marked."


class SetStarter:
    """Asks before the first run of a set whose tests run code, unless they came with the program."""

    def __init__(self, runner: SetRunner, consent: TestConsent, grader: Grader, compare: ComparePage) -> None:
        self._runner, self._consent, self._grader, self._compare = runner, consent, grader, compare

    def run(self, prompts: PromptSet, blind: bool, samples: int, refused: Refused) -> None:
        """Put the set to the models of Compare, with its options."""

        def begin() -> None:
            like = self._compare.requests.typed(prompts.prompts[0].text)
            self._runner.run(prompts, like, blind, samples)

        self._ask_first(prompts.prompts, begin, refused)

    def resume(self, stored: StoredRun, refused: Refused) -> None:
        """Go on with a run, with the models as their files are now."""
        lanes = stored.run.lanes
        self._ask_first(
            stored.run.prompts, lambda: self._runner.resume(stored, self._compare.requests.checked(lanes)), refused
        )

    def mark_again(self, stored: StoredRun, refused: Refused) -> None:
        """Mark what has no mark of the run that is looked at, as when its tests were not allowed before."""
        self._ask_first(stored.run.prompts, self._runner.mark_again, refused)

    def _ask_first(self, prompts: tuple[SetPrompt, ...], begin: Callable[[], None], refused: Refused) -> None:
        """Begin, once it is known whether tests may run."""

        def go() -> None:
            try:
                if why := self._compare.prompt.why_not:
                    self._compare.options.show_wrong()
                    raise AppError(why, kind="busy")
                begin()
            except AppError as error:
                refused(error)

        key = self._consent.key_of(prompts)
        if not key or self._consent.allowed(key):
            go()
            return

        def allow() -> None:
            self._consent.allow(key)
            go()

        why_not = self._grader.why_no_tests
        question = Question(_RUN_TESTS, (why_not or _TESTS, _WITHOUT), self._compare.window())
        if not why_not:
            question.add_answer("Run tests", allow, "primary")
        question.add_answer("Run without tests", go)
        question.add_safe("Cancel")
        question.open()

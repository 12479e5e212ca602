"""Marks of a set that runs over real (scripted) worker processes: when they come, what is kept, what is asked again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QTimer
from tests.support.lanes import Runs, fake_lane, request

from weighin.core.comparisons.blind import Choice
from weighin.core.comparisons.comparison import ComparisonRequest
from weighin.core.errors import AppError
from weighin.core.grading.expectation import Expectation, Kind
from weighin.core.grading.marks import Absence, Check, Mark, MarkedAnswer, MarkedBy
from weighin.core.grading.rules import check_here, combined
from weighin.core.prompts.prompt_set import PromptSet, SetPrompt, StoredRun
from weighin.core.runs.options import SamplingOptions
from weighin.paths import resources
from weighin.services.comparisons.blind_round import BlindRound
from weighin.services.comparisons.prompt_sets import PromptSets
from weighin.services.comparisons.set_runner import SetRunner
from weighin.services.records import Records

RIGHT_FOR_A, RIGHT_FOR_B, RIGHT_FOR_NONE = (Expectation(exact=text) for text in ("twelve", "ten", "nine"))
TESTED = Expectation(tests="def test(): pass")
PROMPTS = PromptSet(
    "s",
    "Graded",
    (
        SetPrompt("one", tag="sums", expect=(RIGHT_FOR_A,)),
        SetPrompt("two", tag="sums", expect=(RIGHT_FOR_A,)),
        SetPrompt("three", expect=(RIGHT_FOR_B,)),
        SetPrompt("four"),
    ),
)


class HeldGrader:
    """Marks as the rules do, but only when it is let go; tests come out right where they may run."""

    def __init__(self, held: bool = False) -> None:
        self.held, self._waiting, self.asked = held, [], []  # type: ignore[var-annotated]

    def mark(
        self,
        expect: tuple[Expectation, ...],
        text: str,
        absence: Absence,
        run_tests: bool,
        done: Callable[[MarkedAnswer], None],
    ) -> None:
        """Later."""
        self.asked.append((expect, text, run_tests))
        checks = tuple(
            Check(Kind.TESTS, run_tests or None, reason="" if run_tests else "Tests were not run.")
            if one.tests is not None
            else check_here(one, text)
            for one in expect
        )
        marked = combined(checks, absence)
        if self.held:
            self._waiting.append(lambda: done(marked))
        else:
            QTimer.singleShot(0, lambda: done(marked))

    def let_go(self) -> None:
        """Tell all that was asked."""
        self.held = False
        waiting, self._waiting = self._waiting, []
        for tell in waiting:
            tell()


class Consent:
    """Whether the tests may run."""

    def __init__(self) -> None:
        self.given = False

    def key_of(self, prompts: tuple[SetPrompt, ...]) -> str:
        """All alike."""
        return "key" if any(one.tests is not None for prompt in prompts for one in prompt.expect) else ""

    def allowed(self, key: str) -> bool:
        """As it was said."""
        return self.given


@pytest.fixture
def sets(records: Records) -> Iterator[PromptSets]:
    made = PromptSets(records, resources())
    yield made
    made.close()


@pytest.fixture
def runs(qtbot: Any) -> Iterator[Runs]:
    made = Runs(qtbot, fake_lane("A", text="twelve"), fake_lane("B", text="ten"))
    yield made
    made.close()


def latest(qtbot: Any, sets: PromptSets) -> StoredRun:
    found: list[StoredRun] = []
    sets.latest(found.append, lambda error: pytest.fail(error.user_text))
    qtbot.waitUntil(lambda: bool(found))
    return found[0]


def new_runner(runs: Runs, sets: PromptSets, grader: Any = None, consent: Any = None) -> tuple[SetRunner, list[str]]:
    made, ended = SetRunner(runs.runner, sets, grader=grader, consent=consent), []  # type: ignore[var-annotated]
    made.ended.connect(ended.append)
    return made, ended


def marks(stored: StoredRun) -> list[tuple[str, str]]:
    return [(result.a.marked.mark.value, result.b.marked.mark.value) for result in stored.results]


ALL = [("right", "wrong"), ("right", "wrong"), ("wrong", "right"), ("unmarked", "unmarked")]


@pytest.mark.parametrize("grader", [None, HeldGrader()])
def test_answers_are_marked_and_kept_with_their_marks(qtbot: Any, sets: PromptSets, runs: Runs, grader: Any) -> None:
    set_runner, ended = new_runner(runs, sets, grader)
    told: list[int] = []
    set_runner.marked.connect(told.append)
    set_runner.run(PROMPTS, request())
    qtbot.waitUntil(lambda: bool(ended), timeout=30_000)
    stored = latest(qtbot, sets)
    assert stored == set_runner.stored and marks(stored) == ALL
    assert sorted(told) == [0, 0, 1, 1, 2, 2, 3]  # each when it was answered, and when it was marked
    found = set_runner.marks
    assert found is not None and (found.a.right, found.b.right, found.graded, found.whole) == (2, 1, 3, True)
    assert [(tag.tag, tag.a.right) for tag in found.tags] == [("", 0), ("sums", 2)]


def test_the_next_prompt_does_not_wait_for_marks_but_the_end_does(qtbot: Any, sets: PromptSets, runs: Runs) -> None:
    grader = HeldGrader(held=True)
    set_runner, ended = new_runner(runs, sets, grader)
    set_runner.run(PROMPTS, request())
    qtbot.waitUntil(lambda: len(runs.finished) == 4, timeout=30_000)
    qtbot.wait(50)
    assert ended == [] and set_runner.running
    # A kill now would lose no answer: all are kept, without marks.
    assert marks(latest(qtbot, sets)) == [("unmarked", "unmarked")] * 4
    grader.let_go()
    assert ended == ["Finished: all prompts were run."] and not set_runner.running
    assert marks(latest(qtbot, sets)) == ALL


def test_what_was_kept_without_marks_is_marked_without_asking_again(qtbot: Any, sets: PromptSets, runs: Runs) -> None:
    set_runner, ended = new_runner(runs, sets, HeldGrader(held=True))
    set_runner.run(PROMPTS, request())
    qtbot.waitUntil(lambda: len(runs.finished) == 4, timeout=30_000)
    qtbot.wait(50)
    set_runner.stop()  # who stops twice, or kills the program, does not wait for marks
    assert ended == ["Finished: all prompts were run."]
    again, ended = new_runner(runs, sets, HeldGrader())
    again.resume(latest(qtbot, sets))
    qtbot.waitUntil(lambda: bool(ended), timeout=30_000)
    assert marks(latest(qtbot, sets)) == ALL and len(runs.finished) == 4


def test_tests_run_only_once_they_are_allowed(qtbot: Any, sets: PromptSets, runs: Runs) -> None:
    grader, consent = HeldGrader(), Consent()
    set_runner, ended = new_runner(runs, sets, grader, consent)
    tested = replace(PROMPTS, prompts=(SetPrompt("code", expect=(TESTED,)), SetPrompt("sum", expect=(RIGHT_FOR_A,))))
    set_runner.run(tested, request())
    qtbot.waitUntil(lambda: bool(ended), timeout=30_000)
    assert marks(latest(qtbot, sets)) == [("unmarked", "unmarked"), ("right", "wrong")]
    assert {run_tests for _, _, run_tests in grader.asked} == {False}
    consent.given = True
    set_runner.mark_again()
    qtbot.waitUntil(lambda: marks(latest(qtbot, sets))[0] == ("right", "right"))
    assert [run_tests for *_, run_tests in grader.asked][-2:] == [True, True] and len(grader.asked) == 6


def test_without_a_grader_nothing_that_needs_one_is_guessed(qtbot: Any, sets: PromptSets, runs: Runs) -> None:
    set_runner, ended = new_runner(runs, sets)
    set_runner.run(replace(PROMPTS, prompts=(SetPrompt("x", expect=(Expectation(regex="tw"),)),)), request())
    qtbot.waitUntil(lambda: bool(ended), timeout=30_000)
    assert set_runner.stored is not None
    marked = set_runner.stored.results[0].a.marked
    assert marked.mark is Mark.UNMARKED and marked.reason == "It could not be checked here."


def test_a_mark_is_overruled_kept_and_taken_back(qtbot: Any, sets: PromptSets, runs: Runs) -> None:
    grader = HeldGrader(held=True)
    set_runner, ended = new_runner(runs, sets, grader)
    set_runner.run(PROMPTS, request())
    qtbot.waitUntil(lambda: len(runs.finished) == 4, timeout=30_000)
    qtbot.wait(50)
    set_runner.overrule(0, "B", Mark.RIGHT)  # before the rules have spoken
    grader.let_go()
    assert ended and set_runner.stored is not None
    marked = set_runner.stored.results[0].b.marked
    assert (marked.mark, marked.by, marked.rule) == (Mark.RIGHT, MarkedBy.HAND, Mark.WRONG)

    later, _ = new_runner(runs, sets)
    told: list[int] = []
    later.marked.connect(told.append)
    later.overrule(1, "A", Mark.WRONG)  # it holds no run yet
    later.show(latest(qtbot, sets))
    assert later.marks is not None and (later.marks.b.right, later.marks.b.by_hand) == (2, 1)
    later.overrule(1, "A", Mark.WRONG)
    later.overrule(0, "B", None)
    assert told == [1, 0] and later.marks is not None
    assert (later.marks.a.right, later.marks.a.by_hand, later.marks.b.right, later.marks.b.by_hand) == (1, 1, 1, 0)
    assert latest(qtbot, sets) == later.stored


def test_another_run_that_is_looked_at_takes_no_marks_of_the_one_before(
    qtbot: Any, sets: PromptSets, runs: Runs
) -> None:
    grader = HeldGrader(held=True)
    set_runner, _ = new_runner(runs, sets, grader)
    set_runner.run(PROMPTS, request())
    qtbot.waitUntil(lambda: len(runs.finished) == 4, timeout=30_000)
    qtbot.wait(50)
    with pytest.raises(AppError, match="is running"):
        set_runner.show(latest(qtbot, sets))
    set_runner.stop()
    first = set_runner.stored
    assert first is not None
    other = StoredRun(replace(first.run, id="other"), first.results)
    set_runner.show(other)
    grader.let_go()
    assert set_runner.stored == other
    assert marks(latest(qtbot, sets)) == ALL  # those of the first are kept all the same


def test_while_a_blind_run_is_on_its_marks_are_not_told(qtbot: Any, sets: PromptSets, runs: Runs) -> None:
    blind = BlindRound(runs.runner, lambda: True)
    set_runner, ended = SetRunner(runs.runner, sets, blind=blind), []  # type: ignore[var-annotated]
    set_runner.ended.connect(ended.append)
    told: list[object] = []
    set_runner.marked.connect(lambda _: told.append(set_runner.marks))
    blind.ready.connect(lambda _: QTimer.singleShot(0, lambda: blind.vote(Choice.TIE)))
    set_runner.run(replace(PROMPTS, prompts=PROMPTS.prompts[:2]), request(), blind=True)
    qtbot.waitUntil(lambda: bool(ended), timeout=30_000)
    assert told == [None] * 4 and set_runner.marks is not None and set_runner.marks.a.right == 2


def test_repeats_have_seeds_of_their_own(qtbot: Any, sets: PromptSets, runs: Runs) -> None:
    set_runner, ended = new_runner(runs, sets)
    two = replace(PROMPTS, prompts=PROMPTS.prompts[:2])
    with pytest.raises(AppError, match="above 0: at 0 every answer is the same"):
        set_runner.run(two, request(), samples=3)
    with pytest.raises(AppError, match="Repeats must be a whole number from 1 to 100"):
        set_runner.run(two, warm(), samples=0)
    with pytest.raises(AppError, match="A blind run asks each prompt once"):
        set_runner.run(two, warm(), blind=True, samples=2)
    set_runner.run(two, warm(), samples=3)
    qtbot.waitUntil(lambda: bool(ended), timeout=30_000)
    asked = [(one.request.prompt.text, one.request.lanes[0].sampling.seed) for one in runs.finished]
    assert asked == [("one", 7), ("two", 7), ("one", 8), ("two", 8), ("one", 9), ("two", 9)]
    found = set_runner.marks
    assert found is not None and found.paired is not None and (found.paired.n, found.a.right) == (2, 6)
    assert latest(qtbot, sets).run.samples == 3


def test_a_cut_off_answer_is_no_wrong_one(qtbot: Any, sets: PromptSets) -> None:
    runs = Runs(qtbot, fake_lane("A", text="twelve", stop_reason="length"), fake_lane("B", text=" "))
    set_runner, ended = new_runner(runs, sets)
    set_runner.run(PROMPTS, request())
    qtbot.waitUntil(lambda: bool(ended), timeout=30_000)
    found = set_runner.marks
    assert found is not None and (found.a.capped, found.b.empty, found.a.wrong, found.b.wrong) == (3, 3, 0, 0)
    runs.close()


def test_planted_lengths_of_thinking_are_told_as_they_are(qtbot: Any, sets: PromptSets) -> None:
    planted = [
        {"when": "one", "thinking": 30, "text": "twelve"},
        {"when": "two", "thinking": 5, "text": "twelve"},
        {"when": "three", "thinking": 90, "text": "ten"},
        {"when": "four", "thinking": 7, "text": "never asked for"},
    ]
    runs = Runs(qtbot, fake_lane("A", answers=planted), fake_lane("B", answers=planted))
    set_runner, ended = new_runner(runs, sets)
    like = request()
    limits = (SamplingOptions(max_tokens=40), SamplingOptions(max_tokens=40, thinking="on", thinking_tokens=20))
    a, b = (replace(setup, sampling=sampling) for setup, sampling in zip(like.lanes, limits, strict=True))
    set_runner.run(PROMPTS, replace(like, lanes=(a, b)))
    qtbot.waitUntil(lambda: bool(ended), timeout=30_000)
    found = set_runner.marks
    assert found is not None and found.paired is not None
    # A thinks without a limit of its own: the third answer never came. B was made to answer after 20 tokens.
    assert (found.a.right, found.a.capped, found.a.wrong, found.a.reasoning_tokens) == (2, 1, 0, 30 + 5 + 40)
    assert (found.b.right, found.b.capped, found.b.thinking_cut) == (3, 0, 2)
    assert found.b.reasoning_tokens == 20 + 5 + 20 and found.b.answer_tokens == 3
    assert (found.paired.n, found.paired.both_right) == (2, 2) and found.whole
    assert latest(qtbot, sets) == set_runner.stored
    runs.close()


def warm() -> ComparisonRequest:
    like = request()
    a, b = (replace(setup, sampling=SamplingOptions(temperature=0.8, seed=7)) for setup in like.lanes)
    return replace(like, lanes=(a, b))

"""Prompts that belong together, and running all of them over the same two models."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

from weighin.core import format
from weighin.core.comparisons.blind import Choice, Tally, contender
from weighin.core.comparisons.comparison import Comparison, ComparisonRequest, LaneResult
from weighin.core.comparisons.rounds import spread
from weighin.core.comparisons.speed import shown_speed
from weighin.core.errors import AppError
from weighin.core.grading.expectation import Expectation, Kind
from weighin.core.grading.marks import UNMARKED, MarkedAnswer
from weighin.core.runs.chat import Prompt
from weighin.core.runs.lane import LaneSetup, Mode

MAX_PROMPTS = 10_000
MAX_SAMPLES = 100
_SEEDS = 2**32 - 1  # the largest seed and one more


@dataclass(frozen=True)
class SetPrompt:
    """One prompt. system: its own system text, "" for that of the run. tag: the kind of task; expect: what a right
    answer looks like, all of it, () where nobody says."""

    text: str
    title: str = ""
    system: str = ""
    tag: str = ""
    expect: tuple[Expectation, ...] = ()

    @property
    def short(self) -> str:
        """Its title, or how it begins, on one line."""
        return self.title or " ".join(self.text[:400].split())


@dataclass(frozen=True)
class PromptSet:
    """builtin: comes with the program, cannot be changed."""

    id: str
    name: str
    prompts: tuple[SetPrompt, ...]
    builtin: bool = False

    def with_text(self, number: int, text: str) -> PromptSet:
        """The same with another text for the prompt `number`, counted from 0; without that prompt where it is ""."""
        prompts = list(self.prompts)
        prompts[number : number + 1] = [replace(prompts[number], text=text)] if text else []
        return replace(self, prompts=tuple(prompts))


class SetVote(str, Enum):
    """What was said of one prompt's answers; A and B are the lanes, not the sides they stood at."""

    NONE = ""
    A = "a"
    B = "b"
    TIE = "tie"
    BOTH_BAD = "both_bad"


@dataclass(frozen=True)
class SetRun:
    """All prompts of a set as they were when the run began, put to these lanes. created: ISO 8601 in UTC. blind: each
    prompt is a blind round, and only what was judged counts as answered. samples: answers of each model to each prompt,
    with one seed after the other: results are numbered through, all prompts first, then all again."""

    id: str
    created: str
    name: str
    prompts: tuple[SetPrompt, ...]
    lanes: tuple[LaneSetup, LaneSetup]
    mode: Mode = Mode.ALONE
    system: str = ""
    raw: bool = False
    repeat: int = 1
    blind: bool = False
    samples: int = 1

    @property
    def total(self) -> int:
        """How many results it has at its end."""
        return len(self.prompts) * self.samples

    def prompt(self, number: int) -> SetPrompt:
        """What the result `number` answers."""
        return self.prompts[number % len(self.prompts)]

    def request(self, number: int) -> ComparisonRequest:
        """The comparison of one result, counted from 0."""
        prompt, sample = self.prompt(number), number // len(self.prompts)
        a, b = (_reseeded(setup, sample) for setup in self.lanes)
        return ComparisonRequest(
            Prompt(prompt.text, prompt.system or self.system, self.raw), self.mode, (a, b), self.repeat
        )


@dataclass(frozen=True)
class LaneOutcome:
    """What one lane said to one prompt. failure: one sentence, "" where it answered. generated_tokens: of thinking and
    answer; total_s: seconds from the request to the end, None where unknown; thinking_cut: its limit ended the
    thinking."""

    text: str
    stop: str
    prompt_tokens: int | None
    generated_tokens: int
    generation_tokens_per_s: float | None
    first_token_s: float | None
    failure: str = ""
    reasoning_tokens: int = 0
    total_s: float | None = None
    marked: MarkedAnswer = UNMARKED
    thinking_cut: bool = False


@dataclass(frozen=True)
class SetResult:
    """One prompt of a run answered by both lanes. number: counted from 0; comparison: its id in History; vote: of a
    blind run."""

    number: int
    comparison: str
    a: LaneOutcome
    b: LaneOutcome
    vote: SetVote = SetVote.NONE

    @property
    def failed(self) -> bool:
        """Whether a lane could not answer."""
        return bool(self.a.failure or self.b.failure)


@dataclass(frozen=True)
class StoredRun:
    """A run with what it has so far, in the order of the numbers."""

    run: SetRun
    results: tuple[SetResult, ...] = ()

    @property
    def id(self) -> str:
        """That of the run."""
        return self.run.id

    @property
    def created(self) -> str:
        """When the run began, ISO 8601 in UTC."""
        return self.run.created

    @cached_property
    def missing(self) -> tuple[int, ...]:
        """Numbers of results that are not there yet from both lanes: not asked, or failed."""
        return self._without({result.number for result in self.results if not result.failed})

    @property
    def unasked(self) -> tuple[int, ...]:
        """Numbers of results that were not asked for yet."""
        return self._without({result.number for result in self.results})

    @property
    def answered(self) -> int:
        """How many results both lanes gave."""
        return self.run.total - len(self.missing)

    def result(self, number: int) -> SetResult | None:
        """What was answered as `number`; None where nothing was."""
        place = self._place(number)
        found = self.results[place : place + 1]
        return found[0] if found and found[0].number == number else None

    def with_result(self, result: SetResult) -> StoredRun:
        """The same with one prompt more, or with another answer to it."""
        place = self._place(result.number)
        after = place if self.result(result.number) is None else place + 1
        return StoredRun(self.run, (*self.results[:place], result, *self.results[after:]))

    def _place(self, number: int) -> int:
        return bisect_left(self.results, number, key=lambda one: one.number)

    def _without(self, done: set[int]) -> tuple[int, ...]:
        return tuple(number for number in range(self.run.total) if number not in done)

    @property
    def judged(self) -> int:
        """How many prompts were voted on."""
        return sum(result.vote is not SetVote.NONE for result in self.results)

    @property
    def tally(self) -> Tally:
        """The votes of this run alone: `one` is lane A, `two` lane B."""
        votes = [result.vote for result in self.results]
        a, b = (contender(setup.model) for setup in self.run.lanes)
        counts = (votes.count(vote) for vote in (SetVote.A, SetVote.B, SetVote.TIE, SetVote.BOTH_BAD))
        return Tally(a, b, *counts)


def is_graded(prompt: SetPrompt) -> bool:
    """Whether a rule can mark answers to it; blind votes are counted by themselves."""
    return any(expected.kind is not Kind.VOTES for expected in prompt.expect)


def _reseeded(setup: LaneSetup, sample: int) -> LaneSetup:
    seed = (setup.sampling.seed + sample) % _SEEDS
    return replace(setup, sampling=replace(setup.sampling, seed=seed)) if sample else setup


def result_of(number: int, comparison: Comparison, vote: SetVote = SetVote.NONE) -> SetResult:
    """The outcome of a comparison as one line of a run."""
    a, b = (_outcome(result) for result in comparison.results)
    return SetResult(number, comparison.id, a, b, vote)


def lane_vote(choice: Choice, side_a: str) -> SetVote:
    """A vote on two sides as one on the lanes. side_a: label of the lane that stood at side A."""
    if choice is Choice.TIE:
        return SetVote.TIE
    if choice is Choice.BOTH_BAD:
        return SetVote.BOTH_BAD
    return SetVote.A if (choice is Choice.A_BETTER) == (side_a == "A") else SetVote.B


def check_set(name: str, prompts: tuple[SetPrompt, ...]) -> None:
    """Raise AppError where this cannot be kept as a set."""
    if not name.strip() or len(name) > 100:
        raise AppError("A prompt set needs a name of 1 to 100 characters.", kind="name")
    if len(prompts) > MAX_PROMPTS:
        raise AppError(f"A prompt set can hold at most {format.count(MAX_PROMPTS)} prompts.", kind="too_large")


def _outcome(result: LaneResult) -> LaneOutcome:
    answer, speed = result.answer, shown_speed(result)
    first = spread(timing.first_token_s for timing in result.timings)
    return LaneOutcome(
        answer.text,
        answer.stop_reason.value,
        answer.timing.prompt_tokens,
        answer.timing.generated_tokens,
        speed.median if speed else None,
        first.median if first else None,
        answer.failure.message if answer.failure else "",
        answer.timing.reasoning_tokens,
        answer.timing.total_s,
        thinking_cut=answer.timing.thinking_cut,
    )

"""Prompts that belong together, and running all of them over the same two models."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path

from weighin.core.comparisons.chat import Prompt
from weighin.core.comparisons.comparison import Comparison, ComparisonRequest, LaneResult, LaneSetup, Mode
from weighin.core.errors import AppError
from weighin.core.jsonable import ShapeError, from_plain

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

MAX_PROMPTS = 10_000


@dataclass(frozen=True)
class SetPrompt:
    """One prompt. system: its own system text, "" for that of the run."""

    text: str
    title: str = ""
    system: str = ""

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


@dataclass(frozen=True)
class SetRun:
    """All prompts of a set as they were when the run began, put to these lanes. created: ISO 8601 in UTC."""

    id: str
    created: str
    name: str
    prompts: tuple[SetPrompt, ...]
    lanes: tuple[LaneSetup, LaneSetup]
    mode: Mode = Mode.ALONE
    system: str = ""
    raw: bool = False
    repeat: int = 1

    def request(self, number: int) -> ComparisonRequest:
        """The comparison of one prompt, counted from 0."""
        prompt = self.prompts[number]
        return ComparisonRequest(
            Prompt(prompt.text, prompt.system or self.system, self.raw), self.mode, self.lanes, self.repeat
        )


@dataclass(frozen=True)
class LaneOutcome:
    """What one lane said to one prompt. failure: one sentence, "" where it answered."""

    text: str
    stop: str
    prompt_tokens: int | None
    generated_tokens: int
    generation_tokens_per_s: float | None
    first_token_s: float | None
    failure: str = ""


@dataclass(frozen=True)
class SetResult:
    """One prompt of a run answered by both lanes. number: counted from 0; comparison: its id in History."""

    number: int
    comparison: str
    a: LaneOutcome
    b: LaneOutcome

    @property
    def failed(self) -> bool:
        """Whether a lane could not answer."""
        return bool(self.a.failure or self.b.failure)


@dataclass(frozen=True)
class StoredRun:
    """A run with what it has so far, in the order of the prompts."""

    run: SetRun
    results: tuple[SetResult, ...] = ()

    @property
    def missing(self) -> tuple[int, ...]:
        """Numbers of prompts that were not answered yet by both lanes: not asked, or failed."""
        return self._without({result.number for result in self.results if not result.failed})

    @property
    def unasked(self) -> tuple[int, ...]:
        """Numbers of prompts that were not even put to the models."""
        return self._without({result.number for result in self.results})

    @property
    def answered(self) -> int:
        """How many prompts both lanes answered."""
        return len(self.run.prompts) - len(self.missing)

    def with_result(self, result: SetResult) -> StoredRun:
        """The same with one prompt more, or with another answer to it."""
        kept = (one for one in self.results if one.number != result.number)
        return StoredRun(self.run, tuple(sorted((*kept, result), key=lambda one: one.number)))

    def _without(self, done: set[int]) -> tuple[int, ...]:
        return tuple(number for number in range(len(self.run.prompts)) if number not in done)


def result_of(number: int, comparison: Comparison) -> SetResult:
    """The outcome of a comparison as one line of a run."""
    a, b = (_outcome(result) for result in comparison.results)
    return SetResult(number, comparison.id, a, b)


def load_sets(resources: Path) -> tuple[PromptSet, ...]:
    """The sets that come along, by name. Raises AppError where one is damaged."""
    found = []
    for path in sorted((resources / "prompts").glob("*.toml")):
        try:
            body = tomllib.loads(path.read_text("utf-8"))
            found.append(from_plain(PromptSet, {**body, "id": f"builtin:{path.stem}", "builtin": True}))
        except (OSError, ValueError, ShapeError) as error:
            raise AppError(f"The prompt set {path.name} is damaged: {error}.", kind="damaged") from None
    return tuple(sorted(found, key=lambda one: one.name))


def check_set(name: str, prompts: tuple[SetPrompt, ...]) -> None:
    """Raise AppError where this cannot be kept as a set."""
    if not name.strip() or len(name) > 100:
        raise AppError("A prompt set needs a name of 1 to 100 characters.", kind="name")
    if len(prompts) > MAX_PROMPTS:
        raise AppError(f"A prompt set holds at most {MAX_PROMPTS:,} prompts.", kind="too_large")


def _outcome(result: LaneResult) -> LaneOutcome:
    answer = result.answer
    return LaneOutcome(
        answer.text,
        answer.stop_reason.value,
        answer.timing.prompt_tokens,
        answer.timing.generated_tokens,
        answer.timing.generation_tokens_per_s,
        answer.timing.first_token_s,
        answer.failure.message if answer.failure else "",
    )

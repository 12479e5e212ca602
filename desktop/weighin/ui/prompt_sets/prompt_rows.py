"""The prompts of a set as rows, with what came of them as answers come in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from weighin.core import format
from weighin.core.grading.marks import Mark, MarkedAnswer, MarkedBy
from weighin.core.prompts.prompt_set import LaneOutcome, SetPrompt, SetResult, StoredRun
from weighin.core.safe_text import safe_name
from weighin.ui.widgets.boxes import paired_box

_SEARCHED = 20_000
_JUDGED = (Mark.RIGHT, Mark.WRONG)
NO_ANSWER, UNMARKED, BY_HAND = "No answer", "Not marked", "By hand"
_LISTS = {NO_ANSWER: Mark.NO_ANSWER, UNMARKED: Mark.UNMARKED}


@dataclass(frozen=True)
class PromptRow:
    """A prompt of a set, with what came of it. number: of the prompt, counted from 0; sample: how often it was asked
    before. hidden: it was answered, and what came of it may not be told yet."""

    number: int
    prompt: SetPrompt
    result: SetResult | None = None
    hidden: bool = False
    sample: int = 0

    @property
    def key(self) -> tuple[int, int]:
        """What tells it from all others."""
        return self.number, self.sample

    @property
    def place(self) -> str:
        """Its number as it is shown, with that of the repeat from the second on: "3", "3 (2)"."""
        again = f" ({self.sample + 1})" if self.sample else ""
        return f"{format.count(self.number + 1)}{again}"

    def outcome(self, label: str) -> LaneOutcome | None:
        """What lane "A" or "B" said."""
        return None if self.result is None else self.result.a if label == "A" else self.result.b

    def marked(self, label: str) -> MarkedAnswer | None:
        """How the answer of lane "A" or "B" is marked; None where there is none, or nothing is expected of it."""
        outcome = self.outcome(label) if self.prompt.expect else None
        return outcome.marked if outcome else None

    @cached_property
    def lists(self) -> frozenset[str]:
        """The box and the lists it is in."""
        marks = [marked for label in "AB" if (marked := self.marked(label)) is not None]
        found = {name for name, mark in _LISTS.items() if any(one.mark is mark for one in marks)}
        if any(one.by is MarkedBy.HAND for one in marks):
            found.add(BY_HAND)
        a, b = (one.mark for one in marks) if marks else (None, None)
        if a in _JUDGED and b in _JUDGED:
            found.add(paired_box(a is Mark.RIGHT, b is Mark.RIGHT).value)
        return frozenset(found)

    def holds(self, words: list[str]) -> bool:
        """Whether all of these stand in its prompt, its tag or its answers. words: in lower case."""
        if not words:
            return True
        answers = (self.result.a.text[:_SEARCHED], self.result.b.text[:_SEARCHED]) if self.result else ()
        prompt = self.prompt
        text = "\n".join((prompt.title, prompt.text[:_SEARCHED], prompt.tag, *answers)).lower()
        return all(word in text for word in words)


def short_answer(row: PromptRow, outcome: LaneOutcome | None) -> str:
    """How an answer begins, on one line."""
    if outcome is None:
        return "judged" if row.hidden else ""
    return "failed" if outcome.failure else safe_name(" ".join(outcome.text[:400].split()), 80) or "(nothing)"


class RunRows:
    """A row for each time a prompt is asked, prompt by prompt."""

    def __init__(self, prompts: tuple[SetPrompt, ...], stored: StoredRun | None = None, hides: bool = False) -> None:
        """stored: a run of these prompts; hides: what it found may not be told."""
        self._hides, self._count = hides, len(prompts)
        self.samples = stored.run.samples if stored else 1
        self.rows = [
            PromptRow(number, prompt, sample=sample)
            for number, prompt in enumerate(prompts)
            for sample in range(self.samples)
        ]
        for result in stored.results if stored else ():
            self.take(result)

    def take(self, result: SetResult) -> PromptRow | None:
        """Take a result in, or another one in its place; its row as it is now, None where there is none."""
        place = self._place(result.number)
        if place is None:
            return None
        row = self.rows[place]
        self.rows[place] = replace(row, hidden=True) if self._hides else replace(row, result=result)
        return self.rows[place]

    def result_number(self, row: PromptRow) -> int:
        """The number that the result of a row has in its run."""
        return row.sample * self._count + row.number

    def _place(self, number: int) -> int | None:
        """Where the row of a result is. Results are numbered through: all prompts first, then all again."""
        place = number % self._count * self.samples + number // self._count if self._count else -1
        return place if 0 <= place < len(self.rows) else None

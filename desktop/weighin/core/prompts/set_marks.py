"""What the marks of a run of a prompt set come to: each lane's, both together, and by kind of task."""

from __future__ import annotations

from dataclasses import dataclass

from weighin.core.statistics.paired import PairedResult


@dataclass(frozen=True)
class MarkCounts:
    """The answers of one lane to the prompts that expect something. right, wrong, no_answer and unmarked are all of
    them; capped, empty, failed and stopped are those of no_answer. by_hand: overruled by the user; thinking_cut: its
    limit ended the thinking. reasoning_tokens and answer_tokens: of all of them; seconds: from request to end, None
    where not known of all."""

    right: int = 0
    wrong: int = 0
    no_answer: int = 0
    unmarked: int = 0
    capped: int = 0
    empty: int = 0
    failed: int = 0
    stopped: int = 0
    by_hand: int = 0
    thinking_cut: int = 0
    reasoning_tokens: int = 0
    answer_tokens: int = 0
    seconds: float | None = None

    @property
    def answered(self) -> int:
        """Whole answers that were judged."""
        return self.right + self.wrong

    @property
    def total(self) -> int:
        """Answers to prompts that expect something."""
        return self.answered + self.no_answer + self.unmarked


@dataclass(frozen=True)
class JsonCounts:
    """Of answers that shall be JSON: how many there are, can be parsed, are valid by the schema, and are right."""

    answers: int = 0
    parses: int = 0
    valid: int = 0
    right: int = 0


@dataclass(frozen=True)
class NumberCounts:
    """Answers whose number is right: strict, behind "#### " as GSM8K asks for it, and flexible, in any form."""

    strict: int = 0
    flexible: int = 0


@dataclass(frozen=True)
class TagMarks:
    """One kind of task: both lanes, and the pair on what both answered."""

    tag: str
    a: MarkCounts
    b: MarkCounts
    paired: PairedResult | None


@dataclass(frozen=True)
class SetMarks:
    """graded: prompts that expect something; planned: of all of the set. paired: on the prompts to which both gave a
    whole answer that was judged, each counted once however often it was asked; None before there is one. Its verdict
    is stated only where that of paired_all, in which a missing answer counts as not right, is the same; where they
    differ, depends_on_missing. tags: by name, () where none is named, or more than 200 are. json and numbers: of each
    lane, None where nothing asks for JSON, and for numbers in that form. samples: answers of each model to each
    prompt."""

    planned: int
    graded: int
    a: MarkCounts
    b: MarkCounts
    paired: PairedResult | None = None
    paired_all: PairedResult | None = None
    tags: tuple[TagMarks, ...] = ()
    json: tuple[JsonCounts, JsonCounts] | None = None
    numbers: tuple[NumberCounts, NumberCounts] | None = None
    depends_on_missing: bool = False
    samples: int = 1

    @property
    def missing(self) -> int:
        """Answers of both that could not be judged because there is no whole one."""
        return self.a.no_answer + self.b.no_answer

    @property
    def whole(self) -> bool:
        """Whether every planned answer has its mark, so that the set was judged once."""
        return self.paired_all is not None and self.paired_all.whole

"""Whether an answer is right, by which rule, and from what was read out of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from weighin.core.grading.expectation import Kind


class Mark(str, Enum):
    """The values are those of the command line's JSON. NO_ANSWER: there is no whole answer to judge; UNMARKED: nothing
    is expected, or it could not be judged yet."""

    RIGHT = "right"
    WRONG = "wrong"
    NO_ANSWER = "no_answer"
    UNMARKED = "unmarked"


class MarkedBy(str, Enum):
    """RULE: by what the set expects. HAND: the user overruled that."""

    RULE = "rule"
    HAND = "hand"


class Absence(str, Enum):
    """Why there is no whole answer. CAPPED: cut off by a limit, of its tokens or of the context."""

    NONE = ""
    CAPPED = "capped"
    EMPTY = "empty"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Check:
    """An answer held against one expectation. right: None where that could not be judged. extracted: what was read out
    of the answer; method: how ("####", "boxed", "last number", "letter", "option", "json", "code block"; "" where the
    answer was taken as it is). reason: one sentence, why it is wrong or could not be judged. parses and valid: of JSON,
    None elsewhere."""

    kind: Kind
    right: bool | None
    extracted: str = ""
    method: str = ""
    reason: str = ""
    parses: bool | None = None
    valid: bool | None = None


@dataclass(frozen=True)
class MarkedAnswer:
    """The mark of one answer. rule: what the rules said, where `by` is HAND."""

    mark: Mark = Mark.UNMARKED
    checks: tuple[Check, ...] = ()
    by: MarkedBy = MarkedBy.RULE
    absence: Absence = Absence.NONE
    rule: Mark | None = None

    @property
    def extracted(self) -> str:
        """What was read out of the answer, by the first rule that did."""
        return next((check.extracted for check in self.checks if check.extracted), "")

    @property
    def reason(self) -> str:
        """One sentence, why it is not right; "" where it is."""
        return next((check.reason for check in self.checks if check.reason), "")

    def overruled(self, mark: Mark | None) -> MarkedAnswer:
        """The same with the user's mark; with None, or what the rules say, by the rules again."""
        rule = self.mark if self.by is MarkedBy.RULE or self.rule is None else self.rule
        if mark in (None, rule):
            return replace(self, mark=rule, by=MarkedBy.RULE, rule=None)
        return replace(self, mark=mark, by=MarkedBy.HAND, rule=rule)


UNMARKED = MarkedAnswer()

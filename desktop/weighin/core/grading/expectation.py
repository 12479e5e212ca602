"""What a right answer to a prompt looks like, as a prompt set states it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import Enum


class Kind(str, Enum):
    """The kinds of expectations; the values are the keys of a set's file."""

    EXACT = "exact"
    CONTAINS = "contains"
    REGEX = "regex"
    NUMBER = "number"
    CHOICE = "choice"
    JSON = "json"
    TESTS = "tests"
    VOTES = "votes"


@dataclass(frozen=True)
class Contains:
    """texts: all of them stand in the answer, or at least one where `any`; absent: none of these does."""

    texts: tuple[str, ...] = ()
    any: bool = False
    absent: tuple[str, ...] = ()


@dataclass(frozen=True)
class NumberAnswer:
    """The number that is given last, or in \\boxed{}. tolerance: how far it may be off, either way."""

    value: float
    tolerance: float = 0.0


@dataclass(frozen=True)
class ChoiceAnswer:
    """right: the letter of the right option; options: the text of each, A first, () where only the letter counts."""

    right: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class JsonAnswer:
    """schema: a JSON schema that the answer must be valid by; equal: an object whose fields the answer's must equal.
    Both as JSON texts, "" for none."""

    schema: str = ""
    equal: str = ""


@dataclass(frozen=True)
class Expectation:
    """Just one field is set. exact: the whole answer, normalized; regex: found anywhere in it; tests: Python unit tests
    that the answer's code must pass; votes: the user judges, blind."""

    exact: str | None = None
    contains: Contains | None = None
    regex: str | None = None
    number: NumberAnswer | None = None
    choice: ChoiceAnswer | None = None
    json: JsonAnswer | None = None
    tests: str | None = None
    votes: bool = False

    @property
    def kind(self) -> Kind:
        """Which one is set."""
        return next(Kind(field.name) for field in fields(self) if getattr(self, field.name) not in (None, False))

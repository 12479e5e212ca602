"""Messages between the window and the processes that judge answers. They end with the end of their input.

An answer comes in pieces, then what it is held against, all with the same id.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from weighin.core.grading.expectation import Expectation
from weighin.core.grading.marks import Check

_PIECE = 50_000  # characters: a line holds them however they are escaped


@dataclass(frozen=True)
class AnswerPiece:
    """The next part of the answer."""

    id: int
    text: str


@dataclass(frozen=True)
class Judge:
    """Hold the answer against a regex or against JSON."""

    id: int
    expectation: Expectation


@dataclass(frozen=True)
class RunTests:
    """Run the code in the answer, then `tests`. secret: what only a true result brings back."""

    id: int
    tests: str
    secret: str


@dataclass(frozen=True)
class Judged:
    """Terminal: what came of it."""

    id: int
    check: Check


@dataclass(frozen=True)
class CodeBegins:
    """The tests can be run. From now on a stranger's code is read and runs there: what is said may be a lie."""

    id: int


@dataclass(frozen=True)
class Tested:
    """Terminal: what the tests said. secret: as it was told, "" where they failed."""

    id: int
    check: Check
    secret: str = ""


def answer_pieces(number: int, answer: str) -> Iterator[AnswerPiece]:
    """The answer of request `number`, to be sent before it."""
    return (AnswerPiece(number, answer[start : start + _PIECE]) for start in range(0, len(answer), _PIECE))


GRADING_REQUESTS: tuple[type, ...] = (AnswerPiece, Judge, RunTests)
GRADING_EVENTS: tuple[type, ...] = (Judged, CodeBegins, Tested)

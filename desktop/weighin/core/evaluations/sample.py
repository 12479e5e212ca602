"""Which questions are asked, and in which order: proportional to the subjects, drawn with a fixed seed."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from weighin.core import format
from weighin.core.errors import AppError
from weighin.core.evaluations.questions import Question

# Questions of one block: small enough that two models take turns often, large enough to fill batches.
BLOCK = 64
# Far below what one message to a worker may hold.
BLOCK_BYTES = 256 << 10

_T = TypeVar("_T")


@dataclass(frozen=True)
class Block:
    """Questions of one subject that are scored in one go; a large subject is several blocks, one after the other."""

    subject: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Sample:
    """The questions of a run in running order. population: how many the chosen subjects of the split hold in all."""

    blocks: tuple[Block, ...]
    population: int

    @property
    def questions(self) -> tuple[Question, ...]:
        """All questions in running order."""
        return tuple(q for block in self.blocks for q in block.questions)

    @property
    def n(self) -> int:
        """Number of questions."""
        return sum(len(block.questions) for block in self.blocks)

    @property
    def whole(self) -> bool:
        """Whether nothing is left out: then the score is the score, without an error of sampling."""
        return self.n == self.population


def allocate(sizes: Mapping[str, int], n: int) -> dict[str, int]:
    """How many of `n` questions each subject gives, proportional to `sizes`, by largest remainder (Hamilton's method;
    ties go to the larger subject, then by name). 0 <= n <= sum of sizes."""
    total = sum(sizes.values())
    shares = {name: divmod(n * size, total) for name, size in sizes.items()} if total else {}
    counts = {name: whole for name, (whole, _) in shares.items()}
    order = sorted(shares, key=lambda name: (-shares[name][1], -sizes[name], name))
    for name in order[: n - sum(counts.values())]:
        counts[name] += 1
    return counts


def draw(questions: Sequence[Question], n: int, seed: int) -> Sample:
    """`n` of `questions` (one split), the same for every model: proportional over subjects, which follow each other
    in an order drawn with `seed`, so that the part asked so far is a random choice of subjects. Within a subject the
    first k of one drawn order are taken: a larger n asks the same questions and more.

    Raises AppError(kind="options")."""
    if not 1 <= n <= len(questions):
        raise AppError(
            f"There are {format.count(len(questions))} questions to choose from, not {format.count(n)}.", kind="options"
        )
    by_subject: dict[str, list[Question]] = {}
    for question in sorted(questions, key=lambda q: q.row):
        by_subject.setdefault(question.subject, []).append(question)
    counts = allocate({name: len(rows) for name, rows in by_subject.items()}, n)
    ordered: list[Question] = []
    for subject in _shuffled(sorted(by_subject), seed, "subjects"):
        ordered += _shuffled(by_subject[subject], seed, subject)[: counts[subject]]
    return Sample(blocks_of(ordered), len(questions))


def blocks_of(ordered: Sequence[Question]) -> tuple[Block, ...]:
    """Questions in running order, cut into blocks: at every change of subject, at BLOCK questions, at BLOCK_BYTES."""
    blocks: list[list[Question]] = []
    size = 0
    for question in ordered:
        length = len("".join((question.text, *question.choices)).encode("utf-8", "surrogatepass"))
        size += length
        same = blocks and blocks[-1][0].subject == question.subject
        if not same or len(blocks[-1]) == BLOCK or size > BLOCK_BYTES:
            blocks.append([])
            size = length
        blocks[-1].append(question)
    return tuple(Block(block[0].subject, tuple(block)) for block in blocks)


def _shuffled(values: Sequence[_T], seed: int, what: str) -> list[_T]:
    """`values` in an order that depends on nothing but `seed` and `what`."""
    digest = hashlib.sha256(f"{seed}/{what}".encode()).digest()
    draw = random.Random(int.from_bytes(digest[:8], "big"))
    return sorted(values, key=lambda _: draw.random())

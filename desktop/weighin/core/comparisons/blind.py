"""Blind votes: what was chosen between two models, and how sure the count of votes is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from weighin.core.models.model import ModelFacts
from weighin.core.statistics.binomial import clopper_pearson, sign_test

LEVEL = 0.05
_MOST_VOTES = 2000
# How both texts appear, whoever wrote them faster: characters a second, and the longest it may take.
_PACE, _LONGEST_S = 400.0, 8.0


class Choice(str, Enum):
    """A and B are the sides as they were shown, not the lanes."""

    A_BETTER = "a_better"
    B_BETTER = "b_better"
    TIE = "tie"
    BOTH_BAD = "both_bad"


@dataclass(frozen=True)
class Contender:
    """A model in a vote. key: what tells it from all others, the same whenever and from wherever it is run."""

    key: str
    name: str
    quantization: str = ""

    @property
    def title(self) -> str:
        """Name and quantization."""
        return f"{self.name} {self.quantization}".strip()


@dataclass(frozen=True)
class Vote:
    """One blind round. comparison: its id; created: ISO 8601 in UTC; a, b: whose answers stood at the sides A and B."""

    comparison: str
    created: str
    a: Contender
    b: Contender
    choice: Choice


@dataclass(frozen=True)
class Tally:
    """All votes between two models, whichever side they stood at."""

    one: Contender
    two: Contender
    for_one: int = 0
    for_two: int = 0
    ties: int = 0
    both_bad: int = 0

    @property
    def n(self) -> int:
        """Number of votes."""
        return self.decisive + self.ties + self.both_bad

    @property
    def decisive(self) -> int:
        """Votes that chose one of the two; only these say which is preferred."""
        return self.for_one + self.for_two

    @property
    def p(self) -> float:
        """Two-sided exact p of the hypothesis that neither is preferred."""
        return sign_test(self.for_one, self.for_two)

    @property
    def interval(self) -> tuple[float, float] | None:
        """Exact 95 % interval for the share of `one` in decisive votes; None before the first."""
        return clopper_pearson(self.for_one, self.decisive) if self.decisive else None

    @property
    def is_settled(self) -> bool:
        """Whether the preference is beyond doubt at the 5 % level: 6 of 6, 9 of 10, 15 of 20, never with 5 votes."""
        return self.p < LEVEL

    @property
    def leader(self) -> Contender:
        """Whoever is ahead, `one` when neither is."""
        return self.two if self.for_two > self.for_one else self.one


def contender(model: ModelFacts) -> Contender:
    """What stands for `model` in votes. A file is told by its header's name, quantization and size, a model on a server
    by its address: a checksum is not known of every file at every time."""
    if model.is_server:
        return Contender(model.path, model.name)
    return Contender(
        f"{model.header_name or model.name}|{model.quantization}|{model.file_bytes}", model.name, model.quantization
    )


def tallies(votes: Iterable[Vote]) -> tuple[Tally, ...]:
    """One tally a pair, the pair with the latest vote last. Votes of a model against itself count for nothing."""
    found: dict[tuple[str, str], Tally] = {}
    for vote in votes:
        if vote.a.key == vote.b.key:
            continue
        swapped = vote.a.key > vote.b.key
        one, two = (vote.b, vote.a) if swapped else (vote.a, vote.b)
        before = found.pop((one.key, two.key), Tally(one, two))
        found[one.key, two.key] = _with(before, vote.choice, swapped)
    return tuple(found.values())


def fewest_more(tally: Tally) -> int:
    """How many more votes it takes at least, should all be for the leader; 0 where it is settled."""
    most, least = max(tally.for_one, tally.for_two), min(tally.for_one, tally.for_two)
    return next(more for more in range(_MOST_VOTES) if sign_test(most + more, least) < LEVEL)


def shown_characters(seconds: float, longest: int) -> int:
    """How many characters of either text stand there `seconds` after both were ready; `longest`: of the two."""
    return round(seconds * max(_PACE, longest / _LONGEST_S))


def _with(tally: Tally, choice: Choice, swapped: bool) -> Tally:
    """The tally with one vote more; `swapped`: side A was `two`."""
    more = [tally.for_one, tally.for_two, tally.ties, tally.both_bad]
    if choice is Choice.TIE:
        more[2] += 1
    elif choice is Choice.BOTH_BAD:
        more[3] += 1
    else:
        more[int((choice is Choice.B_BETTER) != swapped)] += 1
    return Tally(tally.one, tally.two, *more)

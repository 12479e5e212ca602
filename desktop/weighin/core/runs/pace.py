"""When an answer was written, and when the other lane computed beside it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

# The first tokens each have a mark; behind them marks come a thirty-second part of the way apart.
DENSE_MARKS = 64
_APART = 32
# More than a million tokens need.
MOST_MARKS = 512


def next_mark(tokens: int) -> int:
    """At how many tokens the mark after that at `tokens` is due."""
    return tokens + max(1, tokens // _APART if tokens >= DENSE_MARKS else 1)


@dataclass(frozen=True)
class Pace:
    """The way of an answer, in seconds since its request, by a clock that all processes of a computer share.

    begin_s: the request itself, since the first request of its round (on the wire: since the clock's own beginning).
    reading_s: when reading began; None where nobody saw it. mark_s: when mark_tokens tokens had been written; the first
    and the last token are among them."""

    begin_s: float
    reading_s: float | None = None
    mark_s: tuple[float, ...] = ()
    mark_tokens: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if len(self.mark_s) != len(self.mark_tokens):
            raise ValueError("as many moments as counts of tokens belong to a pace")
        for marks in (self.mark_s, self.mark_tokens):
            if any(later < earlier for earlier, later in itertools.pairwise(marks)):
                raise ValueError("the marks of a pace follow each other")

    def stretch(self, begin_s: float, end_s: float) -> Stretch | None:
        """What was written between two moments, from a mark to a mark; None where fewer than two lie there."""
        inside = [n for n, at in enumerate(self.mark_s) if begin_s <= at <= end_s]
        return self._between(inside)

    def tokens(self, first: int, last: int) -> Stretch | None:
        """How the tokens from the `first` to the `last` were written, from a mark to a mark; None where fewer than two
        lie there."""
        return self._between([n for n, count in enumerate(self.mark_tokens) if first <= count <= last])

    def _between(self, inside: list[int]) -> Stretch | None:
        if len(inside) < 2:
            return None
        a, b = inside[0], inside[-1]
        return Stretch(self.mark_tokens[a], self.mark_tokens[b], self.mark_s[b] - self.mark_s[a])


@dataclass(frozen=True)
class Stretch:
    """Part of an answer: from token number `first` to token number `last`, between which `seconds` passed."""

    first: int
    last: int
    seconds: float

    @property
    def tokens(self) -> int:
        """Tokens written, both ends among them."""
        return self.last - self.first + 1


@dataclass(frozen=True)
class Beside:
    """From when to when the other lane computed, in seconds since the request of this one, while this one computed:
    0 <= begin_s <= end_s <= total_s of the answer."""

    begin_s: float
    end_s: float

    def __post_init__(self) -> None:
        if not 0 <= self.begin_s <= self.end_s:
            raise ValueError("the other lane cannot have ended before it began")

"""The few statistics of the note: intervals and the exact paired test."""

from collections.abc import Sequence
from math import comb, sqrt


def mcnemar(first: Sequence[bool], second: Sequence[bool]) -> tuple[int, int, float]:
    """Questions that only the first and only the second got right, and the exact two-sided p of that split."""
    only_first = sum(a and not b for a, b in zip(first, second, strict=True))
    only_second = sum(b and not a for a, b in zip(first, second, strict=True))
    n = only_first + only_second
    tail = sum(comb(n, i) for i in range(min(only_first, only_second) + 1))
    return only_first, only_second, min(1.0, 2 * tail / 2**n)


def wilson(right: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share."""
    z = 1.959964
    centre = (right + z * z / 2) / (n + z * z)
    half = z * sqrt(right * (n - right) / n + z * z / 4) / (n + z * z)
    return centre - half, centre + half

"""Intervals for one accuracy and for the difference of two on the same questions."""

from __future__ import annotations

import math
from statistics import NormalDist

CONFIDENCE = 0.95


def two_sided_z(confidence: float = CONFIDENCE) -> float:
    """The z of a two-sided interval: 1.96 for 0.95."""
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def wilson(correct: float, n: float, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Interval for the accuracy behind `correct` of `n` > 0; both ends within 0..1.

    Score interval of Wilson (1927), "Probable inference, the law of succession, and statistical inference", JASA 22."""
    z = two_sided_z(confidence)
    p = correct / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low = 0.0 if correct == 0 else max(0.0, centre - half)
    high = 1.0 if correct == n else min(1.0, centre + half)
    return low, high


def paired_difference(only_a: float, only_b: float, n: float, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Interval for accuracy A minus accuracy B from the questions that only one of them got right, out of `n` >= 1.

    Score interval of Tango (1998), "Equivalence test and confidence interval for the difference in proportions for the
    paired-sample design", Statistics in Medicine 17. At large n it is difference -+ z sqrt((d - difference^2) / n) with
    d = (only_a + only_b) / n; unlike that one it does not shrink to a point where the models never disagree."""
    z = two_sided_z(confidence)
    difference = (only_a - only_b) / n
    low = _root(only_a, only_b, n, z, -1.0, difference)
    high = _root(only_a, only_b, n, -z, difference, 1.0)
    return low, high


def _root(b: float, c: float, n: float, target: float, low: float, high: float) -> float:
    """Where Tango's score statistic, which falls with the difference, equals `target`; by bisection."""
    for _ in range(60):
        middle = (low + high) / 2
        if _score(b, c, n, middle) > target:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _score(b: float, c: float, n: float, difference: float) -> float:
    """Tango's statistic for the hypothesis that the true difference is `difference`; inf at its ends."""
    # The likelihood's constrained maximum for the probability of "only B", a root of 2n q^2 + k q + m = 0.
    k = -b - c + (2 * n - b + c) * difference
    m = -c * difference * (1 - difference)
    q = (math.sqrt(max(0.0, k * k - 8 * n * m)) - k) / (4 * n)
    variance = n * (2 * q + difference * (1 - difference))
    distance = b - c - n * difference
    if variance <= 0:
        return math.copysign(math.inf, distance) if distance else 0.0
    return distance / math.sqrt(variance)

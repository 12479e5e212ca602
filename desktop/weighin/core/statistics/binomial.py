"""Exact arithmetic on a number of successes out of n, without the normal approximation."""

from __future__ import annotations

import math
from collections.abc import Callable

_STEPS = 60


def tail(at_least: int, n: int, p: float) -> float:
    """Probability of `at_least` or more successes in n tries of probability p."""
    if at_least <= 0:
        return 1.0
    if p <= 0 or at_least > n:
        return 0.0
    if p >= 1:
        return 1.0
    logs = [_log_choose(n, k) + k * math.log(p) + (n - k) * math.log1p(-p) for k in range(at_least, n + 1)]
    return min(1.0, math.fsum(math.exp(value) for value in logs))


def sign_test(one: int, two: int) -> float:
    """Two-sided exact p of the hypothesis that both are chosen equally often, having been chosen `one` and `two` times;
    1 where nothing was chosen. Of the questions that only one model got right it is the exact McNemar test, for one
    look at a sample whose size was fixed beforehand (McNemar 1947, Psychometrika 12)."""
    n = one + two
    return min(1.0, 2 * tail(max(one, two), n, 0.5)) if n else 1.0


def clopper_pearson(successes: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Exact interval for the probability behind `successes` of `n` >= 1.

    Clopper and Pearson (1934), "The use of confidence or fiducial limits illustrated in the case of the binomial",
    Biometrika 26: each end is the probability at which the result, or one further out, has half of what is left."""
    rest = (1 - confidence) / 2
    low = 0.0 if successes == 0 else _where(lambda p: tail(successes, n, p), rest)
    high = 1.0 if successes == n else 1 - _where(lambda q: tail(n - successes, n, q), rest)
    return low, high


def _where(rising: Callable[[float], float], target: float) -> float:
    """The p in 0..1 at which `rising` reaches `target`, by bisection."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if rising(middle) < target:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)

"""How many standard errors an interval reaches to each side, where the error is estimated from few groups."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from statistics import NormalDist

from weighin.core.statistics.intervals import CONFIDENCE, two_sided_z

# The first look at a mean that is looked at again and again, in groups.
FIRST_LOOK = 10
# From here on the expansion alone is exact to all digits of a float.
_EXPANSION_IS_EXACT = 1000
_STEPS = 60


def reach_once(freedom: int) -> float:
    """For one look: the t of a two-sided 95 % interval with `freedom` >= 1 degrees of freedom."""
    return t_quantile(0.5 + CONFIDENCE / 2, freedom)


def reach_anytime(groups: int, freedom: int) -> float:
    """For a look after any number of groups from FIRST_LOOK on, and for stopping because of what was seen.

    sqrt(q + ln(groups / FIRST_LOOK)), q the 95 % point of the Robbins-Siegmund distribution, P(r) = 1 - 2 (1 - Phi(s) +
    s phi(s)) with s = sqrt(r): the delayed start of the asymptotic confidence sequence in Waudby-Smith, Arbour, Sinha,
    Kennedy, Ramdas (2024), "Time-uniform central limit theory and asymptotic confidence sequences", Annals of
    Statistics 52, whose means may vary from group to group, as those of several kinds do. That takes the error as
    known; it is widened as t with `freedom` >= 1 degrees of freedom widens z."""
    late = math.log(max(groups, FIRST_LOOK) / FIRST_LOOK)
    return math.sqrt(_robbins_siegmund() + late) * reach_once(freedom) / two_sided_z()


@functools.cache
def t_quantile(p: float, freedom: int) -> float:
    """Quantile, 0.5 < p < 1, of Student's distribution with `freedom` >= 1 degrees of freedom."""
    if freedom >= _EXPANSION_IS_EXACT:
        return _t_expansion(p, freedom)
    return _where(lambda t: _t_middle(t, freedom), 2 * p - 1, 2 * _t_expansion(p, freedom) + 1e3 / freedom**3)


def _t_expansion(p: float, freedom: int) -> float:
    """Abramowitz and Stegun (1964), 26.7.5."""
    z = NormalDist().inv_cdf(p)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / freedom**power for power, term in enumerate(terms, 1))


def _t_middle(t: float, freedom: int) -> float:
    """P(|T| < t). Abramowitz and Stegun (1964), 26.7.3 and 26.7.4."""
    angle = math.atan(t / math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2
    term = total = cosine if odd else 1.0
    if freedom == 1:
        return 2 * angle / math.pi
    for k in range(2 + odd, freedom - 1, 2):
        term *= cosine * cosine * (k - 1) / k
        total += term
    return 2 / math.pi * (angle + sine * total) if odd else sine * total


@functools.cache
def _robbins_siegmund() -> float:
    normal = NormalDist()

    def share(r: float) -> float:
        s = math.sqrt(r)
        return 1 - 2 * (1 - normal.cdf(s) + s * normal.pdf(s))

    return _where(share, CONFIDENCE, 100.0)


def _where(rising: Callable[[float], float], target: float, high: float) -> float:
    """The number in 0..high at which `rising` reaches `target`, by bisection."""
    low = 0.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < target else (low, middle)
    return (low + high) / 2

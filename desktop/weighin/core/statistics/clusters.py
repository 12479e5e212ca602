"""Errors where neighbours are alike: what is counted comes in groups (chunks of a text), and only the groups are taken
as independent. Groups may be of several kinds, whose share of all is fixed beforehand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from weighin.core.statistics.intervals import two_sided_z, wilson

# With fewer degrees of freedom one kind of few groups decides nearly alone, and its own spread is hardly known.
_ENOUGH_FREEDOM = 5


@dataclass(frozen=True)
class GroupError:
    """A standard error, and the degrees of freedom with which it is known."""

    value: float
    freedom: int


def ratio_error(sums: Sequence[float], sizes: Sequence[float], kinds: Sequence[str] = ()) -> GroupError:
    """Of sum(sums) / sum(sizes) over at least two groups; with `sizes` the number of values in each group that of a
    mean. kinds: of each group; () where all are of one.

    Linearised: sqrt(m / (m - 1) sum of (y - R x)^2) / sum of x (Cochran 1977, "Sampling Techniques", 6.4; for
    evaluations of models Miller 2024, arXiv 2411.00640). By kind the differences between kinds are no error, since how
    much of each is read does not depend on chance (stratified, Cochran 5.4); freedom as Satterthwaite (1946)
    approximates it, and without kinds where that is too little."""
    whole = math.fsum(sizes)
    ratio = math.fsum(sums) / whole
    residuals = [y - ratio * x for y, x in zip(sums, sizes, strict=True)]
    parts = [(_variance(values), len(values) - 1) for values in _strata(residuals, kinds)]
    variance, weighted = math.fsum(v for v, _ in parts), math.fsum(v * v / freedom for v, freedom in parts)
    freedom = int(variance * variance / weighted) if weighted else len(sums) - len(parts)
    if len(parts) > 1 and freedom < _ENOUGH_FREEDOM:
        variance, freedom = _variance(residuals), len(sums) - 1
    return GroupError(math.sqrt(variance) / whole, max(1, freedom))


def _variance(values: Sequence[float]) -> float:
    """Of the sum of at least two independent values."""
    mean = math.fsum(values) / len(values)
    return len(values) / (len(values) - 1) * math.fsum((value - mean) ** 2 for value in values)


def _strata(values: Sequence[float], kinds: Sequence[str]) -> list[list[float]]:
    """The values by kind, at least two each: kinds with a single one are put together, with the smallest other kind
    where there is but one of these (collapsed strata, Cochran 5A.12)."""
    found: dict[str, list[float]] = {}
    for value, kind in zip(values, kinds or [""] * len(values), strict=True):
        found.setdefault(kind, []).append(value)
    ordered = sorted(found.values(), key=len)
    singles = [stratum[0] for stratum in ordered if len(stratum) == 1]
    strata = ordered[len(singles) :]
    if len(singles) == 1 and strata:
        return [[*singles, *strata[0]], *strata[1:]]
    return [singles, *strata] if singles else strata


def share_interval(share: float, n: int, error: float, reach: float) -> tuple[float, float]:
    """Interval for a share of n values, `reach` standard errors wide to each side; within 0..1. error: its clustered
    standard error.

    Wilson's, with as many independent values as would have that error, never more than there are (Korn and Graubard
    1998, "Confidence intervals for proportions with small expected number of positive counts", Survey Methodology 24).
    Where all are alike nothing tells how alike neighbours are, and each value counts."""
    independent = min(n, share * (1 - share) / error**2) if error else n
    # wilson() reaches two_sided_z() errors: fewer values reach further.
    n_wilson = independent * (two_sided_z() / reach) ** 2
    return wilson(share * n_wilson, n_wilson)

"""Errors where neighbours are alike: what is counted comes in groups (chunks of a text), and only the groups are taken
as independent."""

from __future__ import annotations

import math
from collections.abc import Sequence

from weighin.core.statistics.intervals import two_sided_z, wilson


def ratio_error(sums: Sequence[float], sizes: Sequence[float]) -> float:
    """Standard error of sum(sums) / sum(sizes) over at least two groups; with `sizes` the number of values in each
    group that of a mean.

    Linearised: sqrt(m / (m - 1) sum of (y - R x)^2) / sum of x (Cochran 1977, "Sampling Techniques", 6.4; for
    evaluations of models Miller 2024, arXiv 2411.00640)."""
    groups, whole = len(sums), math.fsum(sizes)
    ratio = math.fsum(sums) / whole
    squares = math.fsum((y - ratio * x) ** 2 for y, x in zip(sums, sizes, strict=True))
    return math.sqrt(groups / (groups - 1) * squares) / whole


def share_interval(counts: Sequence[int], sizes: Sequence[int], reach: float) -> tuple[float, float]:
    """Interval for the share sum(counts) / sum(sizes), `reach` standard errors wide to each side; within 0..1.

    Wilson's, with as many independent values as would have the clustered error, never more than there are (Korn and
    Graubard 1998, "Confidence intervals for proportions with small expected number of positive counts", Survey
    Methodology 24). Where all are alike nothing tells how alike neighbours are, and each value counts."""
    n = sum(sizes)
    share = sum(counts) / n
    independent = float(n)
    if error := ratio_error(counts, sizes):
        independent = min(independent, share * (1 - share) / error**2)
    # wilson() reaches two_sided_z() errors: fewer values reach further.
    n_wilson = independent * (two_sided_z() / reach) ** 2
    return wilson(share * n_wilson, n_wilson)

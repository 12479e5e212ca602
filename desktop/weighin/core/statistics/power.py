"""Before the run: what a sample can show. Power of McNemar's test by its normal approximation
(Connor 1987, "Sample size for testing differences in proportions for the paired-sample design", Biometrics 43)."""

from __future__ import annotations

import math
from statistics import NormalDist

from weighin.core.statistics.intervals import two_sided_z

POWER = 0.80
# Share of questions on which just one of two models of similar strength is right: median of 91 pairs of 14 models on
# 5,700 questions (HELM predictions on MMLU-Redux items). Correlation of being right: median of the same pairs.
TYPICAL_DISCORDANCE = 0.13
TYPICAL_CORRELATION = 0.55


def questions_needed(gap: float, discordance: float, power: float = POWER) -> int | None:
    """Questions that show a true `gap` (0..1) at two-sided 5 % with probability `power`; None where the gap cannot be
    (it is not below the discordance).

    n = (z_alpha sqrt(d) + z_power sqrt(d - gap^2))^2 / gap^2."""
    if not 0 < gap < discordance:
        return None
    reach = two_sided_z() * math.sqrt(discordance)
    reach += NormalDist().inv_cdf(power) * math.sqrt(discordance - gap * gap)
    return math.ceil(reach * reach / (gap * gap))


def smallest_gap(n: int, discordance: float, power: float = POWER) -> float | None:
    """The smallest true gap (0..1) that `n` questions show with probability `power`; None where not even one-sided
    disagreement would do."""
    low, high = 0.0, discordance
    needed = questions_needed(math.nextafter(discordance, 0), discordance, power)
    if needed is None or needed > n:
        return None
    for _ in range(60):
        middle = (low + high) / 2
        needed = questions_needed(middle, discordance, power)
        low, high = (low, middle) if needed is not None and needed <= n else (middle, high)
    return high


def expected_discordance(accuracy_a: float, accuracy_b: float, correlation: float = TYPICAL_CORRELATION) -> float:
    """Share of questions on which just one is right: p(1-q) + q(1-p) - 2 r sqrt(p(1-p) q(1-q)), at least |p - q|.

    From the covariance of two 0/1 variables with correlation r."""
    p, q = accuracy_a, accuracy_b
    spread = math.sqrt(p * (1 - p) * q * (1 - q))
    return max(abs(p - q), p * (1 - q) + q * (1 - p) - 2 * correlation * spread)


def half_width(accuracy: float, n: int) -> float:
    """Half of a 95 % interval for one model: z sqrt(p(1-p)/n)."""
    return two_sided_z() * math.sqrt(accuracy * (1 - accuracy) / n)

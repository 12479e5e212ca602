"""A published claim "this score beats that one", held against the number of questions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

from weighin.core import format
from weighin.core.errors import AppError
from weighin.core.statistics.intervals import two_sided_z
from weighin.core.statistics.power import questions_needed


@dataclass(frozen=True)
class ClaimCheck:
    """What two scores on `n` questions can say. All shares 0..1. difference: first minus second; interval: 95 %;
    p: two-sided. told_apart: p < 0.05. largest_discordance: they could be told apart only below it. needed: questions
    for a power of 80 %, None where no number helps."""

    difference: float
    interval: tuple[float, ...]
    p: float
    told_apart: bool
    largest_discordance: float
    needed: int | None


def check_claim(score_a: float, score_b: float, n: int, discordance: float) -> ClaimCheck:
    """Two accuracies (0..1) on the same `n` questions, of which a share `discordance` was answered right by just one.

    z = difference / sqrt((d - difference^2) / n): the paired (Wald) test. Raises AppError(kind="options") for numbers
    that cannot be."""
    difference = score_a - score_b
    lowest, highest = abs(difference), min(score_a + score_b, 2 - score_a - score_b)
    if not (0 <= score_a <= 1 and 0 <= score_b <= 1 and n >= 1):
        raise AppError("Scores lie between 0 and 100 %, and there is at least one question.", kind="options")
    if not lowest <= discordance <= max(lowest, highest):
        text = (
            f"With these scores the models disagree on {format.between((lowest, highest), 1)} of the questions, "
            f"not on {format.percent(discordance, 1)}."
        )
        raise AppError(text, kind="options")
    error = math.sqrt(max(0.0, discordance - difference * difference) / n)
    z = abs(difference) / error if error else (math.inf if difference else 0.0)
    p = 2 * (1 - NormalDist().cdf(z)) if math.isfinite(z) else 0.0
    reach = two_sided_z()
    return ClaimCheck(
        difference=difference,
        interval=(max(-1.0, difference - reach * error), min(1.0, difference + reach * error)),
        p=p,
        told_apart=p < 0.05,
        largest_discordance=difference * difference * (1 + n / (reach * reach)),
        needed=questions_needed(abs(difference), discordance),
    )

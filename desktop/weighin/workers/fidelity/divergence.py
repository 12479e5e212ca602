"""How far two rows of logits are apart, in double precision."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

# What BASE finds less likely than exp of this does not count, as in llama.cpp.
LEAST_LOG = -16.0

Row = np.ndarray[Any, np.dtype[np.float32]]
Work = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Difference:
    """Of one position. kld: natural; nll: of the true next token; delta_p: its probability minus that of BASE;
    log_sum: of the other row. Numbers that are not finite stand for logits that were not."""

    kld: float
    nll: float
    delta_p: float
    same_top: bool
    log_sum: float


def log_sum_exp(row: Row, work: Work) -> float:
    """ln sum exp of a row; NaN where a logit is NaN or +inf, or none is finite. `work`: as long as the row."""
    largest = float(row.max())
    if not math.isfinite(largest):
        return math.nan
    np.subtract(row, largest, out=work, dtype=np.float64)
    np.exp(work, out=work)
    return largest + math.log(work.sum())


def difference(base: Row, base_sum: float, other: Row, target: int, work: Work) -> Difference:
    """How `other` differs from `base`, whose log_sum_exp is `base_sum`. target: the true next token."""
    other_sum = log_sum_exp(other, work)
    np.subtract(base, base_sum, out=work, dtype=np.float64)
    likely = np.flatnonzero(work > LEAST_LOG)
    base_logs = work[likely]
    # In place: of a large vocabulary each of these is megabytes.
    apart = other[likely].astype(np.float64)
    apart -= other_sum
    np.subtract(base_logs, apart, out=apart)
    np.exp(base_logs, out=base_logs)
    apart *= base_logs
    nll = other_sum - float(other[target])
    return Difference(
        kld=float(apart.sum()),
        nll=nll,
        delta_p=math.exp(-nll) - math.exp(float(base[target]) - base_sum) if math.isfinite(nll) else math.nan,
        same_top=bool(base.argmax() == other.argmax()),
        log_sum=other_sum,
    )


def likeliest(row: Row, log_sum: float, count: int) -> list[tuple[int, float]]:
    """The `count` likeliest tokens with their probabilities, likeliest first; of equals the lower number."""
    count = min(count, row.size)
    tokens = np.argpartition(row, row.size - count)[row.size - count :]
    tokens = tokens[np.lexsort((tokens, -row[tokens]))]
    return [(int(token), math.exp(float(row[token]) - log_sum)) for token in tokens]

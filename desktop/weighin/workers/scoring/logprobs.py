"""Log-probabilities from rows of logits, and what they come to."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from weighin.core.evaluations.evaluation import ItemResult

_NO_NUMBERS = "The model returned no numbers (NaN) for this question."


def judged(identifier: str, logprobs: Sequence[float]) -> ItemResult:
    """The result of a question by the log-probability of each of its options."""
    if not all(math.isfinite(value) for value in logprobs):
        return ItemResult(identifier, None, None, _NO_NUMBERS)
    return ItemResult(identifier, int(np.argmax(logprobs)), tuple(logprobs))


def log_probabilities(row: np.ndarray, tokens: Sequence[int]) -> list[float]:
    """Natural logarithms of the probabilities of `tokens` under the softmax of the logits `row`; NaN where it is."""
    largest = row.max()
    total = math.log(np.exp(row - largest).sum(dtype=np.float64)) if np.isfinite(largest) else math.nan
    return [float(row[token]) - float(largest) - total for token in tokens]

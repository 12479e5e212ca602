"""Whether a score looks like guessing."""

from __future__ import annotations

from collections.abc import Sequence

from weighin.core.evaluations.questions import LETTERS
from weighin.core.statistics.intervals import wilson

CHANCE = 0.25
# Chosen this often, one letter says more about the model's reading of the prompt than about its knowledge.
_ALMOST_ALWAYS = 0.9
_ENOUGH = 20


def chance_alarm(correct: int, n: int, letters: Sequence[int]) -> str:
    """A sentence where the score looks like guessing, else "". letters: how often each of the four was chosen."""
    if n < _ENOUGH:
        return ""
    most = max(letters)
    if most >= _ALMOST_ALWAYS * n:
        letter = LETTERS[list(letters).index(most)]
        return f"It chose {letter} in {most:,} of {n:,} questions: it hardly reads them, or not in this form."
    low, high = wilson(correct, n)
    if low <= CHANCE <= high:
        return f"This is not to be told from guessing: 25 % lies within {100 * low:.1f} to {100 * high:.1f} %."
    return ""

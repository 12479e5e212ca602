"""From scored items to the numbers of a lane and of the pair."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from weighin.core.evaluation import ItemResult, PairedResult, ScoredItem, SubjectScore
from weighin.core.questions import LETTERS
from weighin.core.statistics.intervals import wilson
from weighin.core.statistics.paired import compare

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


def letters_chosen(results: Iterable[ItemResult]) -> tuple[int, ...]:
    """How often each letter was chosen."""
    counts = [0, 0, 0, 0]
    for result in results:
        if result.choice is not None:
            counts[result.choice] += 1
    return tuple(counts)


def subject_scores(items: Iterable[ScoredItem], label: str) -> dict[str, SubjectScore]:
    """Questions asked and answered right by subject, by name; `label`: "A" or "B"."""
    scores: dict[str, SubjectScore] = {}
    for item in items:
        right = item.right(label)
        if right is not None:
            old = scores.get(item.question.subject, SubjectScore(0, 0))
            scores[item.question.subject] = SubjectScore(old.n + 1, old.correct + right)
    return dict(sorted(scores.items()))


def paired_result(items: Iterable[ScoredItem]) -> PairedResult | None:
    """The four boxes over the questions both were asked; None where there are none."""
    boxes = {(True, True): 0, (True, False): 0, (False, True): 0, (False, False): 0}
    for item in items:
        a, b = item.right("A"), item.right("B")
        if a is not None and b is not None:
            boxes[a, b] += 1
    if not any(boxes.values()):
        return None
    return compare(boxes[True, True], boxes[True, False], boxes[False, True], boxes[False, False])

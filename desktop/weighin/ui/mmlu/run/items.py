"""The questions of a run with what each model said to them, as answers come in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from weighin.core.evaluations.evaluation import EvaluationRecord, ItemResult, ScoredItem
from weighin.core.statistics.intervals import paired_difference
from weighin.ui.widgets.boxes import Box, paired_box

_POINTS = 150


@dataclass(frozen=True)
class TracePoint:
    """Difference of the accuracies (0..1, A minus B) and its 95 % interval after `n` questions; `decided`: by then the
    verdict had fallen."""

    n: int
    difference: float
    low: float
    high: float
    decided: bool


class RunItems:
    """Items in running order."""

    def __init__(self, record: EvaluationRecord) -> None:
        self.items = list(record.items)
        self.paired = len(record.request.lanes) > 1
        self._places = {item.question.id: place for place, item in enumerate(self.items)}

    def take(self, label: str, results: Iterable[ItemResult]) -> None:
        """Lane `label` ("A" or "B") has answered; results to unknown questions are left out."""
        for result in results:
            place = self._places.get(result.id)
            if place is not None:
                item = self.items[place]
                self.items[place] = replace(item, a=result) if label == "A" else replace(item, b=result)

    def box(self, item: ScoredItem) -> Box | None:
        """Where it falls; None while somebody has not answered it."""
        a, b = item.right("A"), item.right("B")
        if not self.paired:
            return None if a is None else Box.RIGHT if a else Box.WRONG
        if a is None or b is None:
            return None
        return paired_box(a, b)

    def trace(self, decided_after: int | None = None) -> tuple[TracePoint, ...]:
        """The difference over the questions both have answered, in running order. decided_after: as the verdict
        says."""
        step = max(1, len(self.items) // _POINTS)
        points: list[TracePoint] = []
        n = only_a = only_b = 0
        for item in self.items:
            a, b = item.right("A"), item.right("B")
            if a is None or b is None:
                continue
            n, only_a, only_b = n + 1, only_a + (a and not b), only_b + (b and not a)
            if n % step == 0:
                points.append(_point(only_a, only_b, n))
        if n and n % step:
            points.append(_point(only_a, only_b, n))
        return tuple(replace(p, decided=decided_after is not None and p.n >= decided_after) for p in points)


def is_near_tie(item: ScoredItem) -> bool:
    """Whether some model could have chosen another letter in another batch."""
    return any(result is not None and result.near_tie for result in (item.a, item.b))


def is_unscored(item: ScoredItem) -> bool:
    """Whether some model's answer could not be read."""
    return any(result is not None and result.choice is None for result in (item.a, item.b))


@lru_cache(maxsize=4096)
def _point(only_a: int, only_b: int, n: int) -> TracePoint:
    low, high = paired_difference(only_a, only_b, n)
    return TracePoint(n, (only_a - only_b) / n, low, high, False)

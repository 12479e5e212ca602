"""The boxes and lists of the questions of a run: who was right where. One model alone has two boxes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from weighin.core.evaluations.evaluation import ScoredItem
from weighin.ui.mmlu.run.items import RunItems, is_near_tie, is_unscored
from weighin.ui.widgets.boxes import PAIRED, Box, Boxes

ALL, NEAR_TIES, UNSCORED = "All questions", "Near ties", "Not scored"
_ALONE = (Box.RIGHT, Box.WRONG)


class QuestionBoxes(Boxes):
    """Counts the questions of a run."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__([box.value for box in (*PAIRED, *_ALONE)], (ALL, NEAR_TIES, UNSCORED), parent=parent)

    def show_items(self, run: RunItems) -> None:
        """Count again."""
        boxes = Counter(run.box(item) for item in run.items)
        counts: dict[str, int | None] = {box.value: boxes[box] for box in (PAIRED if run.paired else _ALONE)}
        counts[ALL] = len(run.items)
        counts[NEAR_TIES] = sum(1 for item in run.items if is_near_tie(item))
        counts[UNSCORED] = sum(1 for item in run.items if is_unscored(item)) or None
        self.show_counts(counts)


def chosen_items(run: RunItems, name: str) -> list[ScoredItem]:
    """The questions of one box or list, in running order."""
    if name == ALL:
        return list(run.items)
    holds: Callable[[ScoredItem], bool]
    if name == NEAR_TIES:
        holds = is_near_tie
    elif name == UNSCORED:
        holds = is_unscored
    else:
        box = Box(name)
        holds = lambda item: run.box(item) is box  # noqa: E731 - three ways to say which
    return [item for item in run.items if holds(item)]

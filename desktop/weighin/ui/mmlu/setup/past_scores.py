"""What earlier runs tell of a model: its score on a set, and how fast it reads."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from weighin.core.evaluations.evaluation import EvaluationChoice, LaneEvaluation
from weighin.core.evaluations.stored_evaluation import EvaluationRow
from weighin.core.models.model import ModelFacts
from weighin.core.runs.answer import rate
from weighin.core.runs.run_state import RunState

# Fewer questions say too little of a score.
_ENOUGH = 50


class PastScores(QObject):
    """`forecast`: tokens of a prompt read a second, where something else than earlier runs knows. `changed`: other
    rows."""

    changed = Signal()

    def __init__(self, forecast: Callable[[ModelFacts], float | None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._forecast = forecast
        self._rows: tuple[EvaluationRow, ...] = ()

    def show_rows(self, rows: tuple[EvaluationRow, ...]) -> None:
        """These are the stored runs, the newest first."""
        self._rows = rows
        self.changed.emit()

    def accuracy(self, model: ModelFacts, choice: EvaluationChoice) -> float | None:
        """The newest score of `model` on the same set and split, put the same way, in a run that was finished; None
        where there is none to speak of."""
        asked = (choice.questions, choice.split, choice.protocol, choice.shots)
        found = (
            lane
            for row, lane in self._lanes(model)
            if (row.questions, row.split, row.protocol, row.shots) == asked
            and row.state is RunState.FINISHED
            and lane.n - lane.unscorable >= _ENOUGH
        )
        return next((lane.accuracy for lane in found), None)

    def tokens_per_s(self, model: ModelFacts) -> float | None:
        """How fast `model` reads here."""
        found = (rate(lane.tokens_evaluated, lane.seconds) for _row, lane in self._lanes(model))
        return next((speed for speed in found if speed is not None), None) or self._forecast(model)

    def _lanes(self, model: ModelFacts) -> list[tuple[EvaluationRow, LaneEvaluation]]:
        return [(row, lane) for row in self._rows for lane in row.lanes if lane.model.path == model.path]

"""A lane that scores questions instead of answering prompts."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal

from weighin.core.evaluations.mmlu_prompt import PromptBlock
from weighin.core.evaluations.scoring import ScoreShape
from weighin.protocol import messages as wire_messages
from weighin.services.lanes.work_lane import WorkLane


class ScoringLane(WorkLane):
    """Surveys and scores."""

    scored = Signal(object)  # protocol Scored

    def survey(self, block: PromptBlock) -> None:
        """Count the tokens of a block. READY: begins."""
        self._ask(wire_messages.Survey(self._take_id(), block), "reading")

    def score(self, block: PromptBlock, shape: ScoreShape, threads: int, done: tuple[str, ...]) -> None:
        """Score a block but for what is `done`. READY: begins."""
        self._ask(wire_messages.Score(self._take_id(), block, shape, threads, done), "scoring")

    def _on_event(self, event: Any) -> None:
        super()._on_event(event)
        if isinstance(event, wire_messages.Scored) and self._pending is not None and event.id == self._pending.id:
            self.scored.emit(event)

"""Lets a pane show what a lane does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from weighin.core.comparisons.comparison import LaneResult
from weighin.core.comparisons.text import STOPS
from weighin.core.models.model import ModelFacts
from weighin.core.runs.answer import Answer, StopReason
from weighin.core.runs.progress import LaneState, LaneStatus, LivePoint, TextPiece, silence_words, state_words
from weighin.core.safe_text import safe_name
from weighin.ui.lane.lane_pane import LanePane
from weighin.ui.lane.state_line import ACTIVE

if TYPE_CHECKING:
    from weighin.services.lanes.lane import Lane


class LanePresenter(QObject):
    """Follows one lane. `activity_changed`: it became active, or idle again; `try_anyway`: the user insists."""

    activity_changed = Signal()
    try_anyway = Signal()

    def __init__(self, lane: Lane, pane: LanePane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane = lane
        self._pane = pane
        self._status: LaneStatus = lane.status
        self._tokens = 0
        self._reasoning_tokens = 0
        self._running = False
        self._answer: Answer | None = None
        self._other_active = False
        self._stopping = False
        self._in_round = False
        self._model: ModelFacts | None = None
        self._blind = False
        lane.status_changed.connect(self._take_status)
        lane.text.connect(self._take_text)
        lane.was_reasoning.connect(self._take_reasoning)
        lane.point.connect(self._take_point)
        lane.answered.connect(self._take_answer)
        pane.header.picker.model_changed.connect(self._say)
        pane.failure.try_anyway.connect(self.try_anyway)
        self._say()

    @property
    def is_active(self) -> bool:
        """Whether the lane works just now."""
        return self._running and self._answer is None and self._status.state in ACTIVE

    def set_blind(self, blind: bool) -> None:
        """While `blind` nothing is shown of the lane."""
        self._blind = blind
        self._answer = None
        self._pane.header.set_locked(blind)
        self._pane.set_hidden(blind)
        self._say()

    def begin(self, model: ModelFacts) -> None:
        """A comparison begins, with this model in this lane."""
        self._model = model
        self._running = True
        self._pane.header.set_locked(True)
        self._stopping = False
        self._in_round = False
        self._pane.chart.show_pieces(model.is_server)
        self._clear()

    def keep(self) -> None:
        """A comparison begins in which this lane keeps what it shows."""
        self._pane.header.set_locked(True)

    def begin_round(self) -> None:
        """A new answer begins in this lane."""
        self._in_round = True
        self._clear()
        self._pane.state.start_clock()

    def wait(self, other_active: bool) -> None:
        """Tell whether the other lane works just now."""
        self._other_active = other_active
        self._say()

    def stop(self) -> None:
        """Stop was pressed: say so before the worker can."""
        if self._running and self._answer is None:
            self._stopping = True
            self._say()

    def end(self) -> None:
        """The comparison is over."""
        self._running = False
        self._pane.header.set_locked(False)
        self._pane.state.stop_clock()
        self._say()

    def show_result(self, result: LaneResult) -> None:
        """Show a complete result: at the end, and from History."""
        self._model = result.setup.model
        self._show_answer(result.answer)

    def show_empty(self) -> None:
        """Show a lane that gave nothing back."""
        self._clear()
        self._say()

    def _clear(self) -> None:
        self._answer = None
        self._tokens = self._reasoning_tokens = 0
        self._pane.clear()
        self._say()

    def _take_status(self, status: LaneStatus) -> None:
        before = self.is_active
        self._status = status
        if self._blind:
            return
        if self.is_active and not before:
            self._pane.state.start_clock()
        if status.state is LaneState.FAILED and status.failure is not None and self._answer is None:
            self._pane.failure.show_failure(status.failure)
        self._say()
        if self.is_active != before:
            self.activity_changed.emit()

    def _take_text(self, piece: TextPiece) -> None:
        if self._blind:
            return
        self._tokens += piece.count
        if piece.kind == "reasoning":
            self._reasoning_tokens += piece.count
            self._pane.reasoning.count(self._reasoning_tokens)
        self._pane.add_text(piece)
        self._say()

    def _take_reasoning(self) -> None:
        if self._blind:
            return
        self._reasoning_tokens = self._tokens
        self._pane.was_reasoning()
        self._pane.reasoning.count(self._reasoning_tokens)

    def _take_point(self, point: LivePoint) -> None:
        if not self._blind:
            self._pane.add_point(point)

    def _take_answer(self, answer: Answer) -> None:
        # Where the comparison has ended meanwhile, its whole result stands there already.
        if self._blind or not self._running:
            return
        self._show_answer(answer)
        self.activity_changed.emit()

    def _show_answer(self, answer: Answer) -> None:
        self._answer = answer
        self._pane.state.stop_clock()
        self._pane.finish_text(answer.text, answer.reasoning)
        self._pane.reasoning.count(answer.timing.reasoning_tokens)
        self._pane.show_notices(answer.notices)
        self._pane.failure.show_failure(answer.failure)
        self._say()

    def _ending(self, reason: StopReason) -> str:
        """How the answer ended, and who gave it where another model is chosen by now."""
        said = STOPS[reason]
        chosen = self._pane.header.picker.chosen
        if self._model is None or chosen is None or chosen.path == self._model.path:
            return said
        return f"{said} · answer by {safe_name(self._model.name, 60)}"

    def _say(self) -> None:
        """Say in the state line what is true now."""
        if self._blind:
            return
        status = self._status
        if self._answer is not None:
            self._pane.state.say(self._ending(self._answer.stop_reason))
            self._pane.state.progress(0, 0)
            return
        if self._stopping:
            self._pane.state.say("Stopping")
            self._pane.state.progress(0, 0)
            return
        if self._running and status.state not in ACTIVE and status.state is not LaneState.FAILED:
            other = "B" if self._pane.label == "A" else "A"
            waiting = f"Waiting for {other}" if self._other_active else "Waiting"
            self._pane.state.say("Starting" if self._in_round else waiting)
            self._pane.state.progress(0, 0)
            return
        self._pane.state.say(state_words(status, self._tokens), silence_words(status))
        shown = status.state is LaneState.LOADING or status.phase == "reading"
        total = 100 if status.state is LaneState.LOADING else status.total
        self._pane.state.progress(status.done, total if shown and status.state in ACTIVE else 0)

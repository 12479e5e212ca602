"""One model of a run: what it does, how far it is, and its score so far."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.evaluations.evaluation import LaneEvaluation, LaneProgress
from weighin.core.evaluations.text import cost_words, lane_numbers, lane_state, model_name, score_share
from weighin.core.models.model import ModelFacts
from weighin.core.runs.answer import Failure
from weighin.ui.lane.failure_box import FailureBox
from weighin.ui.theme import Theme
from weighin.ui.widgets.label import ElidedLabel, PlainLabel
from weighin.ui.widgets.lane_chips import lane_chip


class LaneCard(QFrame):
    """Lines of constant height, so that nothing moves while a run goes on. `try_anyway`: run although memory may not
    suffice."""

    try_anyway = Signal()

    def __init__(self, theme: Theme, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = label
        self.setProperty("role", "card")
        self._name = ElidedLabel()
        self._state = PlainLabel(role="muted")
        self._score = PlainLabel(role="title")
        self._share = ElidedLabel(role="muted")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(4)
        self._bar.setAccessibleName(f"Progress of model {label}")
        self._numbers = ElidedLabel(role="small")
        self._alarm = ElidedLabel(role="warning")
        kept: tuple[QWidget, ...] = (self._bar, self._alarm)
        for widget in kept:
            policy = widget.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            widget.setSizePolicy(policy)
        self.failure = FailureBox(theme, label)
        head, scores = QHBoxLayout(), QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(lane_chip(label))
        head.addWidget(self._name, 1)
        head.addWidget(self._state, 0, Qt.AlignmentFlag.AlignVCenter)
        scores.setSpacing(10)
        scores.addWidget(self._score)
        scores.addWidget(self._share, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 6)
        layout.setSpacing(3)
        layout.addLayout(head)
        layout.addLayout(scores)
        for part in (self._bar, self._numbers, self._alarm, self.failure):
            layout.addWidget(part)
        layout.addStretch(1)
        self.failure.try_anyway.connect(self.try_anyway)
        self._alarm.hide()

    @property
    def state(self) -> str:
        """What the model does."""
        return self._state.text()

    @property
    def numbers(self) -> str:
        """Questions, speed, time left, memory."""
        return self._numbers.text()

    @property
    def score(self) -> str:
        """The score with its counts and its interval."""
        return f"{self._score.text()} {self._share.text()}".strip()

    @property
    def alarm(self) -> str:
        """Why the score means little, "" where there is nothing to say."""
        return "" if self._alarm.isHidden() else self._alarm.text()

    def begin(self, model: ModelFacts) -> None:
        """A run with this model begins, nothing is known yet."""
        name = model_name(model, self.label)
        self._name.say(name)
        self._name.setAccessibleName(f"Model {self.label}: {name}")
        for part in (self._state, self._numbers, self._share):
            part.say("")
        self._score.say(format.NONE)
        self._alarm.say_or_hide("")
        self.failure.show_failure(None)
        self._bar.setRange(0, 1)
        self._bar.setValue(0)
        self._bar.show()

    def show_progress(self, lane: LaneProgress) -> None:
        """Where it is."""
        self._state.say(lane_state(lane))
        self._numbers.say(lane_numbers(lane))
        done, total = (lane.percent, 100) if lane.phase == "loading" else (lane.done, lane.total)
        self._bar.setRange(0, max(1, total))
        self._bar.setValue(done)
        self._show_failure(lane.failure)

    def show_score(self, score: LaneEvaluation) -> None:
        """What it has reached."""
        self._score.say(format.accuracy(score.accuracy))
        self._share.say(score_share(score))
        self._alarm.say_or_hide(f"⚠ {score.alarm}" if score.alarm else "")

    def show_end(self, score: LaneEvaluation, total: int) -> None:
        """The run is over."""
        self._bar.hide()
        answered = "" if score.n >= total else f"{format.count(score.n)} of {format.count(total)} answered"
        self._state.say("Failed" if score.failure else answered)
        self._numbers.say(cost_words(score))
        self._show_failure(score.failure)
        self.show_score(score)

    def _show_failure(self, failure: Failure | None) -> None:
        if (failure.message if failure else "") != self.failure.sentence:
            self.failure.show_failure(failure)

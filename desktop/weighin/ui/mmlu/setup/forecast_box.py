"""Before the run: what it can and cannot show, and how long it will take."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.evaluations.evaluation import EvaluationRequest
from weighin.core.evaluations.evaluation_outlook import reading_tokens
from weighin.core.evaluations.questions import QuestionSet
from weighin.core.evaluations.text import before_run
from weighin.ui.mmlu.setup.past_scores import PastScores
from weighin.ui.widgets.label import PlainLabel


class ForecastBox(QFrame):
    """`past_changed`: earlier runs tell something else now."""

    past_changed = Signal()

    def __init__(self, past: PastScores, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "strip")
        self._past = past
        self._power = PlainLabel(wrap=True)
        self._time = PlainLabel(role="small", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(3)
        layout.addWidget(self._power)
        layout.addWidget(self._time)
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.setSizePolicy(policy)
        past.changed.connect(self.past_changed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.setMinimumHeight(0)
            self._hold_height()

    @property
    def text(self) -> str:
        """Everything that is said."""
        return f"{self._power.text()}\n{self._time.text()}".strip()

    def show_request(self, request: EvaluationRequest | None, questions: QuestionSet | None) -> None:
        """Say what this run can show; None: it cannot begin as it stands."""
        self.setVisible(request is not None and questions is not None)
        if request is None or questions is None:
            return
        sizes = questions.subjects(request.choice.split)
        most = sum(size for name, size in sizes.items() if name in (request.choice.subjects or sizes))
        n = min(request.choice.n or most, most)
        self._power.say(self._power_text(request, n))
        self._time.say(self._time_text(request, questions, n))
        self._hold_height()

    def _hold_height(self) -> None:
        """Never become lower: what is ticked above lies in a page that would move under the mouse."""
        self.setMinimumHeight(max(self.minimumHeight(), self.heightForWidth(self.width())))

    def _power_text(self, request: EvaluationRequest, n: int) -> str:
        models = [lane.model for lane in request.lanes]
        return before_run(n, models, tuple(self._past.accuracy(model, request.choice) for model in models))

    def _time_text(self, request: EvaluationRequest, questions: QuestionSet, n: int) -> str:
        choice = request.choice
        tokens = reading_tokens(questions, choice.split, choice.subjects, n, choice.shots)
        reading = f"~{format.count(format.two_figures(tokens))} tokens to read for each model"
        speeds = [self._past.tokens_per_s(lane.model) for lane in request.lanes]
        known = [speed for speed in speeds if speed is not None]
        if len(known) < len(speeds):
            return f"{reading}; how long that takes shows after the first blocks."
        return f"{reading}, {format.about(sum(tokens / speed for speed in known))} in all."

"""Before the run: what it can and cannot show, and how long it will take."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.evaluations.evaluation import EvaluationRequest
from weighin.core.evaluations.evaluation_outlook import reading_tokens
from weighin.core.evaluations.questions import QuestionSet
from weighin.core.evaluations.text import before_run, behind_power
from weighin.ui.mmlu.setup.past_scores import PastScores
from weighin.ui.theme import Theme
from weighin.ui.widgets.fold_button import FoldButton
from weighin.ui.widgets.label import PlainLabel


class ForecastBox(QFrame):
    """One sentence, and behind "Why?" what it rests on. `past_changed`: earlier runs tell something else now."""

    past_changed = Signal()

    def __init__(self, theme: Theme, past: PastScores, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "strip")
        self._past = past
        self._power = PlainLabel(wrap=True)
        self._time = PlainLabel(role="small", wrap=True)
        self._behind = PlainLabel(role="small", wrap=True)
        self.why = FoldButton(theme, "Why?", "what this run can show", self._behind)
        self.why.toggled.connect(self._give_way)
        words = QVBoxLayout()
        words.setSpacing(2)
        for part in (self._power, self._time, self._behind):
            words.addWidget(part)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 8, 8, 8)
        layout.addLayout(words, 1)
        layout.addWidget(self.why, 0, Qt.AlignmentFlag.AlignTop)
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.setSizePolicy(policy)
        past.changed.connect(self.past_changed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._give_way()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._hold_height()  # letters may have grown
        return super().event(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        layout = self.layout()
        if layout is not None:
            layout.setGeometry(self.contentsRect())  # Qt tells no layout of a size that came before showing

    @property
    def text(self) -> str:
        """What is said at once."""
        return f"{self._power.text()}\n{self._time.text()}".strip()

    @property
    def behind(self) -> str:
        """What is folded away."""
        return self._behind.text()

    def show_request(self, request: EvaluationRequest | None, questions: QuestionSet | None) -> None:
        """Say what this run can show; None: it cannot begin as it stands."""
        self.setVisible(request is not None and questions is not None)
        if request is None or questions is None:
            return
        sizes = questions.subjects(request.choice.split)
        most = sum(size for name, size in sizes.items() if name in (request.choice.subjects or sizes))
        n = min(request.choice.n or most, most)
        models = [lane.model for lane in request.lanes]
        scores = tuple(self._past.accuracy(model, request.choice) for model in models)
        self._power.say(before_run(n, models, scores))
        self._behind.say(" ".join(behind_power(n, models, scores)))
        self._time.say(self._time_text(request, questions, n))
        self._hold_height()

    def _give_way(self) -> None:
        """As high as it is now, whatever it was before."""
        self.setMinimumHeight(0)
        self._hold_height()

    def _hold_height(self) -> None:
        """Never become lower: what is ticked above lies in a page that would move under the mouse."""
        self.setMinimumHeight(max(self.minimumHeight(), self.heightForWidth(self.width())))

    def _time_text(self, request: EvaluationRequest, questions: QuestionSet, n: int) -> str:
        choice = request.choice
        tokens = reading_tokens(questions, choice.split, choice.subjects, n, choice.shots)
        reading = f"~{format.count(format.two_figures(tokens))} tokens per model"
        speeds = [self._past.tokens_per_s(lane.model) for lane in request.lanes]
        known = [speed for speed in speeds if speed is not None]
        if len(known) < len(speeds):
            return f"{reading}. Time left shows once the run has started."
        time = format.about(sum(tokens / speed for speed in known))
        return f"Takes {time} ({reading})."

"""Accuracy and difference as pictures, with what they do and do not mean."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from weighin.core.evaluations.evaluation import EvaluationProtocol, LaneEvaluation
from weighin.core.evaluations.text import caveat, reference_lines, sample_sentence
from weighin.ui.charts.chart import Chart
from weighin.ui.mmlu.run.accuracy_chart import AccuracyChart
from weighin.ui.mmlu.run.difference_chart import DifferenceChart
from weighin.ui.mmlu.run.items import TracePoint
from weighin.ui.theme import Theme
from weighin.ui.widgets.label import PlainLabel

_SIDE_BY_SIDE = 1250
_TALLEST = 560
_SO_FAR = "So far: not all questions are answered yet."
_BAND = "Shaded: the 95 % interval at that point. The verdict may be looked at any time."
ACCURACY, DIFFERENCE = "Right answers", "Difference"


class ScoresView(QScrollArea):
    """Two cards beside each other where there is room; one model alone has no difference. `picture_wanted` carries a
    Chart and its title, to be saved."""

    picture_wanted = Signal(object, str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        # The pictures have the focus; reaching one scrolls to it.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.accuracy = AccuracyChart(theme)
        self.difference = DifferenceChart(theme)
        self._meaning = PlainLabel(role="small", wrap=True)
        self._difference_card = self._card(DIFFERENCE, self.difference, PlainLabel(_BAND, role="small", wrap=True))
        inner = QWidget()
        inner.setObjectName("page")
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._row, 1)
        column.addStretch(0)
        self._row.setSpacing(10)
        self._row.addWidget(self._card(ACCURACY, self.accuracy, self._meaning), 1)
        self._row.addWidget(self._difference_card, 1)
        self.setWidget(inner)

    @property
    def meaning(self) -> str:
        """What the scores mean."""
        return self._meaning.text()

    @property
    def shows_difference(self) -> bool:
        """Whether there are two models."""
        return not self._difference_card.isHidden()

    def show_scores(self, scores: tuple[LaneEvaluation, ...], protocol: EvaluationProtocol) -> None:
        """Draw the accuracies, and say what they mean."""
        self.accuracy.show_scores(scores, reference_lines(protocol))
        whole = all(score.n >= protocol.n for score in scores)
        self._meaning.say(f"{sample_sentence(protocol) if whole else _SO_FAR}\n{caveat(protocol)}")
        self._difference_card.setVisible(len(scores) > 1)

    def show_trace(self, points: tuple[TracePoint, ...], total: int) -> None:
        """Draw the difference over the questions."""
        self.difference.show_trace(points, total)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = event.size().width() >= _SIDE_BY_SIDE
        ways = QBoxLayout.Direction
        self._row.setDirection(ways.LeftToRight if beside else ways.TopToBottom)

    def _card(self, title: str, chart: Chart, note: PlainLabel) -> QFrame:
        card = QFrame()
        card.setProperty("role", "card")
        card.setMaximumHeight(_TALLEST)
        save = QPushButton("Save picture…")
        save.setProperty("role", "example")
        save.setAccessibleName(f"Save the picture of {title.lower()}")
        save.clicked.connect(lambda: self.picture_wanted.emit(chart, title))
        head = QHBoxLayout()
        head.addWidget(PlainLabel(title, role="muted"), 1)
        head.addWidget(save)
        layout = QVBoxLayout(card)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(6)
        layout.addLayout(head)
        layout.addWidget(chart, 1)
        layout.addWidget(note)
        layout.addStretch(0)
        return card

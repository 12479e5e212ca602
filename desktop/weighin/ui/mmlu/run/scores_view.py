"""Accuracy and difference as pictures, with what they do and do not mean, and the verdict in words."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QScrollArea, QVBoxLayout, QWidget

from weighin.core.evaluations.evaluation import EvaluationProtocol, LaneEvaluation, RunState
from weighin.core.evaluations.text import LABEL_ERRORS, NOT_MMLU, basis_sentence, sample_sentence, verdict_sentence
from weighin.core.safe_text import safe_name
from weighin.core.statistics.paired import PairedResult
from weighin.ui.mmlu.run.accuracy_chart import AccuracyChart
from weighin.ui.mmlu.run.difference_chart import DifferenceChart
from weighin.ui.mmlu.run.items import TracePoint
from weighin.ui.theme import Theme
from weighin.ui.widgets.label import PlainLabel

_SIDE_BY_SIDE = 1250
_TALLEST = 560
_SO_FAR = "Not all questions are answered: scores and intervals are of those that are."
_BAND = "Band: 95 % interval if this were the end. The verdict goes by the e-value, which may be looked at any time."


class ScoresView(QScrollArea):
    """Two cards beside each other where there is room; one model alone has no difference."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        # The pictures have the focus; reaching one scrolls to it.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.accuracy = AccuracyChart(theme)
        self.difference = DifferenceChart(theme)
        self._meaning = PlainLabel(role="small", wrap=True)
        self._difference_card = _card(
            "Difference, A minus B", self.difference, PlainLabel(_BAND, role="small", wrap=True)
        )
        inner = QWidget()
        inner.setObjectName("page")
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._row, 1)
        column.addStretch(0)
        self._row.setSpacing(10)
        self._row.addWidget(_card("Right answers", self.accuracy, self._meaning), 1)
        self._row.addWidget(self._difference_card, 1)
        self.setWidget(inner)

    @property
    def meaning(self) -> str:
        """What the scores mean."""
        return self._meaning.text()

    def show_scores(self, scores: tuple[LaneEvaluation, ...], protocol: EvaluationProtocol) -> None:
        """Draw the accuracies, and say what they mean."""
        self.accuracy.show_scores(scores, protocol.is_mmlu)
        whole = all(score.n >= protocol.n for score in scores)
        caveat = LABEL_ERRORS if protocol.is_mmlu else NOT_MMLU
        self._meaning.say(f"{sample_sentence(protocol) if whole else _SO_FAR}\n{caveat}")
        self._difference_card.setVisible(len(scores) > 1)

    def show_trace(self, points: tuple[TracePoint, ...], total: int) -> None:
        """Draw the difference over the questions."""
        self.difference.show_trace(points, total)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = event.size().width() >= _SIDE_BY_SIDE
        ways = QBoxLayout.Direction
        self._row.setDirection(ways.LeftToRight if beside else ways.TopToBottom)


def _card(title: str, chart: QWidget, note: PlainLabel) -> QFrame:
    card = QFrame()
    card.setProperty("role", "card")
    card.setMaximumHeight(_TALLEST)
    layout = QVBoxLayout(card)
    layout.setContentsMargins(12, 10, 12, 10)
    layout.setSpacing(6)
    layout.addWidget(PlainLabel(title, role="muted"))
    layout.addWidget(chart, 1)
    layout.addWidget(note)
    layout.addStretch(0)
    return card


_LONGEST_NAME = 48


class VerdictBox(QFrame):
    """A sentence, and under it what it rests on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "strip")
        self._sentence = PlainLabel(role="title", wrap=True)
        self._evidence = PlainLabel(role="small", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(3)
        layout.addWidget(self._sentence)
        layout.addWidget(self._evidence)

    @property
    def sentence(self) -> str:
        """The verdict."""
        return self._sentence.text()

    @property
    def evidence(self) -> str:
        """What it rests on."""
        return self._evidence.text()

    def show_verdict(self, paired: PairedResult | None, names: tuple[str, ...], total: int, state: RunState) -> None:
        """Say it; None: nothing is answered by both yet. `total`: questions of the run, which is in `state`."""
        if paired is None:
            self._sentence.say("Cannot tell yet: no question is answered by both.")
            self._evidence.say_or_hide("")
            return
        a, b = (f"{label} ({safe_name(name, _LONGEST_NAME)})" for label, name in zip("AB", names, strict=True))
        self._sentence.say(verdict_sentence(paired, total, state, a, b))
        self._evidence.say_or_hide(basis_sentence(paired))

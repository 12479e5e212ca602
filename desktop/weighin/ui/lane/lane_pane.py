"""The answer of one lane, with what it does meanwhile and what can be done with it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from weighin.core.runs.progress import LivePoint, TextPiece
from weighin.ui.lane.failure_box import FailureBox
from weighin.ui.lane.reasoning import Reasoning
from weighin.ui.lane.state_line import StateLine
from weighin.ui.pickers.lane_header import LaneHeader
from weighin.ui.theme import Theme
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.least_height import least_height
from weighin.ui.widgets.live_chart import ChartScales, LiveChart

if TYPE_CHECKING:
    from weighin.ui.answer.answer_panel import AnswerPanel

_FEEDBACK_MS = 1500
# What stands above and below the answer begins where its text does.
_BESIDE = (14, 0, 10, 0)


class LanePane(QFrame):
    """Only arranges the parts; LanePresenter fills them. `header` and `chart` of the lane stand elsewhere."""

    def __init__(self, theme: Theme, label: str, scales: ChartScales, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = label
        self.header = LaneHeader(theme, label)
        self.chart = LiveChart(theme, label, scales)
        self.copy = _link("Copy", f"Copy the answer of {label}")
        self.rerun = _link("Rerun", f"Run {label} again; the other answer stays")
        policy = self.rerun.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # the button beside it stays where it is
        self.rerun.setSizePolicy(policy)
        self.rerun.hide()
        buttons = QWidget()
        row = QHBoxLayout(buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.copy)
        row.addWidget(self.rerun)
        self.state = StateLine(label, buttons)
        self.failure = FailureBox(theme, label)
        self.reasoning = Reasoning(theme, label)
        self._notices = PlainLabel(role="small", wrap=True)
        self._theme = theme
        self._column = layout = QVBoxLayout(self)
        layout.setContentsMargins(2, 4, 2, 6)
        layout.setSpacing(4)
        above = QVBoxLayout()
        above.setContentsMargins(*_BESIDE)
        above.setSpacing(4)
        for part in (self.state, self.failure, self.reasoning):
            above.addWidget(part)
        below = QVBoxLayout()
        below.setContentsMargins(*_BESIDE)
        below.addWidget(self._notices)
        layout.addLayout(above)
        layout.addLayout(below)
        # The line above the answer is as high with its buttons as without.
        self.state.setMinimumHeight(buttons.sizeHint().height() + 6)
        self.copy.clicked.connect(lambda _=False: self.copy_answer())
        self.reasoning.link_clicked.connect(lambda address: self.answer.ask_to_open(address))
        self._copied = QTimer(self)
        self._copied.setSingleShot(True)
        self._copied.setInterval(_FEEDBACK_MS)
        self._copied.timeout.connect(lambda: self.copy.setText("Copy"))
        self.clear()

    def event(self, event: QEvent) -> bool:
        # The splitter around it knows nothing of texts that take more lines where they are narrower.
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self.setMinimumHeight(least_height(self, self.width()))
        return super().event(event)

    @property
    def notices(self) -> str:
        """The quiet lines shown."""
        return self._notices.text()

    @cached_property
    def answer(self) -> AnswerPanel:
        """What the model writes, made when it is first wanted: the first paint shows no answer."""
        from weighin.ui.answer.answer_panel import AnswerPanel

        made = AnswerPanel(self._theme, f"Answer of lane {self.label}")
        made.view.say_while_empty("No answer yet")
        made.open_requested.connect(QDesktopServices.openUrl)
        self._column.insertWidget(1, made, 1)
        made.show()
        made.begin()
        return made

    def prepare(self) -> None:
        """Make what will show the answer."""
        self.answer.show()

    def copy_answer(self) -> None:
        """Put exactly what the model wrote on the clipboard, and say so."""
        self.answer.copy()
        self.copy.setText("Copied")
        self._copied.start()

    def clear(self) -> None:
        """Nothing but the model."""
        if "answer" in vars(self):
            self.answer.begin()
        self.reasoning.begin()
        self.copy.hide()
        self.show_notices(())
        self.failure.show_failure(None)
        self.chart.clear()
        self.state.progress(0, 0)

    def set_hidden(self, hidden: bool) -> None:
        """While `hidden` nothing in here tells what the model is, or what it does."""
        self.clear()
        self.header.set_hidden(hidden)
        if hidden:
            self.state.say("")

    def add_text(self, piece: TextPiece) -> None:
        """More text, of the answer or of the reasoning."""
        if piece.kind == "reasoning":
            self.reasoning.feed(piece.text)
        else:
            self.answer.view.feed(piece.text)
            self.copy.show()

    def was_reasoning(self) -> None:
        """What was shown as the answer so far is its reasoning."""
        text = self.answer.view.raw_text
        self.answer.begin()
        self.reasoning.feed(text)
        self.copy.hide()

    def finish_text(self, answer: str, reasoning: str) -> None:
        """The texts are complete. They are shown as the record has them."""
        self.answer.view.complete(answer)
        self.reasoning.finish(reasoning)
        self.copy.setVisible(bool(answer))

    def add_point(self, point: LivePoint) -> None:
        """One more moment for the chart."""
        self.chart.add(point)

    def show_notices(self, notices: tuple[str, ...]) -> None:
        """Quiet lines under the answer."""
        self._notices.say_or_hide("\n".join(notices))


def _link(text: str, name: str) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("role", "quiet")
    button.setAccessibleName(name)
    button.setToolTip(name)
    return button

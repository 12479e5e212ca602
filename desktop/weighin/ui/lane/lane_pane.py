"""Everything one lane shows."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from weighin.core.runs.progress import LivePoint, TextPiece
from weighin.ui.answer.answer_panel import AnswerPanel
from weighin.ui.lane.earlier_turns import EarlierTurns
from weighin.ui.lane.failure_box import FailureBox
from weighin.ui.lane.numbers import NumbersLine
from weighin.ui.lane.reasoning import Reasoning
from weighin.ui.lane.state_line import StateLine
from weighin.ui.pickers.lane_header import LaneHeader
from weighin.ui.theme import Theme
from weighin.ui.widgets.icon_button import IconButton
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.live_chart import ChartScales, LiveChart


class LanePane(QFrame):
    """Only arranges the parts; LanePresenter fills them."""

    def __init__(self, theme: Theme, label: str, scales: ChartScales, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = label
        self.setProperty("role", "card")
        self.header = LaneHeader(theme, label)
        self._copy = IconButton(theme, "copy", f"Copy the answer of lane {label}", "Copy")
        self.state = StateLine(label, self._copy)
        self.failure = FailureBox(theme, label)
        self.earlier = EarlierTurns(theme, label)
        self.reasoning = Reasoning(theme, label)
        self.answer = AnswerPanel(theme, f"Answer of lane {label}")
        self._notices = PlainLabel(role="small", wrap=True)
        self.chart = LiveChart(theme, label, scales)
        self.numbers = NumbersLine(label)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(6)
        for part in (self.header, self.state, self.failure, self.earlier, self.reasoning):
            layout.addWidget(part)
        layout.addWidget(self.answer, 1)
        for figures in (self._notices, self.chart, self.numbers):
            layout.addWidget(figures)
        self._copy.clicked.connect(self.answer.copy)
        self.answer.open_requested.connect(QDesktopServices.openUrl)
        for above in (self.earlier, self.reasoning):
            above.link_clicked.connect(self.answer.ask_to_open)
        self.clear()

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self._fit_chart()
        return super().event(event)

    def _fit_chart(self) -> None:
        """The chart is there where it has something to show, and gives way where numbers would be cut off."""
        layout = self.layout()
        if layout is None:
            return
        needed = layout.totalMinimumSize().height() + self.chart.sizeHint().height() + layout.spacing()
        self.chart.setVisible(self.chart.has_line and needed <= self.height())

    def spare_height(self) -> int:
        """Pixels that could be taken away with every number still in sight; negative where some are cut off."""
        layout = self.layout()
        if layout is None:
            return 0
        chart = 0 if self.chart.isHidden() else self.chart.height() + layout.spacing()
        return self.height() - layout.minimumHeightForWidth(self.width()) + chart

    @property
    def notices(self) -> str:
        """The quiet lines shown."""
        return self._notices.text()

    def clear(self) -> None:
        """Nothing but the model."""
        self.answer.begin()
        self.reasoning.begin()
        self._copy.setEnabled(False)
        self.show_notices(())
        self.failure.show_failure(None)
        self.numbers.clear()
        self.chart.clear()
        self._fit_chart()
        self.state.progress(0, 0)

    def set_hidden(self, hidden: bool) -> None:
        """While `hidden` nothing in here tells what the model is, or what it does."""
        self.clear()
        self.earlier.show_thread(())
        self.header.set_hidden(hidden)
        if hidden:
            self.state.say("")

    def add_text(self, piece: TextPiece) -> None:
        """More text, of the answer or of the reasoning."""
        if piece.kind == "reasoning":
            self.reasoning.feed(piece.text)
        else:
            self.answer.view.feed(piece.text)
            self._copy.setEnabled(True)

    def was_reasoning(self) -> None:
        """What was shown as the answer so far is its reasoning."""
        text = self.answer.view.raw_text
        self.answer.begin()
        self.reasoning.feed(text)
        self._copy.setEnabled(False)

    def finish_text(self, answer: str, reasoning: str) -> None:
        """The texts are complete. They are shown as the record has them."""
        self.answer.view.complete(answer)
        self.reasoning.finish(reasoning)
        self._copy.setEnabled(bool(answer))

    def add_point(self, point: LivePoint) -> None:
        """One more moment for the chart."""
        self.chart.add(point)
        self._fit_chart()

    def show_notices(self, notices: tuple[str, ...]) -> None:
        """Quiet lines under the answer."""
        self._notices.say_or_hide("\n".join(notices))

    def show_drop(self, over: bool) -> None:
        """Show that a file held over this lane would be taken."""
        if bool(self.property("drop")) != over:
            self.setProperty("drop", over)
            self.style().unpolish(self)
            self.style().polish(self)

"""The conversation: earlier turns one under the other, and the present one with the room that is left."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from weighin.core.runs.chat import Message
from weighin.core.runs.lane import LABELS
from weighin.core.safe_text import safe_text
from weighin.ui.theme import Theme
from weighin.ui.widgets.growing_edit import GrowingEdit
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.least_height import least_height
from weighin.ui.widgets.scrolled import clear_viewport

# An earlier answer is shown whole up to this height; a longer one scrolls.
_MOST_HEIGHT = 320
# Of the room the present turn never has less than this share.
_LEAST_SHARE = 0.6

# As far from the edges as the answers of the present turn.
_BESIDE = {"A": (2, 2, 5, 8), "B": (5, 2, 2, 8)}

Turn = tuple[str, tuple[str, ...]]


class EarlierTurn(QFrame):
    """A question and what both models said to it. `resized`: another height is needed now."""

    link_clicked = Signal(QUrl)
    resized = Signal()

    def __init__(self, theme: Theme, turn: Turn, is_first: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        question, answers = turn
        self.turn = turn
        band = QFrame()
        band.setProperty("role", "band")
        band.setProperty("first", is_first)
        text = GrowingEdit("Earlier question", least=1, most=3)
        text.setReadOnly(True)
        text.setProperty("role", "question")
        text.setPlainText(safe_text(question))
        row = QHBoxLayout(band)
        row.setContentsMargins(16, 2, 12, 2)
        you = PlainLabel("You", role="small")
        row.addWidget(you)
        row.addWidget(text, 1)
        from weighin.ui.answer.answer_view import AnswerView  # not before the first paint

        self.views = tuple(AnswerView(theme, f"Earlier answer of lane {label}") for label in LABELS)
        columns = QHBoxLayout()
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(0)
        for label, view, answer in zip(LABELS, self.views, answers, strict=True):
            view.link_clicked.connect(self.link_clicked)
            view.document().documentLayout().documentSizeChanged.connect(lambda _size: self._fit())
            view.show_answer(answer)
            side = QFrame()
            side.setProperty("role", "right" if label == LABELS[-1] else "left")
            beside = QHBoxLayout(side)
            beside.setContentsMargins(*_BESIDE[label])
            beside.addWidget(view, 1, Qt.AlignmentFlag.AlignTop)
            columns.addWidget(side, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(band)
        layout.addLayout(columns)

    def _fit(self) -> None:
        height = max(int(view.document().size().height()) for view in self.views) + 12
        height = min(height, _MOST_HEIGHT)
        for view in self.views:
            if view.height() != height:
                view.setFixedHeight(height)
                self.resized.emit()


class Conversation(QScrollArea):
    """`present`: the widget of the present turn. It fills what the earlier turns leave, is never lower than its texts
    need, and is in sight whenever a turn begins. `link_clicked`: in an earlier answer."""

    link_clicked = Signal(QUrl)

    def __init__(self, theme: Theme, present: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._present = theme, present
        self._earlier: list[EarlierTurn] = []
        inner = QWidget()
        inner.setObjectName("drawer")
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(present)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setViewport(clear_viewport())
        self.setWidget(inner)
        inner.setAutoFillBackground(False)
        self.setAccessibleName("Conversation")
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(0)
        self._settle.timeout.connect(self._fit)
        present.installEventFilter(self)
        # What is laid out later than the present turn was shown moves it out of sight again.
        self.verticalScrollBar().rangeChanged.connect(lambda _low, _high: self._show_present())

    @property
    def earlier(self) -> tuple[Turn, ...]:
        """The turns above the present one."""
        return tuple(part.turn for part in self._earlier)

    @property
    def earlier_turns(self) -> tuple[EarlierTurn, ...]:
        """What shows them."""
        return tuple(self._earlier)

    def show_earlier(self, threads: tuple[tuple[Message, ...], ...]) -> None:
        """Show what was said before: of each lane its own turns; () for nothing."""
        turns = _turns(threads)
        keep = 0
        while keep < min(len(turns), len(self._earlier)) and turns[keep] == self._earlier[keep].turn:
            keep += 1
        for part in self._earlier[keep:]:
            self._column.removeWidget(part)
            part.setParent(None)
            part.deleteLater()
        del self._earlier[keep:]
        for turn in turns[keep:]:
            part = EarlierTurn(self._theme, turn, not self._earlier)
            part.link_clicked.connect(self.link_clicked)
            self._column.insertWidget(len(self._earlier), part)
            self._earlier.append(part)
            part.resized.connect(self._settle.start)
        self._settle.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest and watched is self._present:
            self._settle.start()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        room = self.viewport().height()
        above = sum(part.sizeHint().height() for part in self._earlier)
        least = least_height(self._present, self.viewport().width())
        height = max(int(room * _LEAST_SHARE), room - above, least)
        if self._present.minimumHeight() != height or self._present.maximumHeight() != height:
            self._present.setFixedHeight(height)
            QTimer.singleShot(0, self, self._show_present)

    def _show_present(self) -> None:
        self.verticalScrollBar().setValue(self._present.y())


def _turns(threads: tuple[tuple[Message, ...], ...]) -> list[Turn]:
    """Question by question, with what each lane answered."""
    if not threads:
        return []
    made: list[Turn] = []
    for messages in zip(*threads, strict=False):
        if messages[0].role == "user":
            made.append((messages[0].content, tuple("" for _ in messages)))
        elif made:
            made[-1] = (made[-1][0], tuple(message.content for message in messages))
    return made

"""What stands in place of the scale in a blind round: how far it is, the vote, and the reveal."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from weighin.ui.blind.vote_bar import VoteBar
from weighin.ui.theme import Theme
from weighin.ui.widgets.label import ElidedLabel, PlainLabel

_THICK, _LONG = 10.0, 420


class TallyBar(QWidget):
    """Votes for A, ties, votes for B, laid end to end."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.votes = (0, 0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(_LONG, round(_THICK))

    def show_votes(self, for_a: int, others: int, for_b: int) -> None:
        """others: ties, and rounds in which both were bad."""
        self.votes = (for_a, others, for_b)
        self.setAccessibleName(f"Votes: A {for_a}, neither {others}, B {for_b}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        total = sum(self.votes)
        if not total:
            return
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(0, 0, self.width(), _THICK), _THICK / 2, _THICK / 2)
        painter.setClipPath(shape)
        left = 0.0
        for votes, colour in zip(self.votes, (colours.lane_a, colours.border, colours.lane_b), strict=True):
            width = self.width() * votes / total
            painter.fillRect(QRectF(left, 0, width, _THICK), QColor(colour))
            left += width
        painter.end()


class BlindPanel(QFrame):
    """`left`: whoever has seen the outcome wants names and numbers."""

    left = Signal()

    def __init__(self, theme: Theme, owner: QWidget, parent: QWidget | None = None) -> None:
        """`owner`: while it or something in it has the keyboard, the keys 1 to 4 vote."""
        super().__init__(parent)
        self.setProperty("role", "scale")
        self._line = ElidedLabel(role="small")
        self._line.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._name = ElidedLabel(role="reveal")
        self._name.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._busy = QProgressBar()
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self._busy.setFixedWidth(_LONG)
        self._busy.setAccessibleName("Both models are at work")
        self.tally = TallyBar(theme)
        self.bar = VoteBar(owner)
        self.details = QPushButton("Show details")
        self.details.setProperty("role", "link")
        self.details.setAccessibleName("Show both answers with their names and numbers")
        self.details.clicked.connect(lambda _=False: self.left.emit())
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 12, 10)
        column.setSpacing(6)
        column.addStretch(1)
        column.addWidget(self._line)
        column.addWidget(self._name)
        for part in (self._busy, self.tally):
            row = QHBoxLayout()
            row.addStretch(1)
            row.addWidget(part)
            row.addStretch(1)
            column.addLayout(row)
        column.addWidget(self.bar)
        self._sentence = PlainLabel(role="small", wrap=True)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._sentence)
        column.addWidget(self.details, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self.wait("")

    @property
    def text(self) -> str:
        """All that is said."""
        parts = (self._line, self._name, self._sentence)
        return " ".join(part.text() for part in parts if not part.isHidden() and part.text())

    def wait(self, sentence: str) -> None:
        """Both models are at work."""
        self._show(self._line, self._busy)
        self._line.say(sentence)

    def ask(self, sentence: str) -> None:
        """Both answers can be judged."""
        self._show(self._line, self.bar)
        self._line.say(sentence)
        self.bar.open()

    def reveal(self, line: str, name: str, lane: str) -> None:
        """Say what was voted. name: of the model that was preferred, "" for none; lane: its letter."""
        self._show(self._line, self._name, self.details)
        self._line.say(line)
        self._name.say(name)
        self._name.setVisible(bool(name))
        self._name.setProperty("lane", lane)
        self._name.style().unpolish(self._name)
        self._name.style().polish(self._name)

    def show_tally(self, for_a: int, others: int, for_b: int) -> None:
        """Draw the votes so far."""
        self.tally.show_votes(for_a, others, for_b)
        self.tally.show()

    def add(self, sentence: str) -> None:
        """Say one thing more."""
        self._sentence.say(" ".join(part for part in (self._sentence.text(), sentence) if part))
        self._sentence.show()

    def _show(self, *parts: QWidget) -> None:
        for told in (self._sentence, self._name):
            told.say("")  # what is hidden only could still be read out
        self.tally.show_votes(0, 0, 0)
        for part in (self._line, self._name, self._busy, self.tally, self.bar, self._sentence, self.details):
            part.setVisible(part in parts)

"""Asks before a window closes in which something runs, and says what is kept."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.section import button

COMPARISON = "A comparison is running. What is written so far is kept in History."
BLIND = "A blind round is running. Its answers are kept in History, but it does not count."
EVALUATION = "An MMLU run is in progress. Answered questions are kept; it can be resumed."
MEASUREMENT = "A fidelity measurement is running. What was read is kept; it can be resumed."
PROMPT_SET = "A prompt set is running. Answered prompts are kept; it can be resumed."


def downloads_sentence(count: int) -> str:
    """What becomes of so many downloads."""
    if count == 1:
        return "A download is running. It resumes at the next start."
    return f"{count} downloads are running. They resume at the next start."


class ClosingQuestion(QDialog):
    """`closing_wanted`: stop what runs and close. Return and Escape keep it running. The window stays in use, so that a
    second try to close it is heard."""

    closing_wanted = Signal()

    def __init__(self, sentences: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Close Weigh-In?")
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(8)
        column.addWidget(PlainLabel("Close Weigh-In?", role="title"))
        for sentence in sentences:
            label = PlainLabel(sentence, wrap=True)
            label.setMinimumWidth(self.fontMetrics().averageCharWidth() * 60)
            column.addWidget(label)
        self.keep = button("Keep running")
        self.keep.setDefault(True)
        self.stop = button("Stop and close", role="danger")
        self.stop.setAutoDefault(False)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.stop)
        row.addWidget(self.keep)
        column.addSpacing(6)
        column.addLayout(row)
        self.keep.clicked.connect(self.reject)
        self.stop.clicked.connect(self._stop)
        self.finished.connect(self.deleteLater)
        self.keep.setFocus()

    @property
    def text(self) -> str:
        """What it says."""
        return "\n".join(label.text() for label in self.findChildren(PlainLabel))

    def _stop(self) -> None:
        self.accept()
        self.closing_wanted.emit()

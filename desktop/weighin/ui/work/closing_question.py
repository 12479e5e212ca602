"""Asks before a window closes in which something runs, and says what is kept."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from weighin.ui.widgets.question import Question

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


class ClosingQuestion(Question):
    """`closing_wanted`: stop what runs and close. Return and Escape keep it running. The window stays in use, so that a
    second try to close it is heard."""

    closing_wanted = Signal()

    def __init__(self, sentences: Sequence[str], parent: QWidget) -> None:
        super().__init__("Close Weigh-In?", sentences, parent)
        self.stop = self.add_answer("Stop and close", self.closing_wanted.emit, "danger")
        self.keep = self.add_safe("Keep running")

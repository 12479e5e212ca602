"""The question that the answers on the screen answer, whatever stands in the prompt box by now."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from weighin.core.runs.chat import Prompt
from weighin.core.safe_text import safe_name, safe_text
from weighin.ui.widgets.growing_edit import GrowingEdit
from weighin.ui.widgets.label import ElidedLabel, PlainLabel

_MOST_LINES = 3


class QuestionBox(QFrame):
    """Hidden until there is one. A long question scrolls; it can be selected and copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "strip")
        self._text = GrowingEdit("Question that these answers answer", least=1, most=_MOST_LINES)
        self._text.setReadOnly(True)
        self._text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._text.setProperty("role", "question")
        # A file dropped here is meant for the window.
        self._text.setAcceptDrops(False)
        self._text.viewport().setAcceptDrops(False)
        self._files = ElidedLabel(role="small")
        title = PlainLabel("Question", role="muted")
        title.setBuddy(self._text)
        title.setContentsMargins(0, 9, 0, 0)
        row = QHBoxLayout()
        row.addWidget(title, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 2, 6, 2)
        layout.setSpacing(0)
        layout.addLayout(row)
        layout.addWidget(self._files)
        self.hide()

    @property
    def text(self) -> str:
        """The question shown, "" where there is none."""
        return "" if self.isHidden() else self._text.toPlainText()

    @property
    def files(self) -> str:
        """The line on files that went along, "" where there were none."""
        return "" if self._files.isHidden() else self._files.text()

    def show_prompt(self, prompt: Prompt) -> None:
        """Show what was asked with `prompt`."""
        text = safe_text(prompt.text)
        if text != self._text.toPlainText():
            self._text.setPlainText(text)
        names = ", ".join(safe_name(file.name, 60) for file in prompt.attachments)
        self._files.say_or_hide(f"with {names}" if names else "")
        self.show()

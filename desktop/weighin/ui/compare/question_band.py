"""The question over its two answers, with what goes along with it and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.runs.chat import Prompt
from weighin.core.safe_text import safe_name, safe_text
from weighin.ui.compare.remark import Remark
from weighin.ui.widgets.growing_edit import GrowingEdit
from weighin.ui.widgets.label import ElidedLabel, PlainLabel

_MOST_LINES = 3
# Less room than this is none to read a question in.
_LEAST_FOR_TEXT = 360


class QuestionBand(QFrame):
    """A long question scrolls; it can be selected and copied. `edit_wanted`: put it into the composer again;
    `again_wanted` carries whether with a new seed; `together_toggled` whether both answers scroll together."""

    edit_wanted = Signal()
    again_wanted = Signal(bool)
    together_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "band")
        self._text = GrowingEdit("Question", least=1, most=_MOST_LINES)
        self._text.setReadOnly(True)
        self._text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._text.setProperty("role", "question")
        # A file dropped here is meant for the window.
        self._text.setAcceptDrops(False)
        self._files = ElidedLabel(role="small")
        self.remark = Remark()
        you = PlainLabel("You", role="small")
        you.setBuddy(self._text)
        you.setContentsMargins(0, 9, 0, 0)
        self.edit = _link("Edit", "Edit this question in the composer")
        self.again = _link("Run again", "Run this question again with the same options")
        self.together = _link("Scroll together", "Scroll both answers together")
        self.together.setCheckable(True)
        self.seed = _link("New seed", "Run this question again with a new random seed")
        words = QHBoxLayout()
        words.setSpacing(6)
        words.addWidget(you, 0, Qt.AlignmentFlag.AlignTop)
        words.addWidget(self._text, 1)
        links = QHBoxLayout()
        links.setContentsMargins(0, 5, 0, 0)
        links.setSpacing(0)
        links.addStretch(1)
        for button in (self.edit, self.again, self.seed, self.together):
            links.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        self._row = row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        row.setSpacing(2)
        row.addLayout(words, 1)
        row.addLayout(links)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 2, 12, 2)
        layout.setSpacing(2)
        layout.addLayout(row)
        layout.addWidget(self._files)
        layout.addWidget(self.remark)
        self.edit.clicked.connect(lambda _=False: self.edit_wanted.emit())
        self.again.clicked.connect(lambda _=False: self.again_wanted.emit(False))
        self.seed.clicked.connect(lambda _=False: self.again_wanted.emit(True))
        self.together.toggled.connect(self.together_toggled)
        self._files.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where it is narrow the links stand under the question."""
        super().resizeEvent(event)
        narrow = self.width() < _LEAST_FOR_TEXT + self.links_width
        directions = QBoxLayout.Direction
        self._row.setDirection(directions.TopToBottom if narrow else directions.LeftToRight)

    @property
    def links_width(self) -> int:
        """Pixels that the links take side by side."""
        return sum(button.sizeHint().width() for button in (self.edit, self.again, self.seed, self.together))

    @property
    def text(self) -> str:
        """The question shown, "" where there is none."""
        return self._text.toPlainText()

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
        self._files.say_or_hide(f"{format.plural(len(prompt.attachments), 'file')}: {names}" if names else "")

    def set_first(self, is_first: bool) -> None:
        """Whether it is the top of the card, whose border it then follows."""
        if self.property("first") != is_first:
            self.setProperty("first", is_first)
            self.style().unpolish(self)
            self.style().polish(self)

    def allow(self, again: bool) -> None:
        """Whether it can be run again now."""
        for button in (self.again, self.seed):
            button.setEnabled(again)


def _link(text: str, name: str) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("role", "quiet")
    button.setAccessibleName(name)
    button.setToolTip(name)
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    return button

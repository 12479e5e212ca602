"""A question in a window of its own, with an answer on each of its buttons."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.section import button

_LETTERS = 60


class Question(QDialog):
    """Its last answer is the safe one: Return, Escape and closing it give that."""

    def __init__(self, title: str, sentences: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self._row = QHBoxLayout()
        self._row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(8)
        column.addWidget(PlainLabel(title, role="title"))
        for sentence in sentences:
            label = PlainLabel(sentence, wrap=True)
            label.setMinimumWidth(self.fontMetrics().averageCharWidth() * _LETTERS)
            column.addWidget(label)
        column.addSpacing(6)
        column.addLayout(self._row)
        self.finished.connect(self.deleteLater)

    @property
    def text(self) -> str:
        """What it says."""
        return "\n".join(label.text() for label in self.findChildren(PlainLabel))

    def add_answer(self, text: str, given: Callable[[], None], role: str = "") -> QPushButton:
        """A button that closes it and calls `given`."""
        made = button(text, role=role)
        made.setAutoDefault(False)
        self._row.addWidget(made)

        def answer() -> None:
            self.accept()
            given()

        made.clicked.connect(answer)
        return made

    def add_safe(self, text: str) -> QPushButton:
        """The button that has the keyboard, and changes nothing."""
        made = button(text)
        made.setDefault(True)
        self._row.addWidget(made)
        made.clicked.connect(self.reject)
        made.setFocus()
        return made

"""Quiet lines of news with buttons: notices, confirmations, failures."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from weighin.ui.theme import Theme
from weighin.ui.widgets.icon_button import IconButton
from weighin.ui.widgets.label import PlainLabel


class Strip(QFrame):
    """A sentence on a tinted ground, hidden until it has something to say. Buttons stand at its right."""

    def __init__(self, tone: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "strip")
        self.setProperty("tone", tone)
        self.label = PlainLabel(wrap=True)
        self.label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(10, 4, 6, 4)
        self._row.addWidget(self.label, 1)
        self.hide()

    def add_button(self, text: str, name: str, role: str = "") -> QPushButton:
        """A button at the right: its words, and what a screen reader says."""
        button = QPushButton(text)
        button.setAccessibleName(name)
        if role:
            button.setProperty("role", role)
        self._row.addWidget(button)
        return button

    def add_close(self, theme: Theme, name: str) -> None:
        """A small cross that hides the strip."""
        cross = IconButton(theme, "close", name)
        cross.clicked.connect(self.hide)
        self.add_widget(cross)

    def add_widget(self, widget: QWidget) -> None:
        """Something else at the right."""
        self._row.addWidget(widget)

    def say(self, text: str) -> None:
        """Show the sentence; an empty one hides the strip."""
        self.label.say(text)
        self.setVisible(bool(text))

    def set_tone(self, tone: str) -> None:
        """Change the ground: "", "amber" or "red"."""
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            for widget in (self, self.label):
                widget.style().unpolish(widget)
                widget.style().polish(widget)

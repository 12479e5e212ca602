"""A part of a page to read, under its own title."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from weighin.ui.widgets.flow_layout import FlowLayout
from weighin.ui.widgets.label import PlainLabel


class Section(QFrame):
    """A card with a title and, where it needs one, a line that says what it is about."""

    def __init__(self, title: str, about: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(16, 12, 16, 14)
        self.column.setSpacing(8)
        self.column.addWidget(PlainLabel(title, role="section"))
        if about:
            self.column.addWidget(PlainLabel(about, role="muted", wrap=True))

    def add_row(self, *widgets: QWidget) -> None:
        """Put widgets side by side, from the left."""
        row = QHBoxLayout()
        row.setSpacing(8)
        for widget in widgets:
            row.addWidget(widget)
        row.addStretch(1)
        self.column.addLayout(row)

    def add_buttons(self, *widgets: QWidget) -> None:
        """The same, going on below where there is no more room."""
        row = QWidget()
        flow = FlowLayout(row)
        for widget in widgets:
            flow.addWidget(widget)
        self.column.addWidget(row)


def button(text: str, name: str = "", role: str = "") -> QPushButton:
    """A button with its words and what a screen reader says, where that is more."""
    made = QPushButton(text)
    made.setAccessibleName(name or text)
    if role:
        made.setProperty("role", role)
    return made

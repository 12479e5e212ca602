"""A quiet line for what concerns the whole application."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from weighin.ui.theme import Theme
from weighin.ui.widgets.icon_button import IconButton
from weighin.ui.widgets.strip import Strip


class NoticeBar(QWidget):
    """Takes no room until it has something to say; it can be closed."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._strip = Strip()
        cross = IconButton(theme, "close", "Close this notice")
        self._strip.add_widget(cross)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 14, 0)
        layout.addWidget(self._strip)
        cross.clicked.connect(self.hide)
        self.hide()

    @property
    def text(self) -> str:
        """The sentence shown, "" where there is none."""
        return "" if self.isHidden() else self._strip.label.text()

    def say(self, text: str) -> None:
        """Show a sentence."""
        self._strip.say(text)
        self.setVisible(bool(text))

    def add(self, text: str) -> None:
        """Show a sentence below what is shown already."""
        shown = self.text.splitlines()
        if text not in shown:
            self.say("\n".join((*shown, text)))

"""A quiet line for what concerns the whole application."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from weighin.ui.theme import Theme
from weighin.ui.widgets.icon_button import IconButton
from weighin.ui.widgets.strip import Strip

_WIDEST, _GAP = 720, 10
# Time to read it: a moment, and more for each letter.
_SHOWN_MS, _LETTER_MS = 5000, 60


class NoticeBar(QWidget):
    """Lies over the top of `host`, so that nothing moves when it comes or goes. What is said goes by itself, what is
    added stays until it is closed."""

    def __init__(self, theme: Theme, host: QWidget) -> None:
        super().__init__(host)
        self._host = host
        self._strip = Strip()
        self._strip.setProperty("role", "notice")
        cross = IconButton(theme, "close", "Close this notice")
        self._strip.add_widget(cross)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._strip)
        self._over = QTimer(self)
        self._over.setSingleShot(True)
        self._over.timeout.connect(self._go)
        cross.clicked.connect(self.hide)
        host.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """The sentence shown, "" where there is none."""
        return "" if self.isHidden() else self._strip.label.text()

    def say(self, text: str) -> None:
        """Show a sentence for as long as it takes to read it."""
        self._show(text)
        self._over.start(_SHOWN_MS + _LETTER_MS * len(text))

    def add(self, text: str) -> None:
        """Show a sentence below what is shown already, until it is closed."""
        shown = self.text.splitlines()
        if text not in shown:
            self._show("\n".join((*shown, text)))
        self._over.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self._place()
        return False

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest and not self.isHidden():
            self._place()  # another sentence, or larger letters
        return super().event(event)

    def _show(self, text: str) -> None:
        self._strip.say(text)
        self.setVisible(bool(text))
        if text:
            self._place()
            self.raise_()

    def _go(self) -> None:
        """Not while somebody reads it under the mouse."""
        if self.underMouse():
            self._over.start(_SHOWN_MS)
        else:
            self.hide()

    def _place(self) -> None:
        width = min(_WIDEST, self._host.width() - 2 * _GAP)
        height = self.heightForWidth(width) if self.hasHeightForWidth() else self.sizeHint().height()
        self.setGeometry((self._host.width() - width) // 2, _GAP, width, max(height, self.sizeHint().height()))

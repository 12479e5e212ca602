"""Asking before something is gone for good."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QPushButton, QWidget

from weighin.ui.widgets.strip import Strip

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Confirmation(Strip):
    """A strip with a dangerous answer and a safe one, which has the focus: Enter presses the button that has it, Escape
    is the safe answer. What is asked about stays the same until it is answered or something else is asked."""

    def __init__(self, yes: str, yes_name: str, no_name: str, parent: QWidget | None = None) -> None:
        super().__init__("amber", parent)
        self.yes: QPushButton = self.add_button(yes, yes_name, "danger")
        self.no: QPushButton = self.add_button("Keep", no_name)
        self._agreed: Callable[[], None] = lambda: None
        self._back: QWidget | None = None
        self.yes.clicked.connect(lambda: self._answer(True))
        self.no.clicked.connect(lambda: self._answer(False))

    @property
    def text(self) -> str:
        """What is asked, "" while nothing is."""
        return "" if self.isHidden() else self.label.text()

    def ask(self, sentence: str, agreed: Callable[[], None], back: QWidget) -> None:
        """Ask; `agreed` is called where the dangerous answer is given. The focus goes to `back` afterwards."""
        self._agreed, self._back = agreed, back
        self.say(sentence)
        self.no.setFocus()

    def dismiss(self) -> None:
        """Ask no longer; nothing happens."""
        self._agreed = lambda: None
        self.hide()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            # The page's own Escape, which stops a run, must not take the key that answers this.
            event.setAccepted(event.key() == Qt.Key.Key_Escape)
            return event.isAccepted()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        focused = QApplication.focusWidget()
        if event.key() == Qt.Key.Key_Escape:
            self._answer(False)
        elif event.key() in _ENTER and isinstance(focused, QAbstractButton) and self.isAncestorOf(focused):
            focused.click()
        else:
            super().keyPressEvent(event)

    def _answer(self, agreed: bool) -> None:
        action = self._agreed
        if self._back is not None:
            self._back.setFocus()
        self.dismiss()
        if agreed:
            action()

"""Giving a comparison a name."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QWidget

from weighin.ui.widgets.label import PlainLabel

_LONGEST = 300


class RenameBar(QFrame):
    """Hidden until it is asked. Enter saves, Escape leaves everything as it is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "strip")
        self.edit = QLineEdit()
        self.edit.setAccessibleName("Name of the comparison")
        self.edit.setMaxLength(_LONGEST)
        self.edit.setPlaceholderText("No name")
        self.save = _button("Save", "Save the name")
        self.cancel = _button("Cancel", "Keep the old name")
        self._named: Callable[[str], None] = lambda _name: None
        self._back: QWidget | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 4, 6, 4)
        row.addWidget(PlainLabel("Name"))
        row.addWidget(self.edit, 1)
        row.addWidget(self.save)
        row.addWidget(self.cancel)
        self.save.clicked.connect(self._save)
        self.cancel.clicked.connect(self._leave)
        self.hide()

    def ask(self, name: str, named: Callable[[str], None], back: QWidget) -> None:
        """Ask for a name in place of `name`; `named` gets it. The focus goes to `back` afterwards."""
        self._named, self._back = named, back
        self.edit.setText(name)
        self.edit.selectAll()
        self.show()
        self.edit.setFocus()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            # The page's own Escape must not take the key that closes this.
            event.setAccepted(event.key() == Qt.Key.Key_Escape)
            return event.isAccepted()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape or (
            event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.cancel.hasFocus()
        ):
            self._leave()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._save()
        else:
            super().keyPressEvent(event)

    def _save(self) -> None:
        name, named = self.edit.text(), self._named
        self._leave()
        named(name)

    def _leave(self) -> None:
        self._named = lambda _name: None
        if self._back is not None:
            self._back.setFocus()
        self.hide()


def _button(text: str, name: str) -> QPushButton:
    button = QPushButton(text)
    button.setAccessibleName(name)
    return button

"""Where in a text its reader is, whatever the size of its letters."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QTextEdit


class ReadingPlace:
    """The character at the top of the view, and where its line stands there."""

    def __init__(self, view: QTextEdit) -> None:
        cursor = view.cursorForPosition(QPoint(0, 0))
        self._position = cursor.position()
        self._top = view.cursorRect(cursor).top()

    def restore(self, view: QTextEdit) -> None:
        """Bring the same character, or the end of a shorter text, to the same place."""
        cursor = QTextCursor(view.document())
        cursor.setPosition(min(self._position, view.document().characterCount() - 1))
        bar = view.verticalScrollBar()
        bar.setValue(bar.value() + view.cursorRect(cursor).top() - self._top)

"""A text box that grows with what is typed, up to a few lines."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QSize
from PySide6.QtGui import QResizeEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from weighin.ui.widgets.label import wrap_for


class GrowingEdit(QPlainTextEdit):
    """Takes plain text only; Tab leaves it."""

    def __init__(self, name: str, least: int, most: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._least = least
        self._most = most
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self._fit()

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        # A dropped file is a model for a lane, not text.
        return source.hasText() and not source.hasUrls()

    def insertFromMimeData(self, source: QMimeData) -> None:
        if source.hasText():
            wrap_for(self, self.toPlainText() + source.text())
        super().insertFromMimeData(source)

    def setPlainText(self, text: str) -> None:
        wrap_for(self, text)
        super().setPlainText(text)

    def replace_all(self, text: str) -> None:
        """Put `text` in place of all that stands there; undone like any other edit."""
        wrap_for(self, text)
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        # The layout of a plain text edit counts its height in lines.
        lines = int(self.document().documentLayout().documentSize().height())
        line = self.fontMetrics().lineSpacing()
        height = line * max(self._least, min(lines, self._most)) + 20
        if height != self.height():
            self.setFixedHeight(height)

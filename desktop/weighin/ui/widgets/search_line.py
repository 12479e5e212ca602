"""A line to search with."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from weighin.ui.widgets.label import plain_tooltip

# Left and right of the words, by the style sheet.
_AROUND = 16


class SearchLine(QLineEdit):
    """words: what stands in it while it is empty, and its tooltip where there is no room for that; name: what a screen
    reader says, "" for the same."""

    def __init__(self, words: str, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(words)
        self.setAccessibleName(name or words)
        self.setClearButtonEnabled(True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tell()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._tell()

    def _tell(self) -> None:
        words = self.placeholderText()
        fits = self.fontMetrics().horizontalAdvance(words) + _AROUND <= self.width()
        self.setToolTip("" if fits else plain_tooltip(words))

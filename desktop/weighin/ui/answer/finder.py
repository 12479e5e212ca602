"""Finds words in an answer, and walks from one place to the next."""

from __future__ import annotations

from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QTextEdit

from weighin.ui.theme import Theme
from weighin.ui.widgets.find_marks import find_places, mark_places


class Finder:
    """Marks every place of one text; the one the reader is at stands out."""

    def __init__(self, view: QTextEdit, theme: Theme) -> None:
        self._view = view
        self._theme = theme
        self._text = ""
        self._places: list[QTextCursor] = []
        self._at = 0
        self._revision = -1

    def find_all(self, text: str) -> int:
        """Mark every place of `text` and show the first; how many there are, 2,000 at most."""
        self._text, self._at = text, 0
        self._look()
        self._show()
        return len(self._places)

    def find_next(self, back: bool) -> None:
        """Go on to the next place, or back to the one before; behind the last comes the first."""
        if self._revision != self._view.document().revision():
            self._look()
        if self._places:
            self._at = (self._at + (-1 if back else 1)) % len(self._places)
        self._show()

    def refresh(self) -> None:
        """The text or its colours have changed: mark again, and leave the reader where he is."""
        if self._text:
            self._look()
            self._mark()

    def _look(self) -> None:
        self._places = find_places(self._view.document(), self._text)
        self._at = max(0, min(self._at, len(self._places) - 1))
        self._revision = self._view.document().revision()

    def _mark(self) -> None:
        colours = self._theme.colours
        marks = mark_places(self._places, colours.amber_surface, colours.amber)
        marks[self._at : self._at + 1] = mark_places(
            self._places[self._at : self._at + 1], colours.accent, colours.on_accent
        )
        self._view.setExtraSelections(marks)

    def _show(self) -> None:
        """Mark, and bring the place where the reader is to the middle."""
        self._mark()
        if self._places:
            place = QTextCursor(self._view.document())
            place.setPosition(self._places[self._at].selectionStart())
            self._view.setTextCursor(place)
            bar, sight = self._view.verticalScrollBar(), self._view.viewport().height()
            bar.setValue(bar.value() + self._view.cursorRect(place).center().y() - sight // 2)

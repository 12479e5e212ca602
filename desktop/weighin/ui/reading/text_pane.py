"""One of two texts that are read side by side."""

from __future__ import annotations

from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from weighin.core.comparisons.text_difference import Span
from weighin.ui.theme import Colours
from weighin.ui.widgets.long_words import wrap_for

_MOST_FOUND = 2000


class TextPane(QPlainTextEdit):
    """Read-only; words the other text does not have stand on a tinted ground, underlined."""

    def __init__(self, name: str, text: str, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setAccessibleName(name)
        wrap_for(self, text)
        self.setPlainText(text)
        self._colours = colours
        self._changed: list[QTextEdit.ExtraSelection] = []

    def mark(self, spans: tuple[Span, ...]) -> None:
        """Show what the other one does not have."""
        form = QTextCharFormat()
        form.setBackground(QColor(self._colours.amber_surface))
        form.setForeground(QColor(self._colours.amber))
        form.setFontUnderline(True)
        self._changed = [self._selection(span, form) for span in _as_qt_counts(self.toPlainText(), spans)]
        self.setExtraSelections(self._changed)

    def show_place(self, at: int) -> None:
        """Bring the character `at` to the middle, with the cursor before it."""
        (place,) = _as_qt_counts(self.toPlainText(), (Span(at, at),))
        cursor = QTextCursor(self.document())
        cursor.setPosition(place.start)
        self.setTextCursor(cursor)
        self.centerCursor()

    def find_all(self, text: str) -> int:
        """Mark every place of `text`, whatever its case, and show the first; how many there are, 2000 at most."""
        form = QTextCharFormat()
        form.setBackground(QColor(self._colours.accent))
        form.setForeground(QColor(self._colours.on_accent))
        found: list[QTextEdit.ExtraSelection] = []
        cursor = self.document().find(text) if text else QTextCursor()
        while not cursor.isNull() and len(found) < _MOST_FOUND:
            found.append(self._selection(Span(cursor.selectionStart(), cursor.selectionEnd()), form))
            cursor = self.document().find(text, cursor)
        self.setExtraSelections([*self._changed, *found])
        if found:
            first = QTextCursor(self.document())
            first.setPosition(found[0].cursor.selectionStart())
            self.setTextCursor(first)
            self.centerCursor()
        return len(found)

    def _selection(self, span: Span, form: QTextCharFormat) -> QTextEdit.ExtraSelection:
        made = QTextEdit.ExtraSelection()
        cursor = QTextCursor(self.document())
        cursor.setPosition(span.start)
        cursor.setPosition(span.end, QTextCursor.MoveMode.KeepAnchor)
        made.cursor, made.format = cursor, form
        return made


def _as_qt_counts(text: str, spans: tuple[Span, ...]) -> list[Span]:
    """The same places counted in UTF-16 units: Qt counts a character beyond U+FFFF twice."""
    found, at, units = [], 0, 0
    for span in spans:
        ends = []
        for place in (span.start, span.end):
            units += place - at + sum(letter > "\uffff" for letter in text[at:place])
            at = place
            ends.append(units)
        found.append(Span(*ends))
    return found

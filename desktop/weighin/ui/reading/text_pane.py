"""An answer as plain text, with words marked in it."""

from __future__ import annotations

from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from weighin.core.comparisons.text_difference import Span
from weighin.ui.theme import Theme
from weighin.ui.widgets.find_marks import find_places, mark_places
from weighin.ui.widgets.label import wrap_for


class TextPane(QPlainTextEdit):
    """Read-only; words the other text does not have stand on a tinted ground, underlined."""

    def __init__(self, name: str, text: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setAccessibleName(name)
        wrap_for(self, text)
        self.setPlainText(text)
        self._theme = theme
        self._differing: tuple[Span, ...] = ()
        self._current: tuple[Span, ...] = ()
        self._found: list[QTextCursor] = []
        theme.changed.connect(self._draw)

    def mark(self, spans: tuple[Span, ...]) -> None:
        """Show what the other one does not have."""
        self._differing = tuple(_as_qt_counts(self.toPlainText(), spans))
        self._draw()

    def show_place(self, at: int) -> None:
        """Bring the character `at` to the middle, the cursor before it; marked words that begin there stand out."""
        (place,) = _as_qt_counts(self.toPlainText(), (Span(at, at),))
        self._current = tuple(span for span in self._differing if span.start == place.start)
        self._draw()
        self._go_to(place.start)

    def find_all(self, text: str) -> int:
        """Mark every place of `text`, whatever its case, and show the first; how many there are, 2000 at most."""
        self._found = find_places(self.document(), text)
        self._draw()
        if self._found:
            self._go_to(self._found[0].selectionStart())
        return len(self._found)

    def _go_to(self, position: int) -> None:
        cursor = QTextCursor(self.document())
        cursor.setPosition(position)
        self.setTextCursor(cursor)
        self.centerCursor()

    def _draw(self) -> None:
        colours = self._theme.colours
        differs = _form(colours.amber_surface, colours.amber)
        shown = _form(colours.accent, colours.on_accent)
        marked = [self._selection(span, shown if span in self._current else differs) for span in self._differing]
        self.setExtraSelections([*marked, *mark_places(self._found, colours.accent, colours.on_accent)])

    def _selection(self, span: Span, form: QTextCharFormat) -> QTextEdit.ExtraSelection:
        made = QTextEdit.ExtraSelection()
        cursor = QTextCursor(self.document())
        cursor.setPosition(span.start)
        cursor.setPosition(span.end, QTextCursor.MoveMode.KeepAnchor)
        made.cursor, made.format = cursor, form
        return made


def _form(ground: str, text: str) -> QTextCharFormat:
    form = QTextCharFormat()
    form.setBackground(QColor(ground))
    form.setForeground(QColor(text))
    form.setFontUnderline(True)
    return form


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

"""Words found in a text edit, and marked there."""

from __future__ import annotations

from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QTextEdit

MOST_FOUND = 2_000


def find_places(document: QTextDocument, text: str) -> list[QTextCursor]:
    """Every place of `text`, whatever its case, as a selection; MOST_FOUND at most, none of an empty text."""
    found: list[QTextCursor] = []
    cursor = document.find(text) if text else QTextCursor()
    while not cursor.isNull() and len(found) < MOST_FOUND:
        found.append(cursor)
        cursor = document.find(text, cursor)
    return found


def mark_places(places: list[QTextCursor], ground: str, ink: str) -> list[QTextEdit.ExtraSelection]:
    """Marks in the colours `ground` and `ink` (#rrggbb), for setExtraSelections."""
    form = QTextCharFormat()
    form.setBackground(QColor(ground))
    form.setForeground(QColor(ink))
    made = []
    for place in places:
        mark = QTextEdit.ExtraSelection()
        mark.cursor, mark.format = place, form
        made.append(mark)
    return made

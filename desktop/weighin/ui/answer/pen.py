"""The place in a document where the next text goes."""

from __future__ import annotations

from PySide6.QtGui import QTextBlockFormat, QTextCharFormat, QTextCursor, QTextDocument, QTextTable, QTextTableFormat

from weighin.ui.answer.formats import ROOM


class Pen:
    """Stands at the end of a document. `fresh`: the last block is empty and waits for text, as in a new document and
    behind a table."""

    def __init__(self, document: QTextDocument, fresh: bool) -> None:
        self.document = document
        self.cursor = QTextCursor(document)
        self.cursor.movePosition(QTextCursor.MoveOperation.End)
        self.fresh = fresh

    def block(self, block: QTextBlockFormat, char: QTextCharFormat) -> None:
        """Start a block of text, or take the one that waits."""
        if self.cursor.position() == 0:
            self._make_room(block.doubleProperty(ROOM))
        if self.fresh:
            self.cursor.setBlockFormat(block)
            self.cursor.setBlockCharFormat(char)
        else:
            self.cursor.insertBlock(block, char)
        self.fresh = False

    def _make_room(self, above: float) -> None:
        """Leave pixels above the first block: Qt heeds no margin of its own there."""
        frame = self.document.rootFrame()
        made = frame.frameFormat()
        if made.topMargin() != self.document.documentMargin() + above:
            made.setTopMargin(self.document.documentMargin() + above)
            frame.setFrameFormat(made)

    def table(self, rows: int, columns: int, made: QTextTableFormat) -> QTextTable:
        """Insert an empty table; Qt keeps an empty block behind it, which the next text takes."""
        table = self.cursor.insertTable(rows, columns, made)
        self.cursor.movePosition(QTextCursor.MoveOperation.End)
        self.fresh = True
        return table

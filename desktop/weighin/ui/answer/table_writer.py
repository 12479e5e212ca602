"""Writes a table row by row, and keeps its columns readable in a narrow view."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextLength,
    QTextTable,
)

if TYPE_CHECKING:
    from markdown_it.token import Token

    from weighin.ui.answer.formats import Formats
    from weighin.ui.answer.pen import Pen

Cell = Sequence["Token"]
WriteInline = Callable[[QTextCursor, Cell, QTextCharFormat], None]

# Of a table: the least width of each column in pixels, so that its words need not be broken.
_LEAST = QTextFormat.Property.UserProperty + 10
_NARROWEST_EM = 8.0
_LONGEST_WORD_EM = 20.0
# Letters set in a line take a little more than they measure.
_SLACK = 2.0


class TableWriter:
    """One table, at the end of the document. `aligned` holds "left", "right", "center" or "" for each column."""

    def __init__(
        self, pen: Pen, formats: Formats, aligned: Sequence[str], inline: WriteInline, head: Sequence[Cell]
    ) -> None:
        self._formats = formats
        self._blocks = [formats.cell(alignment) for alignment in aligned]
        self._inline = inline
        self._em = formats.em
        self._document = pen.document
        bold = QFont(formats.font)
        bold.setWeight(QFont.Weight.DemiBold)
        self._metrics = QFontMetricsF(bold)  # its widest letters are those of the head
        self._least = [0.0] * len(aligned)
        self._has_tail = False
        self._table = pen.table(1, len(aligned), formats.table())
        base = QTextCharFormat(formats.plain)
        base.setFontWeight(QFont.Weight.DemiBold)
        self._fill(0, head, base)
        self._note_least()

    @property
    def cells(self) -> int:
        """How many it has, the tail not counted."""
        return (self._table.rows() - self._has_tail) * self._table.columns()

    def add(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Append finished rows; the tail must be gone."""
        if rows:
            first = self._table.rows()
            self._table.appendRows(len(rows))
            for number, row in enumerate(rows):
                self._fill(first + number, row, self._formats.plain)
            self._note_least()

    def show_tail(self, row: Sequence[Cell]) -> None:
        """Show a row that is not finished, in place of the one shown before."""
        self.drop_tail()
        self.add([row])
        self._has_tail = True

    def drop_tail(self) -> None:
        """Take the unfinished row away."""
        if self._has_tail:
            self._table.removeRows(self._table.rows() - 1, 1)
        self._has_tail = False

    def _fill(self, number: int, row: Sequence[Cell], base: QTextCharFormat) -> None:
        for column, cell in enumerate(row):
            cursor = self._table.cellAt(number, column).firstCursorPosition()
            cursor.setBlockFormat(self._blocks[column])
            self._inline(cursor, cell, base)
            self._least[column] = max(self._least[column], self._least_width(cursor.block().text()))

    def _least_width(self, text: str) -> float:
        """Its longest word, and of a short text all of it; in pixels."""
        if len(text) <= _NARROWEST_EM:
            return self._metrics.horizontalAdvance(text)
        word = max(text.split(), key=len, default="")
        longest = min(self._metrics.horizontalAdvance(word[:200]), _LONGEST_WORD_EM * self._em)
        return min(self._metrics.horizontalAdvance(text[:400]), max(longest, _NARROWEST_EM * self._em))

    def _note_least(self) -> None:
        made = self._table.format()
        made.setProperty(_LEAST, self._least)
        self._table.setFormat(made)
        _fit(self._table, self._document)


def fit_tables(document: QTextDocument) -> None:
    """Give every table of `document` the columns that go with its present width."""
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            _fit(frame, document)


def _fit(table: QTextTable, document: QTextDocument) -> None:
    """Where its words would have to be broken the table becomes wider than the view, which then scrolls sideways."""
    made = table.format()
    around = 2 * (made.cellPadding() + made.border()) + _SLACK
    least = [float(width) + around for width in made.property(_LEAST) or ()]
    overflows = sum(least) > document.textWidth() - 2 * document.documentMargin()
    kind = QTextLength.Type
    wanted = [QTextLength(kind.FixedLength, width) for width in least] if overflows else []
    if made.columnWidthConstraints() != wanted:
        made.setColumnWidthConstraints(wanted)
        table.setFormat(made)

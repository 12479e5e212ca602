"""Writes Markdown into a text document: finished pieces once, the tail again and again."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.reference import reference
from markdown_it.token import Token
from PySide6.QtGui import QTextBlockFormat, QTextCursor, QTextDocument

from weighin.core import format
from weighin.ui.answer.block_renderer import BlockRenderer
from weighin.ui.answer.formulas import Formulas
from weighin.ui.answer.pen import Pen
from weighin.ui.answer.splitter import MarkdownPiece
from weighin.ui.answer.table_writer import TableWriter
from weighin.ui.answer.tables import alignments, cells_of

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

    from weighin.ui.answer.formats import Formats

KIND = "definition"
# So many cells are laid out in a few milliseconds, which each new row costs again.
MOST_CELLS = 400


def shown_definition(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Markdown's own rule, which also leaves a token with what was written. "[^1]" stays as it is in the text: it names
    a note, and is no link."""
    if not reference(state, start, end, silent):
        return False
    if silent:
        return True
    written = state.getLines(start, state.line, state.blkIndent, False).strip()
    token = state.push(KIND, "", 0)
    token.children = [Token("text", "", 0, content=written)]
    links = state.env.get("references", {})
    for name in [name for name in links if name.startswith("^")]:
        del links[name]
    return True


# A paragraph of nothing but words: more of the same can simply be appended, without parsing it all again.
_WORDS = re.compile(r"[^\W\d_](?:[^\W_]|[ ,.;:'\"()?%/–—’“”„…])*")
_MORE_WORDS = re.compile(r"(?:[^\W_]|[ ,.;:'\"()?%/–—’“”„…])*")


@lru_cache(maxsize=1)
def parser() -> MarkdownIt:
    """The Markdown parser: no raw HTML, and markdown-it itself refuses javascript:, file: and data: addresses.

    Imported when first needed: the import takes longer than the first paint of the window may."""
    from markdown_it import MarkdownIt

    made = MarkdownIt("commonmark", {"html": False, "maxNesting": 20}).enable(["table", "strikethrough"])
    made.block.ruler.at("reference", shown_definition)
    return made


class Writer:
    """Owns the content of one document. Everything written between `begin` and `end` is laid out once."""

    def __init__(self, document: QTextDocument, formats: Formats) -> None:
        self._document = document
        self._start(formats, whole=False)

    @property
    def kept_back(self) -> int:
        """Characters of rows of tables too long to be shown."""
        return self._kept_back

    def clear(self, formats: Formats, whole: bool) -> None:
        """Empty the document, and write in `formats` from now on. `whole`: of a long table keep nothing back, but write
        its rest as plain text."""
        self._document.clear()
        self._start(formats, whole)

    def _start(self, formats: Formats, whole: bool) -> None:
        self._formats = formats
        self._whole = whole
        self._kept_back = 0
        self._table: TableWriter | None = None
        self._rows_kept = 0
        self._blocks = BlockRenderer(formats)
        self._tail = MarkdownPiece("")
        self._tail_start = 0
        self._stretch = QTextCursor(self._document)
        # Of what is finished: whether its last block is empty, and which code block it ends in.
        self._fresh = True
        self._code = 0
        self._code_start = 0
        self._code_lines: list[str] = []
        self._last_block = QTextBlockFormat()

    def begin(self) -> None:
        """A stretch of writing begins."""
        self._stretch = QTextCursor(self._document)
        self._stretch.beginEditBlock()

    def end(self) -> None:
        """A stretch of writing is over."""
        self._stretch.endEditBlock()

    def commit(self, pieces: list[MarkdownPiece]) -> None:
        """Append finished pieces. They replace the tail."""
        pen = self._without_tail()
        for (code, table), group in groupby(pieces, key=lambda piece: (piece.code, piece.table)):
            if code:
                self._add_code(pen, list(group), code)
                continue
            for piece in group:
                if table:
                    self._add_row(pen, piece)
                else:
                    self._write_markdown(pen, piece.text)
            self._code = 0
        self._finish(pen)

    def show_tail(self, tail: MarkdownPiece) -> None:
        """Show the unfinished tail, in place of the one shown before."""
        if tail == self._tail:
            return
        more = tail.text[len(self._tail.text) :]
        is_markdown = not tail.code and not tail.table
        grows = bool(self._tail.text) and is_markdown and tail.text.startswith(self._tail.text)
        if grows and _WORDS.fullmatch(self._tail.text) and _MORE_WORDS.fullmatch(more):
            Pen(self._document, fresh=False).cursor.insertText(more, self._formats.plain)
        else:
            pen = self._without_tail()
            if tail.table:
                self._show_row(pen, tail.text)
            elif is_markdown:
                self._write_markdown(pen, tail.text, unfinished=True)
            elif tail.text:
                self._write_code(pen, [tail])
        self._tail = tail

    def append_plain(self, text: str) -> None:
        """Append lines as they are, without reading them as Markdown."""
        pen = self._without_tail()
        pen.block(QTextBlockFormat(), self._formats.plain)
        pen.cursor.insertText(text, self._formats.plain)
        self._finish(pen)

    def _finish(self, pen: Pen) -> None:
        """What stands there now is finished."""
        self._fresh = pen.fresh
        self._last_block = pen.cursor.blockFormat()
        self._tail_start = self._document.characterCount() - 1

    def _without_tail(self) -> Pen:
        """A pen at the end of what is finished; the tail is gone."""
        if self._table is not None:
            self._table.drop_tail()
        if self._document.characterCount() - 1 > self._tail_start:
            cursor = QTextCursor(self._document)
            cursor.setPosition(self._tail_start)
            cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
            cursor.removeSelectedText()
            if cursor.block().length() == 1:
                # Qt gives an empty block the format of the one that was removed behind it.
                cursor.setBlockFormat(self._last_block)
        self._tail = MarkdownPiece("")
        return Pen(self._document, self._fresh)

    def _add_row(self, pen: Pen, piece: MarkdownPiece) -> None:
        """The head of a table, a row of it, or its end."""
        if piece.ends:
            self._say_kept(pen)
            self._table, self._rows_kept = None, 0
        elif self._table is None:
            head, rule = piece.text.split("\n")
            aligned = alignments(rule)
            written = self._cells(head, len(aligned))
            self._table = TableWriter(pen, self._formats, aligned, self._blocks.inline, written)
            self._columns = len(aligned)
        elif self._table.cells < MOST_CELLS:
            self._table.add([self._cells(piece.text, self._columns)])
        elif self._whole:
            pen.block(self._formats.paragraph(0.0), self._formats.plain)
            pen.cursor.insertText(piece.text, self._formats.plain)
        else:
            self._rows_kept += 1
            self._kept_back += len(piece.text) + 1

    def _show_row(self, pen: Pen, text: str) -> None:
        """The row that is being written; under a table that is full, how much is kept back instead."""
        if self._table is None:
            return
        if self._table.cells >= MOST_CELLS:
            self._say_kept(pen)
        elif text:
            self._table.show_tail(self._cells(text, self._columns))

    def _say_kept(self, pen: Pen) -> None:
        if self._rows_kept:
            words = f"{format.plural(self._rows_kept, 'more row')} not shown."
            pen.block(self._formats.paragraph(0.2), self._formats.muted)
            pen.cursor.insertText(words, self._formats.muted)

    def _cells(self, row: str, columns: int) -> list[list[Token]]:
        """What markdown-it reads in each cell."""
        found = []
        for cell in cells_of(row, columns):
            formulas = Formulas(cell)
            (inline,) = formulas.put_back(parser().parseInline(formulas.markdown))
            found.append(inline.children or [])
        return found

    def _add_code(self, pen: Pen, pieces: list[MarkdownPiece], number: int) -> None:
        """Finished lines of a code block, and its end."""
        if number != self._code:
            self._code_lines = []
        if lines := [piece for piece in pieces if not piece.ends]:
            self._write_code(pen, lines)
            self._code = number
            self._code_lines += [line.text for line in lines]
        if pieces[-1].ends and self._code_lines:
            pen.cursor.setBlockFormat(self._formats.last_code_line(pen.cursor.blockFormat()))
            # The code block is complete: now it can be read as a whole.
            first = self._document.findBlock(self._code_start)
            self._formats.highlighter.colour(first, self._code_lines, pieces[-1].language)

    def _write_code(self, pen: Pen, lines: list[MarkdownPiece]) -> None:
        """Lines of one code block, each a text block of its own."""
        formats, number = self._formats, lines[0].code
        rest = lines
        if number != self._code:
            pen.block(formats.code_line(number, lines[0].language), formats.code)
            self._code_start = pen.cursor.position()
            pen.cursor.insertText(lines[0].text, formats.code)
            rest = lines[1:]
        if rest:
            pen.block(formats.code_line(number), formats.code)
            pen.cursor.insertText("\n".join(line.text for line in rest), formats.code)

    def _write_markdown(self, pen: Pen, text: str, unfinished: bool = False) -> None:
        if text.strip():
            formulas = Formulas(text, unfinished)
            self._blocks.write(pen, formulas.put_back(parser().parse(formulas.markdown)))

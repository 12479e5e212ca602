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

from weighin.ui.answer.block_renderer import BlockRenderer
from weighin.ui.answer.formulas import Formulas
from weighin.ui.answer.pen import Pen
from weighin.ui.answer.splitter import MarkdownPiece

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

    from weighin.ui.answer.formats import Formats

KIND = "definition"


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
        self._start(formats)

    def clear(self, formats: Formats) -> None:
        """Empty the document, and write in `formats` from now on."""
        self._document.clear()
        self._start(formats)

    def _start(self, formats: Formats) -> None:
        self._formats = formats
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
        for code, group in groupby(pieces, key=lambda piece: piece.code):
            if code:
                pieces_of_it = list(group)
                self._add_code(pen, [piece.text for piece in pieces_of_it if not piece.ends], code)
                if pieces_of_it[-1].ends:
                    self._colour(pieces_of_it[-1].language)
            else:
                for piece in group:
                    self._write_markdown(pen, piece.text)
                self._code = 0
        self._finish(pen)

    def show_tail(self, tail: MarkdownPiece) -> None:
        """Show the unfinished tail, in place of the one shown before."""
        if tail == self._tail:
            return
        more = tail.text[len(self._tail.text) :]
        grows = bool(self._tail.text) and not tail.code and tail.text.startswith(self._tail.text)
        if grows and _WORDS.fullmatch(self._tail.text) and _MORE_WORDS.fullmatch(more):
            Pen(self._document, fresh=False).cursor.insertText(more, self._formats.plain)
        else:
            pen = self._without_tail()
            if not tail.code:
                self._write_markdown(pen, tail.text, unfinished=True)
            elif tail.text:
                self._write_code(pen, [tail.text], tail.code)
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

    def _add_code(self, pen: Pen, lines: list[str], number: int) -> None:
        """Finished lines of a code block."""
        if number != self._code:
            self._code_lines = []
        if lines:
            self._write_code(pen, lines, number)
            self._code = number
            self._code_lines += lines

    def _colour(self, language: str) -> None:
        """The code block is complete: now it can be read as a whole."""
        if self._code_lines:
            first = self._document.findBlock(self._code_start)
            self._formats.highlighter.colour(first, self._code_lines, language)

    def _write_code(self, pen: Pen, lines: list[str], number: int) -> None:
        """Lines of one code block, each a text block of its own."""
        formats = self._formats
        rest = lines
        if number != self._code:
            pen.block(formats.code_line(number, first=True), formats.code)
            self._code_start = pen.cursor.position()
            pen.cursor.insertText(lines[0], formats.code)
            rest = lines[1:]
        if rest:
            pen.block(formats.code_line(number, first=False), formats.code)
            pen.cursor.insertText("\n".join(rest), formats.code)

    def _write_markdown(self, pen: Pen, text: str, unfinished: bool = False) -> None:
        if text.strip():
            formulas = Formulas(text, unfinished)
            self._blocks.write(pen, formulas.put_back(parser().parse(formulas.markdown)))

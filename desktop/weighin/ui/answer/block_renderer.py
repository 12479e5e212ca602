"""Turns markdown-it's tokens into blocks of a text document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QFont, QTextCharFormat, QTextCursor, QTextList, QTextListFormat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

    from weighin.ui.answer.formats import Formats
    from weighin.ui.answer.pen import Pen

# One line more inside the same paragraph, as the document knows it.
_LINE = "\u2028"
_BULLETS = (QTextListFormat.Style.ListDisc, QTextListFormat.Style.ListCircle, QTextListFormat.Style.ListSquare)
_MAX_CELLS = 1_000


class _List:
    """A list that is being written."""

    def __init__(self, made: QTextListFormat) -> None:
        self.format = made
        self.document_list: QTextList | None = None
        self.item_is_new = False


class BlockRenderer:
    """Writes one piece of Markdown at a cursor that stands at the end of the document."""

    def __init__(self, formats: Formats) -> None:
        self._formats = formats

    def write(self, pen: Pen, tokens: Sequence[Token]) -> None:
        """Write what markdown-it read."""
        lists: list[_List] = []
        quote = 0
        heading = 0
        codes = -1  # indented code has no number of its own; negative ones never meet those of fenced code
        index = 0
        while index < len(tokens):
            token = tokens[index]
            index += 1
            kind = token.type
            if kind in ("bullet_list_open", "ordered_list_open"):
                lists.append(self._list(len(lists), token))
            elif kind in ("bullet_list_close", "ordered_list_close"):
                lists.pop()
            elif kind == "list_item_open":
                lists[-1].item_is_new = True
            elif kind == "blockquote_open":
                quote += 1
            elif kind == "blockquote_close":
                quote -= 1
            elif kind == "heading_open":
                heading = int(token.tag[1:])
            elif kind in ("inline", "definition"):
                self._paragraph(pen, token, lists, quote, heading)
                heading = 0
            elif kind in ("fence", "code_block"):
                self._code(pen, token, codes, len(lists))
                codes -= 1
            elif kind == "hr":
                pen.block(self._formats.rule(), self._formats.plain)
            elif kind == "table_open":
                index = self._table(pen, tokens, index)

    def _list(self, depth: int, token: Token) -> _List:
        made = QTextListFormat()
        made.setIndent(depth + 1)
        if token.type == "ordered_list_open":
            made.setStyle(QTextListFormat.Style.ListDecimal)
            # A list is written in several pieces, so each goes on counting where the model says it does.
            made.setStart(min(int(token.attrs.get("start", 1)), 999_999))
        else:
            made.setStyle(_BULLETS[depth % len(_BULLETS)])
        return _List(made)

    def _paragraph(self, pen: Pen, token: Token, lists: list[_List], quote: int, heading: int) -> None:
        formats = self._formats
        char = formats.muted if quote else formats.plain
        if heading:
            block, char = formats.heading(heading)
        elif lists and lists[-1].item_is_new:
            block = formats.paragraph(top=3.0, quote=quote)
        else:
            block = formats.paragraph(indent=len(lists), quote=quote)
        pen.block(block, char)
        if lists and lists[-1].item_is_new:
            self._join_list(pen.cursor, lists[-1])
        self._inline(pen.cursor, token.children or [], char)

    def _join_list(self, cursor: QTextCursor, item: _List) -> None:
        if item.document_list is None:
            item.document_list = cursor.createList(item.format)
        else:
            item.document_list.add(cursor.block())
        item.item_is_new = False

    def _code(self, pen: Pen, token: Token, number: int, indent: int) -> None:
        lines = token.content.rstrip("\n").split("\n")
        for index, line in enumerate(lines):
            pen.block(self._formats.code_line(number, index == 0, indent), self._formats.code)
            if index == 0:
                first = pen.cursor.block()
            pen.cursor.insertText(line, self._formats.code)
        self._formats.highlighter.colour(first, lines, token.info)

    def _table(self, pen: Pen, tokens: Sequence[Token], index: int) -> int:
        """Write the table whose tokens start at `index`; the index behind it."""
        rows: list[list[Token]] = []
        while tokens[index].type != "table_close":
            if tokens[index].type == "tr_open":
                rows.append([])
            elif tokens[index].type == "inline":
                rows[-1].append(tokens[index])
            index += 1
        columns = max(len(row) for row in rows)
        rows = rows[: max(1, _MAX_CELLS // max(columns, 1))]
        table = pen.table(len(rows), columns, self._formats.table())
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                base = QTextCharFormat(self._formats.plain)
                if number == 0:
                    base.setFontWeight(QFont.Weight.DemiBold)
                self._inline(table.cellAt(number, column).firstCursorPosition(), cell.children or [], base)
        return index + 1

    def _inline(self, cursor: QTextCursor, tokens: Sequence[Token], base: QTextCharFormat) -> None:
        formats = [base]
        for token in tokens:
            kind = token.type
            top = formats[-1]
            if kind == "text":
                cursor.insertText(token.content.replace("\n", _LINE), top)
            elif kind in ("softbreak", "hardbreak"):
                # Shown where the model broke the line, although strict Markdown would join the lines.
                cursor.insertText(_LINE, top)
            elif kind == "code_inline":
                code = QTextCharFormat(top)
                code.merge(self._formats.inline_code)
                cursor.insertText(token.content, code)
            elif kind == "image":
                cursor.insertText(f"[image: {token.content or 'without a name'}]", self._formats.muted)
            elif kind == "link_open":
                formats.append(self._formats.link(top, str(token.attrs.get("href", ""))))
            elif kind in ("strong_open", "em_open", "s_open"):
                changed = QTextCharFormat(top)
                if kind == "strong_open":
                    changed.setFontWeight(QFont.Weight.Bold)
                elif kind == "em_open":
                    changed.setFontItalic(True)
                else:
                    changed.setFontStrikeOut(True)
                formats.append(changed)
            elif kind in ("link_close", "strong_close", "em_close", "s_close"):
                formats.pop()

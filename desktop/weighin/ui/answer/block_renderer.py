"""Turns markdown-it's tokens into blocks of a text document."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtGui import QFont, QTextCharFormat, QTextCursor, QTextList, QTextListFormat

from weighin.ui.answer.formats import DONE, UNDONE
from weighin.ui.answer.table_writer import TableWriter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

    from weighin.ui.answer.formats import Formats
    from weighin.ui.answer.pen import Pen

# One line more inside the same paragraph, as the document knows it.
_LINE = "\u2028"
_BULLETS = (QTextListFormat.Style.ListDisc, QTextListFormat.Style.ListCircle, QTextListFormat.Style.ListSquare)
_TASK = re.compile(r"\[([ xX])\][ \t]+(?=\S)")


class _List:
    """A list that is being written."""

    def __init__(self, made: QTextListFormat) -> None:
        self._format = made
        self._document_list: QTextList | None = None
        self.has_bullets = made.style() != QTextListFormat.Style.ListDecimal
        self.item_is_new = False

    def take(self, cursor: QTextCursor, is_task: bool) -> None:
        """Make the block of the cursor an item; a task has its mark in place of a bullet."""
        self.item_is_new = False
        if is_task and self.has_bullets:
            unmarked = QTextListFormat(self._format)
            unmarked.setStyle(QTextListFormat.Style.ListStyleUndefined)
            cursor.createList(unmarked)
        elif self._document_list is None:
            self._document_list = cursor.createList(self._format)
        else:
            self._document_list.add(cursor.block())


class BlockRenderer:
    """Writes one piece of Markdown at a cursor that stands at the end of the document."""

    def __init__(self, formats: Formats) -> None:
        self._formats = formats
        self._codes = 0  # code without fences of its own has negative numbers, which never meet those of fenced code

    def write(self, pen: Pen, tokens: Sequence[Token]) -> None:
        """Write what markdown-it read."""
        lists: list[_List] = []
        quote = 0
        heading = 0
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
                self._code(pen, token, len(lists))
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
        new_item = lists[-1] if lists and lists[-1].item_is_new else None
        task = _TASK.match(token.content) if new_item else None
        mark = f"{UNDONE if task[1] == ' ' else DONE} " if task else ""
        if heading:
            block, char = formats.heading(heading)
        elif new_item:
            block = formats.list_item(quote, mark if new_item.has_bullets else "")
        else:
            block = formats.paragraph(indent=len(lists), quote=quote)
        pen.block(block, char)
        if new_item:
            new_item.take(pen.cursor, bool(task))
        children = token.children or []
        if task and children[0].content.startswith(task[0]):
            pen.cursor.insertText(mark[0], formats.task(char, task[0].rstrip()))
            pen.cursor.insertText(mark[1:] + children[0].content[task.end() :], char)
            children = children[1:]
        self.inline(pen.cursor, children, char)

    def _code(self, pen: Pen, token: Token, indent: int) -> None:
        formats = self._formats
        self._codes -= 1
        lines = token.content.rstrip("\n").split("\n")
        for index, line in enumerate(lines):
            pen.block(formats.code_line(self._codes, None if index else token.info, indent), formats.code)
            if index == 0:
                first = pen.cursor.block()
            pen.cursor.insertText(line, formats.code)
        pen.cursor.setBlockFormat(formats.last_code_line(pen.cursor.blockFormat()))
        formats.highlighter.colour(first, lines, token.info)

    def _table(self, pen: Pen, tokens: Sequence[Token], index: int) -> int:
        """Write the table whose tokens start at `index`; the index behind it."""
        rows: list[list[Sequence[Token]]] = []
        aligned: list[str] = []
        while tokens[index].type != "table_close":
            token = tokens[index]
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "th_open":
                aligned.append(str(token.attrs.get("style", "")).removeprefix("text-align:"))
            elif token.type == "inline":
                rows[-1].append(token.children or [])
            index += 1
        TableWriter(pen, self._formats, aligned, self.inline, rows[0]).add(rows[1:])
        return index + 1

    def inline(self, cursor: QTextCursor, tokens: Sequence[Token], base: QTextCharFormat) -> None:
        """Write the inside of a paragraph or cell, in `base` where nothing else is said."""
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

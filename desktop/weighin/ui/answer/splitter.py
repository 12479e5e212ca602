"""Cuts a stream of Markdown into pieces that are finished and a tail that is not."""

from __future__ import annotations

import re
from dataclasses import dataclass

from weighin.ui.answer.formulas import open_formula
from weighin.ui.answer.tables import is_head, is_row

# The tail is parsed again at every repaint, so it must stay small; a line this long is broken for showing as well.
TAIL_LIMIT = 2_000
# A formula cut in two is none any more, so it may grow somewhat longer.
FORMULA_LIMIT = 4_000

_FENCE = re.compile(r"^(?P<indent>\s*)(?P<fence>`{3,}|~{3,})(?P<info>[^`]*)$")


@dataclass(frozen=True)
class MarkdownPiece:
    """Text to show. `code`, `table`: 0, or the number of the code block or table that it belongs to. Of code it is one
    line, said to be in `language`, or, where `goes_on`, more of the line before. Of a table it is first the head with
    the line of dashes under it, then one row. `ends`: no text, but the code block or table is complete."""

    text: str
    code: int = 0
    ends: bool = False
    language: str = ""
    goes_on: bool = False
    table: int = 0


@dataclass(frozen=True)
class _Fence:
    mark: str
    length: int
    indent: int
    info: str


class Splitter:
    """Feed it text as it comes; it gives back finished pieces and keeps the rest as `tail`.

    A block is finished at a blank line before unindented text, unless a formula is still open. Code and tables are
    finished line by line. Whatever grows beyond the limits is cut: rather a list that starts again than a window that
    stands still.
    """

    def __init__(self) -> None:
        self._lines: list[str] = []  # finished lines of the unfinished block
        self._size = 0
        self._partial = ""  # the line that is being written
        self._fence: _Fence | None = None
        self._codes = 0
        self._tables = 0
        self._in_table = False
        self._goes_on = False  # the line that is being written is the rest of one that was broken
        self._after_blank = False
        self._done: list[MarkdownPiece] = []

    @property
    def tail(self) -> MarkdownPiece:
        """What is not finished yet."""
        if self._fence:
            return self._code_piece(self._partial, self._fence, self._goes_on)
        if self._in_table and (not self._partial or is_row(self._partial)):
            return MarkdownPiece(self._partial, table=self._tables)
        return MarkdownPiece("\n".join([*self._lines, self._partial]))

    def feed(self, text: str) -> list[MarkdownPiece]:
        """Take more text; the pieces that are finished now."""
        lines = (self._partial + text).split("\n")
        self._partial = lines.pop()
        for line in lines:
            self._take(self._shorten(line))
        self._partial = self._shorten(self._partial)
        return self._taken()

    def finish(self) -> list[MarkdownPiece]:
        """No more text comes: everything is finished."""
        if self._partial:
            self._take(self._shorten(self._partial))
        self._partial = ""
        self._close_block()
        self._end_table()
        if self._fence:
            self._end_code(self._fence)
        return self._taken()

    def _taken(self) -> list[MarkdownPiece]:
        done, self._done = self._done, []
        return done

    def _shorten(self, line: str) -> str:
        """Give out the front of an overlong line, at a space where there is one; what is left of it."""
        while len(line) > TAIL_LIMIT:
            space = line.rfind(" ", TAIL_LIMIT // 2, TAIL_LIMIT)
            cut = space + 1 if space > 0 else TAIL_LIMIT
            if (formula := open_formula(line[:cut])) > TAIL_LIMIT // 4:
                cut = formula  # rather before it than in it
            self._take(line[:cut])
            self._close_block()
            self._goes_on = True
            line = line[cut:]
        return line

    def _take(self, line: str) -> None:
        """One finished line, or the rest of one that was broken, which begins nothing and ends nothing."""
        goes_on, self._goes_on = self._goes_on, False
        if self._fence:
            self._take_code(line, self._fence, goes_on)
            return
        if self._in_table:
            if goes_on or is_row(line):
                self._done.append(MarkdownPiece(line, table=self._tables))
                return
            self._end_table()
        opening = None if goes_on else _FENCE.match(line)
        if opening:
            self._close_block()
            self._codes += 1
            fence = opening["fence"]
            self._fence = _Fence(fence[0], len(fence), len(opening["indent"]), opening["info"].strip())
            return
        if line.strip():
            if self._after_blank and not line[0].isspace() and not self._in_formula():
                self._close_block()
            self._after_blank = False
        else:
            self._after_blank = True
            if not self._lines:
                return
        self._lines.append(line)
        self._size += len(line) + 1
        if self._begins_table():
            self._begin_table()
        elif self._size > FORMULA_LIMIT or (self._size > TAIL_LIMIT and not self._in_formula()):
            self._close_block()

    def _take_code(self, line: str, fence: _Fence, goes_on: bool) -> None:
        stripped = line.strip()
        if not goes_on and len(stripped) >= fence.length and stripped == fence.mark * len(stripped):
            self._end_code(fence)
            return
        self._done.append(self._code_piece(line, fence, goes_on))

    def _end_code(self, fence: _Fence) -> None:
        self._fence = None
        self._done.append(MarkdownPiece("", self._codes, True, fence.info))

    def _code_piece(self, line: str, fence: _Fence, goes_on: bool) -> MarkdownPiece:
        if not goes_on:
            line = line[fence.indent :] if not line[: fence.indent].strip() else line.lstrip()
        return MarkdownPiece(line, self._codes, language=fence.info, goes_on=goes_on)

    def _begins_table(self) -> bool:
        """Whether the last two lines are the head of a table. One inside a list is shown as one outside it."""
        lines = self._lines
        return len(lines) > 1 and is_head(*lines[-2:]) and open_formula("\n".join(lines[:-2])) < 0

    def _begin_table(self) -> None:
        head = "\n".join(self._lines[-2:])
        self._lines = self._lines[:-2]
        self._close_block()
        self._tables += 1
        self._in_table = True
        self._done.append(MarkdownPiece(head, table=self._tables))

    def _end_table(self) -> None:
        if self._in_table:
            self._in_table = False
            self._done.append(MarkdownPiece("", ends=True, table=self._tables))

    def _in_formula(self) -> bool:
        return open_formula("\n".join(self._lines)) >= 0

    def _close_block(self) -> None:
        if self._lines:
            self._done.append(MarkdownPiece("\n".join(self._lines)))
        self._lines = []
        self._size = 0
        self._after_blank = False

"""Cuts a stream of Markdown into pieces that are finished and a tail that is not."""

from __future__ import annotations

import re
from dataclasses import dataclass

from weighin.ui.answer.formulas import open_formula

# The tail is parsed again at every repaint, so it must stay small; a line this long is broken for showing as well.
TAIL_LIMIT = 2_000
# A table cut in two loses its head, so it may grow somewhat longer.
TABLE_LIMIT = 4_000

_FENCE = re.compile(r"^(?P<indent>\s*)(?P<fence>`{3,}|~{3,})(?P<info>[^`]*)$")
_TABLE_RULE = re.compile(r"^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")


@dataclass(frozen=True)
class MarkdownPiece:
    """Text to show. `code`: 0 for Markdown, else the number of the code block that these lines belong to. `ends`: no
    text, but the code block is complete; it was said to be in `language`."""

    text: str
    code: int = 0
    ends: bool = False
    language: str = ""


@dataclass(frozen=True)
class _Fence:
    mark: str
    length: int
    indent: int
    info: str


class Splitter:
    """Feed it text as it comes; it gives back finished pieces and keeps the rest as `tail`.

    A block is finished at a blank line before unindented text, unless a formula is still open. Code is finished line by
    line. Whatever grows beyond the limits is cut: rather a list that starts again than a window that stands still.
    """

    def __init__(self) -> None:
        self._lines: list[str] = []  # finished lines of the unfinished block
        self._size = 0
        self._partial = ""  # the line that is being written
        self._fence: _Fence | None = None
        self._codes = 0
        self._after_blank = False
        self._done: list[MarkdownPiece] = []

    @property
    def tail(self) -> MarkdownPiece:
        """What is not finished yet."""
        if self._fence:
            return MarkdownPiece(self._dedent(self._partial), self._codes)
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
            line = line[cut:]
        return line

    def _take(self, line: str) -> None:
        """One finished line."""
        if self._fence:
            self._take_code(line, self._fence)
            return
        opening = _FENCE.match(line)
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
        if self._size > TABLE_LIMIT or (self._size > TAIL_LIMIT and not self._is_table() and not self._in_formula()):
            self._close_block()

    def _take_code(self, line: str, fence: _Fence) -> None:
        stripped = line.strip()
        if len(stripped) >= fence.length and stripped == fence.mark * len(stripped):
            self._end_code(fence)
            return
        self._done.append(MarkdownPiece(self._dedent(line), self._codes))

    def _end_code(self, fence: _Fence) -> None:
        self._fence = None
        self._done.append(MarkdownPiece("", self._codes, True, fence.info))

    def _dedent(self, line: str) -> str:
        indent = self._fence.indent if self._fence else 0
        return line[indent:] if not line[:indent].strip() else line.lstrip()

    def _is_table(self) -> bool:
        return len(self._lines) > 1 and "|" in self._lines[0] and bool(_TABLE_RULE.match(self._lines[1]))

    def _in_formula(self) -> bool:
        return open_formula("\n".join(self._lines)) >= 0

    def _close_block(self) -> None:
        if self._lines:
            self._done.append(MarkdownPiece("\n".join(self._lines)))
        self._lines = []
        self._size = 0
        self._after_blank = False

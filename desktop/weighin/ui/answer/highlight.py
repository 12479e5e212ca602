"""Colours in code blocks: what is a keyword, a text, a number or a remark."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor, QTextBlock, QTextCharFormat, QTextLayout

from weighin.ui.theme import Colours

if TYPE_CHECKING:
    from pygments.lexer import Lexer

# Model output is hostile: only lexers that are in daily use, no long block, and no longer than this for one.
_MOST_CHARACTERS = 20_000
_MOST_SECONDS = 0.03
_DAILY = (
    "python py python3 javascript js typescript ts jsx tsx java kotlin c cpp c++ csharp c# go golang rust rs ruby rb "
    "php swift scala r julia lua perl bash sh shell zsh console powershell sql html xml css json yaml yml toml ini "
    "diff makefile dockerfile haskell dart"
)
_LANGUAGES = frozenset(_DAILY.split())


class Highlighter:
    """Lays colours over the lines of a code block; the text itself is not touched."""

    def __init__(self, colours: Colours) -> None:
        self._formats = {
            "Keyword": _coloured(colours.accent),
            "Literal.String": _coloured(colours.green),
            "Literal.Number": _coloured(colours.amber),
            "Comment": _coloured(colours.muted, italic=True),
            "Name.Function": _bold(),
            "Name.Class": _bold(),
        }

    def colour(self, first: QTextBlock, lines: list[str], language: str) -> None:
        """Colour `lines`, the first of which stands in block `first` and each following one in the next."""
        words = language.split()
        if not words or words[0].lower() not in _LANGUAGES or sum(map(len, lines)) > _MOST_CHARACTERS:
            return
        start = first.position()
        block = first
        for line, spans in zip(lines, self._spans(lines, words[0].lower()), strict=True):
            if block.text() == line and spans:
                block.layout().setFormats(spans)
            end = block.position() + block.length()
            block = block.next()
        first.document().markContentsDirty(start, max(0, end - start - 1))

    def _spans(self, lines: list[str], language: str) -> list[list[QTextLayout.FormatRange]]:
        found: list[list[QTextLayout.FormatRange]] = [[] for _ in lines]
        row = column = 0
        lexer = _lexer(language)  # fetched before the clock starts: the first of a language has to be imported
        end = time.perf_counter() + _MOST_SECONDS
        for _, kind, text in lexer.get_tokens_unprocessed("\n".join(lines)):
            made = self._format(str(kind).removeprefix("Token."))
            for number, part in enumerate(text.split("\n")):
                if number:
                    row, column = row + 1, 0
                length = _units(part)
                if made is not None and length:
                    found[row].append(_range(column, length, made))
                column += length
            if time.perf_counter() > end:
                break
        return found

    def _format(self, kind: str) -> QTextCharFormat | None:
        return next((made for name, made in self._formats.items() if kind.startswith(name)), None)


@lru_cache(maxsize=16)
def _lexer(language: str) -> Lexer:
    """Imported when first needed: the first paint waits for no lexer."""
    from pygments.lexers import get_lexer_by_name

    return get_lexer_by_name(language)


def _units(text: str) -> int:
    """Its length as Qt counts: in UTF-16."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _range(start: int, length: int, made: QTextCharFormat) -> QTextLayout.FormatRange:
    span = QTextLayout.FormatRange()
    span.start, span.length, span.format = start, length, made
    return span


def _coloured(colour: str, italic: bool = False) -> QTextCharFormat:
    made = QTextCharFormat()
    made.setForeground(QColor(colour))
    made.setFontItalic(italic)
    return made


def _bold() -> QTextCharFormat:
    made = QTextCharFormat()
    made.setFontWeight(600)
    return made

"""Character and block formats of an answer, and the colours of its code."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontDatabase,
    QFontInfo,
    QFontMetricsF,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextFormat,
    QTextFrameFormat,
    QTextLayout,
    QTextLength,
    QTextTableFormat,
)

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
        block = first
        for line, spans in zip(lines, self._spans(lines, words[0].lower()), strict=True):
            if block.text() == line and spans:
                # Qt lays the line out anew at the end of the stretch of writing. Asked to at once, it would lay out a
                # table of the same stretch before its cells are known, and crash where somebody asks for their place.
                block.layout().setFormats(spans)
            block = block.next()

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


# Properties of our own. On blocks, for the painter: the number of a code block, the depth of a quotation, and on the
# first line of code the language and the pixels that the box reaches above that line. On the mark of a task: what the
# model wrote there.
CODE = QTextFormat.Property.UserProperty + 1
QUOTE = QTextFormat.Property.UserProperty + 2
LANGUAGE = QTextFormat.Property.UserProperty + 3
ROOM = QTextFormat.Property.UserProperty + 4
TASK = QTextFormat.Property.UserProperty + 5

UNDONE, DONE = "\u2610", "\u2611"

_HEADINGS = (1.4, 1.25, 1.12, 1.0, 1.0, 1.0)
# In ems, as the distances below.
_LINE = 1.42
_CODE_LINE = 1.35
QUOTE_WIDTH = 1.2
# How far the box behind code reaches beyond its lines, in pixels.
REACH = 7.0
_ALIGNED = {
    "left": Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute,
    "right": Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute,
    "center": Qt.AlignmentFlag.AlignHCenter,
}


def small_font(font: QFont) -> QFont:
    """That of the words over a code block, in an answer written in `font`."""
    made = QFont(font)
    made.setPointSizeF(QFontInfo(font).pointSizeF() * 0.88)
    return made


def head_height(font: QFont) -> float:
    """The height of the words over a code block, in pixels."""
    return QFontMetricsF(small_font(font)).height() + 4


class Formats:
    """Formats in the colours of one theme, at the size of one font. `em` is that size in pixels."""

    def __init__(self, colours: Colours, font: QFont) -> None:
        self.font = font
        self._size = QFontInfo(font).pointSizeF()
        self.em = float(QFontInfo(font).pixelSize())
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        fixed.setPointSizeF(self._size * 0.95)
        self._line = _percent(_LINE, font)
        self._code_line = _percent(_CODE_LINE, fixed)
        self._head = head_height(font)
        self.plain = QTextCharFormat()
        self.muted = QTextCharFormat()
        self.muted.setForeground(QColor(colours.muted))
        self.code = QTextCharFormat()
        self.code.setFont(fixed)
        self.inline_code = QTextCharFormat(self.code)
        self.inline_code.setBackground(QColor(colours.code))
        self.highlighter = Highlighter(colours)
        self._link = QColor(colours.accent)
        self._border = QBrush(QColor(colours.border))

    def link(self, base: QTextCharFormat, address: str) -> QTextCharFormat:
        """`base` as a link to `address`."""
        made = QTextCharFormat(base)
        made.setAnchor(True)
        made.setAnchorHref(address)
        made.setForeground(self._link)
        made.setFontUnderline(True)
        return made

    def task(self, base: QTextCharFormat, written: str) -> QTextCharFormat:
        """`base` for the mark of a task, which the model wrote as `written`."""
        made = QTextCharFormat(base)
        made.setProperty(TASK, written)
        return made

    def paragraph(self, top: float = 0.7, indent: int = 0, quote: int = 0) -> QTextBlockFormat:
        """A paragraph: space above in ems, list depth, quotation depth."""
        made = QTextBlockFormat()
        made.setTopMargin(top * self.em)
        made.setIndent(indent)
        if quote:
            made.setLeftMargin(QUOTE_WIDTH * self.em * quote)
            made.setProperty(QUOTE, quote)
        made.setLineHeight(self._line, _PROPORTIONAL)
        return made

    def list_item(self, quote: int, hanging: str = "") -> QTextBlockFormat:
        """An item of a list; `hanging` stands where others have their bullet."""
        made = self.paragraph(0.25, quote=quote)
        made.setTextIndent(-QFontMetricsF(self.font).horizontalAdvance(hanging))
        return made

    def heading(self, level: int) -> tuple[QTextBlockFormat, QTextCharFormat]:
        """A heading of level 1 to 6."""
        char = QTextCharFormat()
        char.setFontWeight(QFont.Weight.DemiBold)
        char.setFontPointSize(self._size * _HEADINGS[level - 1])
        block = self.paragraph(top=1.2)
        block.setHeadingLevel(level)
        return block, char

    def code_line(self, number: int, language: str | None = None, indent: int = 0) -> QTextBlockFormat:
        """A line of the code block `number`. Its first line, which names the language ("" where none was said), leaves
        room for the box that is painted round it and the words over it."""
        made = QTextBlockFormat()
        made.setProperty(CODE, number)
        made.setLeftMargin(12)
        made.setRightMargin(12)
        made.setIndent(indent)
        made.setLineHeight(self._code_line, _PROPORTIONAL)
        if language is not None:
            room = REACH + self._head
            made.setProperty(LANGUAGE, language)
            made.setProperty(ROOM, room)
            made.setTopMargin(0.7 * self.em + REACH + room)  # the box above reaches down as well
        return made

    def last_code_line(self, line: QTextBlockFormat) -> QTextBlockFormat:
        """`line` as the last one of its block: room for the end of the box."""
        made = QTextBlockFormat(line)
        made.setBottomMargin(0.7 * self.em + REACH)
        return made

    def table(self) -> QTextTableFormat:
        """A table with thin lines."""
        made = QTextTableFormat()
        made.setBorder(1)
        made.setBorderBrush(self._border)
        made.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        made.setBorderCollapse(True)
        made.setCellPadding(5)
        made.setTopMargin(self.em)
        made.setBottomMargin(0.5 * self.em)
        return made

    def cell(self, aligned: str) -> QTextBlockFormat:
        """The text of a cell: "left", "right", "center", or "" for the side where its language begins."""
        made = QTextBlockFormat()
        made.setLineHeight(self._line, _PROPORTIONAL)
        if aligned:
            made.setAlignment(_ALIGNED[aligned])
        return made

    def rule(self) -> QTextBlockFormat:
        """A horizontal rule."""
        made = QTextBlockFormat()
        made.setProperty(
            QTextFormat.Property.BlockTrailingHorizontalRulerWidth,
            QTextLength(QTextLength.Type.PercentageLength, 100),
        )
        made.setBackground(self._border)
        made.setTopMargin(0.7 * self.em)
        made.setBottomMargin(0.4 * self.em)
        return made


_PROPORTIONAL = QTextBlockFormat.LineHeightTypes.ProportionalHeight.value


def _percent(ems: float, font: QFont) -> float:
    """So many ems from line to line, in percent of what the font itself asks for."""
    return max(100.0, 100 * ems * QFontInfo(font).pixelSize() / QFontMetricsF(font).height())

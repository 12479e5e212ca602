"""Character and block formats of an answer."""

from __future__ import annotations

from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontDatabase,
    QTextBlockFormat,
    QTextCharFormat,
    QTextFormat,
    QTextFrameFormat,
    QTextLength,
    QTextTableFormat,
)

from weighin.ui.answer.highlight import Highlighter
from weighin.ui.theme import Colours

# Properties of our own on blocks, which the painter reads: the number of a code block, the depth of a quotation.
CODE = QTextFormat.Property.UserProperty + 1
QUOTE = QTextFormat.Property.UserProperty + 2

_HEADINGS = (1.4, 1.25, 1.12, 1.0, 1.0, 1.0)
_QUOTE_WIDTH = 16.0


class Formats:
    """Formats in the colours of one theme, at the size of one font."""

    def __init__(self, colours: Colours, font: QFont) -> None:
        self._size = font.pointSizeF() if font.pointSizeF() > 0 else 10.0
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        fixed.setPointSizeF(self._size * 0.95)
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

    def paragraph(self, top: float = 7.0, indent: int = 0, quote: int = 0) -> QTextBlockFormat:
        """A paragraph: space above in pixels, list depth, quotation depth."""
        made = QTextBlockFormat()
        made.setTopMargin(top)
        made.setIndent(indent)
        if quote:
            made.setLeftMargin(_QUOTE_WIDTH * quote)
            made.setProperty(QUOTE, quote)
        made.setLineHeight(112.0, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        return made

    def heading(self, level: int) -> tuple[QTextBlockFormat, QTextCharFormat]:
        """A heading of level 1 to 6."""
        char = QTextCharFormat()
        char.setFontWeight(QFont.Weight.DemiBold)
        char.setFontPointSize(self._size * _HEADINGS[level - 1])
        block = self.paragraph(top=12.0)
        block.setHeadingLevel(level)
        return block, char

    def code_line(self, number: int, first: bool, indent: int = 0) -> QTextBlockFormat:
        """A line of the code block `number`; its first line leaves room for the box that is painted round it."""
        made = QTextBlockFormat()
        made.setProperty(CODE, number)
        made.setLeftMargin(10)
        made.setRightMargin(10)
        made.setIndent(indent)
        made.setTopMargin(14.0 if first else 0.0)
        return made

    def table(self) -> QTextTableFormat:
        """A table with thin lines."""
        made = QTextTableFormat()
        made.setBorder(1)
        made.setBorderBrush(self._border)
        made.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        made.setBorderCollapse(True)
        made.setCellPadding(5)
        made.setTopMargin(12)
        made.setBottomMargin(6)
        return made

    def rule(self) -> QTextBlockFormat:
        """A horizontal rule."""
        made = QTextBlockFormat()
        made.setProperty(
            QTextFormat.Property.BlockTrailingHorizontalRulerWidth,
            QTextLength(QTextLength.Type.PercentageLength, 100),
        )
        made.setBackground(self._border)
        made.setTopMargin(8)
        made.setBottomMargin(4)
        return made

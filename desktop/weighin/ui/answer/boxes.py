"""Paints what text formats cannot: the box behind code with the words over it, and the bars beside a quotation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontInfo, QFontMetricsF, QPainter
from PySide6.QtWidgets import QTextEdit

from weighin.core.safe_text import safe_name
from weighin.ui.answer.formats import CODE, LANGUAGE, QUOTE, QUOTE_WIDTH, REACH, head_height, small_font
from weighin.ui.theme import Colours

COPY, COPIED = "Copy", "Copied"
_PADDING = 12.0


@dataclass(frozen=True)
class Sight:
    """A block of code or of a quotation. `code`: the number of the code block or 0; `quote`: the depth of the quotation
    or 0; `rect`: its place in the viewport without the margin above it; `language`: of the first line of code what was
    said, else None."""

    code: int
    quote: int
    rect: QRectF
    language: str | None


@dataclass(frozen=True)
class CodeBox:
    """The part of a code block that is in sight, in the viewport. `copy`: where "Copy" stands, empty where the
    beginning of the block is out of sight."""

    number: int
    rect: QRectF
    copy: QRectF
    language: str


class Boxes:
    """The boxes of one view. `copied` is the number of the code block just copied, 0 for none."""

    def __init__(self, view: QTextEdit) -> None:
        self._view = view
        self.copied = 0

    def paint(self, painter: QPainter, area: QRect, colours: Colours) -> None:
        """Paint what reaches into `area` of the viewport; call before the text is painted."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        sights = list(in_sight(self._view, area))
        self._paint_bars(painter, sights, colours)
        painter.setFont(small_font(self._view.font()))
        for box in self._boxes(sights):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.code))
            painter.drawRoundedRect(box.rect, 6, 6)
            if not box.copy.isEmpty():
                self._paint_words(painter, box, colours)

    def copy_at(self, point: QPointF) -> int:
        """The number of the code block whose "Copy" stands at `point` of the viewport; 0 where none does."""
        return next((box.number for box in self.in_sight() if box.copy.contains(point)), 0)

    def code_at(self, point: QPointF) -> int:
        """The number of the code block whose box is at `point` of the viewport; 0 where none is."""
        return next((box.number for box in self.in_sight() if box.rect.contains(point)), 0)

    def in_sight(self) -> list[CodeBox]:
        """All that can be seen of code."""
        return self._boxes(list(in_sight(self._view, self._view.viewport().rect())))

    def _boxes(self, sights: list[Sight]) -> list[CodeBox]:
        font = self._view.font()
        metrics, height = QFontMetricsF(small_font(font)), head_height(font)
        width = max(metrics.horizontalAdvance(words) for words in (COPY, COPIED)) + 2 * _PADDING
        found: list[CodeBox] = []
        for sight in sights:
            if not sight.code:
                continue
            rect = sight.rect.adjusted(0, -REACH, 0, REACH)
            if sight.language is not None:
                rect.setTop(rect.top() - height)
                copy = QRectF(rect.right() - width, rect.top(), width, height + REACH)
                found.append(CodeBox(sight.code, rect, copy, sight.language))
            elif found and found[-1].number == sight.code:
                last = found[-1]
                found[-1] = CodeBox(last.number, last.rect.united(rect), last.copy, last.language)
            else:
                found.append(CodeBox(sight.code, rect, QRectF(), ""))
        return found

    def _paint_words(self, painter: QPainter, box: CodeBox, colours: Colours) -> None:
        painter.setPen(QColor(colours.muted))
        line = box.copy.adjusted(0, 2, -_PADDING, 0)
        words = COPIED if box.number == self.copied else COPY
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, words)
        line = QRectF(
            box.rect.left() + _PADDING, line.top(), box.copy.left() - box.rect.left() - _PADDING, line.height()
        )
        name = safe_name(box.language.split()[0], 40) if box.language.split() else ""
        shown = QFontMetricsF(painter.font()).elidedText(name, Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)

    def _paint_bars(self, painter: QPainter, sights: list[Sight], colours: Colours) -> None:
        """One bar for each depth; those of neighbouring paragraphs meet."""
        step = QUOTE_WIDTH * QFontInfo(self._view.font()).pixelSize()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.border))
        before: Sight | None = None
        for sight in sights:
            for depth in range(sight.quote):
                top = sight.rect.top()
                if before is not None and before.quote > depth and top - before.rect.bottom() < step * 2:
                    top = before.rect.bottom() - 2
                bar = QRectF(sight.rect.left() + depth * step, top, 3, sight.rect.bottom() - top)
                painter.drawRoundedRect(bar, 1.5, 1.5)
            before = sight


def in_sight(view: QTextEdit, area: QRect) -> Iterator[Sight]:
    """The blocks of code and quotations that reach into `area` of the viewport."""
    document = view.document()
    layout, margin, step = document.documentLayout(), document.documentMargin(), document.indentWidth()
    offset = QPointF(-view.horizontalScrollBar().value(), -view.verticalScrollBar().value())
    width = document.textWidth() - 2 * margin
    block = view.cursorForPosition(area.topLeft()).block()
    # The blocks above and below may be code whose box reaches into sight.
    block = block.previous() if block.previous().isValid() else block
    last = view.cursorForPosition(area.bottomLeft()).block()
    end = (last.next() if last.next().isValid() else last).position()
    while block.isValid() and block.position() <= end:
        form = block.blockFormat()
        code, quote = form.intProperty(CODE), form.intProperty(QUOTE)
        # Neither is ever a cell: Qt crashes where it is asked for the place of one in a table still being written.
        if code or quote:
            rect = layout.blockBoundingRect(block).translated(offset)
            indent = form.indent() * step if code else 0
            language = form.stringProperty(LANGUAGE) if form.hasProperty(LANGUAGE) else None
            yield Sight(
                code, quote, QRectF(margin + offset.x() + indent, rect.top(), width - indent, rect.height()), language
            )
        block = block.next()

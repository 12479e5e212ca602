"""Paints what text formats cannot: the box behind code and the bar beside a quotation."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QTextBlock
from PySide6.QtWidgets import QTextEdit

from weighin.ui.answer.formats import CODE, QUOTE
from weighin.ui.theme import Colours


def paint_boxes(view: QTextEdit, painter: QPainter, colours: Colours) -> None:
    """Paint behind the blocks of `view` that are in sight; call before the text is painted."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    box: QRectF | None = None
    number = 0
    for block, rect in _in_sight(view):
        code = block.blockFormat().intProperty(CODE)
        quote = block.blockFormat().intProperty(QUOTE)
        if box is not None and code != number:
            _paint_box(painter, box, colours)
            box = None
        if code:
            number = code
            box = rect if box is None else box.united(rect)
        if quote:
            painter.setBrush(QColor(colours.border))
            painter.drawRoundedRect(QRectF(4, rect.top() + 2, 3, rect.height() - 4), 1.5, 1.5)
    if box is not None:
        _paint_box(painter, box, colours)


def _paint_box(painter: QPainter, box: QRectF, colours: Colours) -> None:
    painter.setBrush(QColor(colours.code))
    painter.drawRoundedRect(box.adjusted(0, -5, 0, 5), 6, 6)


def _in_sight(view: QTextEdit) -> Iterator[tuple[QTextBlock, QRectF]]:
    """Blocks in the viewport, each with its rectangle there, without the margin above it."""
    layout = view.document().documentLayout()
    offset = QPointF(-view.horizontalScrollBar().value(), -view.verticalScrollBar().value())
    width = view.document().textWidth()
    bottom = view.viewport().height()
    block = view.cursorForPosition(view.viewport().rect().topLeft()).block()
    # The block above may be code whose box reaches into sight.
    block = block.previous() if block.previous().isValid() else block
    while block.isValid():
        rect = layout.blockBoundingRect(block).translated(offset)
        if rect.top() > bottom:
            return
        margin = view.document().documentMargin()
        indent = block.blockFormat().indent() * view.document().indentWidth()
        yield block, QRectF(margin + indent, rect.top(), width - 2 * margin - indent, rect.height())
        block = block.next()

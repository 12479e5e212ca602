"""Paints what text formats cannot: the box behind code and the bar beside a quotation."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QTextEdit

from weighin.ui.answer.formats import CODE, QUOTE
from weighin.ui.theme import Colours

# How far the box behind code reaches beyond its lines.
_REACH = 5


def paint_boxes(view: QTextEdit, painter: QPainter, area: QRect, colours: Colours) -> None:
    """Paint behind the blocks of `view` that reach into `area` of its viewport; call before the text is painted."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    box: QRectF | None = None
    number = 0
    for code, quote, rect in in_sight(view, area):
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
    painter.drawRoundedRect(box.adjusted(0, -_REACH, 0, _REACH), 6, 6)


def in_sight(view: QTextEdit, area: QRect) -> Iterator[tuple[int, int, QRectF]]:
    """The blocks of code and quotations that reach into `area`: the number of the code block or 0, the depth of the
    quotation or 0, and the rectangle without the margin above it."""
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
            yield code, quote, QRectF(margin + indent, rect.top(), width - indent, rect.height())
        block = block.next()

"""A layout that puts widgets side by side and goes on in a new line, optionally in equal columns."""

from __future__ import annotations

from PySide6.QtCore import QMargins, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """`column`: least width of a column in pixels; each item then takes as many whole columns as it needs, so that two
    such layouts of one width stand aligned. 0: items stand as wide as they wish."""

    def __init__(self, parent: QWidget | None = None, spacing: int = 8, column: int = 0) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._column = column
        self.setContentsMargins(QMargins(0, 0, 0, 0))
        self.setSpacing(spacing)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        margins = self.contentsMargins()
        inner = QRect(0, 0, width - margins.left() - margins.right(), 0)
        return self._arrange(inner, move=False) + margins.top() + margins.bottom()

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect.marginsRemoved(self.contentsMargins()), move=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        shown = [item.minimumSize() for item in self._items if not item.isEmpty()]
        return QSize(min(max((s.width() for s in shown), default=0), 240), max((s.height() for s in shown), default=0))

    def _arrange(self, rect: QRect, move: bool) -> int:
        """Place the items within `rect`; the height they take."""
        gap = self.spacing()
        columns = max(1, (rect.width() + gap) // (self._column + gap)) if self._column else 0
        step = (rect.width() + gap) / columns if columns else 0.0
        x, y, line = 0.0, 0, 0
        for item in self._items:
            if item.isEmpty():
                continue
            hint = item.sizeHint()
            width = float(min(hint.width(), rect.width()))
            if columns:
                width = min(columns, -(-(hint.width() + gap) // int(step))) * step - gap
            if x > 0 and x + width > rect.width() + 1:
                x, y, line = 0.0, y + line + gap // 2, 0
            height = item.heightForWidth(int(width)) if item.hasHeightForWidth() else hint.height()
            if move:
                item.setGeometry(QRect(rect.topLeft() + QPoint(round(x), y), QSize(int(width), height)))
            x += width + gap
            line = max(line, height)
        return y + line

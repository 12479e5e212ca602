"""A layout that puts widgets side by side and goes on in a new line, optionally in equal columns."""

from __future__ import annotations

from PySide6.QtCore import QMargins, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """`column`: least width of a column in pixels; each item then takes as many whole columns as it needs, so that two
    such layouts of one width stand aligned. 0: items stand as wide as they wish. `centred`: each line stands in the
    middle. It always fills a widget of its own: of one that lies in another layout PySide may drop the items."""

    def __init__(self, parent: QWidget, spacing: int = 8, column: int = 0, centred: bool = False) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._column = column
        self._centred = centred
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

    @property
    def line_width(self) -> int:
        """Pixels that all items take side by side."""
        shown = [item.sizeHint().width() for item in self._items if not item.isEmpty()]
        return sum(shown) + self.spacing() * max(0, len(shown) - 1)

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
        gap, y = self.spacing(), 0
        for line in self._lines(rect.width()):
            sizes = [self._size(item, rect.width()) for item in line]
            height = max(size.height() for size in sizes)
            spare = rect.width() - sum(size.width() for size in sizes) - gap * (len(line) - 1)
            x = float(max(0, spare // 2)) if self._centred else 0.0
            for item, size in zip(line, sizes, strict=True):
                if move:
                    item.setGeometry(QRect(rect.topLeft() + QPoint(round(x), y + self._drop(size, height)), size))
                x += size.width() + gap
            y += height + gap // 2
        return max(0, y - gap // 2)

    def _drop(self, size: QSize, height: int) -> int:
        """How far below the top of a line of this height an item stands: in columns at the top, else in its middle."""
        return 0 if self._column else (height - size.height()) // 2

    def _lines(self, width: int) -> list[list[QLayoutItem]]:
        """The items, cut into lines of at most this width."""
        lines: list[list[QLayoutItem]] = []
        taken = 0
        for item in self._items:
            if item.isEmpty():
                continue
            wanted = self._size(item, width).width()
            if not lines or taken + self.spacing() + wanted > width + 1:
                lines.append([])
                taken = -self.spacing()
            lines[-1].append(item)
            taken += self.spacing() + wanted
        return lines

    def _size(self, item: QLayoutItem, most: int) -> QSize:
        """What an item takes of a line of `most` pixels."""
        hint, gap = item.sizeHint(), self.spacing()
        width = min(hint.width(), most)
        if self._column:
            columns = max(1, (most + gap) // (self._column + gap))
            step = (most + gap) / columns
            width = int(min(columns, -(-(hint.width() + gap) // int(step))) * step - gap)
        return QSize(width, item.heightForWidth(width) if item.hasHeightForWidth() else hint.height())

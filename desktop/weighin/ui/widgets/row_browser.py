"""Rows that are picked out, and the chosen one beside them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from weighin.ui.theme import Theme
from weighin.ui.widgets.lane_chips import chip_icon
from weighin.ui.widgets.search_line import SearchLine
from weighin.ui.widgets.table import RowTable
from weighin.ui.widgets.throttle import Throttle

_SIDE_BY_SIDE = 760


class RowBrowser(QWidget):
    """`table` in the middle, in whose heads lanes are shown by their chips; `above` it what picks its rows out, and
    beside it, or below where there is little room, `detail`, all about the chosen row. News is taken in at most twice a
    second; the chosen row stays chosen. share: of the width that the rows have, of 100."""

    def __init__(
        self,
        theme: Theme,
        search: SearchLine,
        above: Sequence[QWidget],
        table: RowTable,
        detail: QWidget,
        share: int = 50,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.search, self.table = search, table
        self._theme = theme
        theme.changed.connect(self._paint_heads)
        self._paint_heads()
        self._news = Throttle(self.refresh, self)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for part in above:
            column.addWidget(part)
        column.addWidget(table, 1)
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.setHandleWidth(10)
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(left)
        self._split.addWidget(detail)
        self._split.setSizes([10 * share, 1000 - 10 * share])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.addWidget(self._split)
        search.textChanged.connect(lambda _text: self.refresh())
        table.follow_search(search)

    def refresh(self) -> None:
        """Pick the rows out again, now."""
        self._news.drop()

    def refresh_soon(self) -> None:
        """There is news of the rows."""
        self._news.ask()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = event.size().width() >= _SIDE_BY_SIDE
        self._split.setOrientation(Qt.Orientation.Horizontal if beside else Qt.Orientation.Vertical)

    def _paint_heads(self) -> None:
        self.table.show_icons({label: chip_icon(label, self._theme.colours) for label in "AB"})

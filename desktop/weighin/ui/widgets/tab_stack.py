"""The pages behind a row of tabs."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QStackedWidget, QWidget

from weighin.ui.widgets.page_scroll import PageScroll

_LINES = 15


class TabStack(QStackedWidget):
    """Takes the room there is, and asks for that of some lines of text, however much its pages hold: these scroll. So
    a page with much above its tabs scrolls only where the window is very low or the font very large."""

    def add_page(self, page: QWidget) -> None:
        """One more, behind the next tab."""
        self.addWidget(PageScroll(page))

    def hasHeightForWidth(self) -> bool:
        return False

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:
        return QSize(240, _LINES * self.fontMetrics().lineSpacing())

"""The pages behind a row of tabs."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QStackedWidget

_LINES = 15


class TabStack(QStackedWidget):
    """Takes the room there is, and asks for that of some lines of text, however much its pages hold: these scroll by
    themselves. So a page with much above its tabs scrolls only where the window is very low or the font very large."""

    def hasHeightForWidth(self) -> bool:
        return False

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:
        return QSize(240, _LINES * self.fontMetrics().lineSpacing())

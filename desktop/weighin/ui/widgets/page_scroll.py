"""A page that scrolls where the window is too small for it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from weighin.ui.widgets.least_height import least_height
from weighin.ui.widgets.tab_order import thread


class PageScroll(QScrollArea):
    """Gives `page` all the room there is, and never less than its texts need. Qt's own resizable scroll area would
    scroll as soon as a page is lower than it would like to be. Tab goes through the page as one reads."""

    def __init__(self, page: QWidget) -> None:
        super().__init__()
        self._page = page
        self._is_fitting = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(page)
        page.installEventFilter(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)

    def focusNextPrevChild(self, next: bool) -> bool:
        # Qt goes in the order in which things were made. What a page made late is put into its place.
        thread(self._page)
        return super().focusNextPrevChild(next)

    def _fit(self) -> None:
        # A page that gets another size may tell of it at once, by way of the scroll bars.
        if not self._is_fitting:
            self._is_fitting = True
            self._page.resize(self._size_of_page())
            self._is_fitting = False

    def _size_of_page(self) -> QSize:
        page, room = self._page, self.maximumViewportSize()
        least = page.minimumSizeHint().width()
        width, height = max(room.width(), least), room.height()
        if least > room.width():
            height -= self.horizontalScrollBar().sizeHint().height()
        if least_height(page, width) > height:
            width = max(room.width() - self.verticalScrollBar().sizeHint().width(), least)
        return QSize(width, max(height, least_height(page, width)))

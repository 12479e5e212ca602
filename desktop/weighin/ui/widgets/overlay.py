"""A drawer that lies over a page, so that nothing under it moves when it comes or goes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRect
from PySide6.QtWidgets import QWidget

# As the page keeps its content off its edges.
_BESIDE, _ABOVE, _BELOW = 14, 12, 8


class Overlay(QObject):
    """Keeps `drawer` over the right side of `host`. `room`: how far down it may reach, in pixels of the host."""

    def __init__(self, host: QWidget, drawer: QWidget, width: int, room: Callable[[], int]) -> None:
        super().__init__(drawer)
        self._host, self._drawer, self._width, self._room = host, drawer, width, room
        shown = not drawer.isHidden()
        drawer.setParent(host)
        drawer.setVisible(shown)
        host.installEventFilter(self)
        drawer.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.LayoutRequest):
            self._place()
        return False

    def _place(self) -> None:
        if self._drawer.isHidden():
            return
        wanted = max(self._width, self._drawer.minimumSizeHint().width())
        width = min(wanted, self._host.width() - 2 * _BESIDE)
        # Where the host is low it reaches further down: all of it can be used.
        least = min(self._drawer.minimumSizeHint().height(), self._host.height() - _ABOVE - _BELOW)
        height = max(least, self._room() - _ABOVE - _BELOW)
        place = QRect(self._host.width() - width - _BESIDE, _ABOVE, width, height)
        if self._drawer.geometry() != place:
            self._drawer.setGeometry(place)
            layout = self._drawer.layout()
            if layout is not None:
                layout.setGeometry(self._drawer.contentsRect())  # Qt tells no layout of a size that came with showing
        self._drawer.raise_()

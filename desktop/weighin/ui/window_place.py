"""Windows that fit the screen on which they open."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, QTimer
from PySide6.QtWidgets import QApplication, QStyle, QWidget

# A window manager takes a moment to put its frame around a new window.
_FRAME_MS = 250
_WHOLE = Qt.WindowState.WindowMaximized | Qt.WindowState.WindowFullScreen


class FirstPlace(QObject):
    """Gives `window` a size that leaves it whole on its screen, beside panels and with its frame.

    wanted: the size where there is room. How large the frame is shows only with the window: then it is looked at again,
    also where an earlier size was restored meanwhile."""

    def __init__(self, window: QWidget, wanted: QSize) -> None:
        super().__init__(window)
        self._window = window
        title = window.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight, None, window)
        room = window.screen().availableGeometry().size() - QSize(0, title)
        window.setMinimumSize(window.minimumSize().boundedTo(room))
        window.resize(wanted.boundedTo(room))
        window.installEventFilter(self)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        # What was on a screen that is gone comes to another one, which may be smaller.
        app.screenRemoved.connect(self._fit_later)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show:
            watched.removeEventFilter(self)
            self._fit_later()
        return False

    def _fit_later(self) -> None:
        QTimer.singleShot(_FRAME_MS, self, self._fit)

    def _fit(self) -> None:
        window = self._window
        if window.windowState() & _WHOLE:
            return
        frame, inner = window.frameGeometry(), window.geometry()
        fitting = within(frame, window.screen().availableGeometry())
        if fitting != frame:
            corner = fitting.topLeft() + (inner.topLeft() - frame.topLeft())
            size = inner.size() - (frame.size() - fitting.size())
            window.setMinimumSize(window.minimumSize().boundedTo(size))
            window.setGeometry(QRect(corner, size))


def within(frame: QRect, room: QRect) -> QRect:
    """`frame`, moved and made smaller as little as it takes to lie in `room`."""
    size = frame.size().boundedTo(room.size())
    last = QPoint(room.right() + 1 - size.width(), room.bottom() + 1 - size.height())
    return QRect(
        QPoint(max(room.left(), min(frame.left(), last.x())), max(room.top(), min(frame.top(), last.y()))), size
    )

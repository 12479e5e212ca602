"""Whether the user is doing something in the window just now."""

from __future__ import annotations

import time

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal

_ACTS = (QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel, QEvent.Type.TouchBegin)
_QUIET_S = 0.8


class UserActivity(QObject):
    """`seen` follows every key, click and turn of a wheel while somebody listens; nothing is looked at otherwise."""

    seen = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._listening = False
        self._last = float("-inf")

    @property
    def is_quiet(self) -> bool:
        """Whether nothing was done for most of a second."""
        return time.monotonic() - self._last >= _QUIET_S

    def listen(self, wanted: bool) -> None:
        """Begin or end to look at what the user does."""
        application = QCoreApplication.instance()
        if application is None or wanted == self._listening:
            return
        self._listening = wanted
        if wanted:
            application.installEventFilter(self)
        else:
            application.removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() in _ACTS:
            self._last = time.monotonic()
            self.seen.emit()
        return False

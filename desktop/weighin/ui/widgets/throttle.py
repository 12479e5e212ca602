"""What news is shown only so often."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


class Throttle(QObject):
    """Does `action` at once when it is asked for, and at most once in `ms` milliseconds however often that is: the last
    of what was asked is always done."""

    def __init__(self, action: Callable[[], None], parent: QObject, ms: int = 500) -> None:
        super().__init__(parent)
        self._action, self._asked = action, False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(ms)
        self._pause.timeout.connect(self._catch_up)

    def ask(self) -> None:
        """There is news."""
        if self._pause.isActive():
            self._asked = True
        else:
            self._do()

    def drop(self) -> None:
        """What waits is not wanted any more."""
        self._asked = False

    def _catch_up(self) -> None:
        if self._asked:
            self._do()

    def _do(self) -> None:
        self._asked = False
        self._pause.start()
        self._action()

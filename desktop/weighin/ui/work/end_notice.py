"""Tells that something long has ended to somebody who looks elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget

from weighin.core import format

if TYPE_CHECKING:
    from weighin.ui.parts import Parts
    from weighin.ui.work.running_work import RunningWork

_LONG_S = 30.0


class EndNotice(QObject):
    """A mark on the window in the task bar, and a notification of the desktop. It holds no names and no answers: other
    people may see it, and a blind round goes on until the vote."""

    def __init__(self, work: RunningWork, parts: Parts, window: QWidget) -> None:
        super().__init__(window)
        self._parts, self._window = parts, window
        work.ended.connect(self._tell)

    def _tell(self, sentence: str, seconds: float) -> None:
        if seconds > _LONG_S and not self._window.isActiveWindow():
            QApplication.alert(self._window)
            self._parts.notifier.tell("Weigh-In", f"{sentence}. It took {format.elapsed(seconds)}.")

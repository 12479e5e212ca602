"""Compares two texts away from the window's thread."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from weighin.core.comparisons.text_difference import TextDifference, text_difference
from weighin.services.tasks import Failed, TaskRunner


class Reading(QObject):
    """One pair of texts at a time."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = TaskRunner(1, self)

    def compare(self, a: str, b: str, done: Callable[[TextDifference], None], failed: Failed) -> None:
        """Where they differ."""
        self._tasks.run(lambda: text_difference(a, b), done, failed)

    def close(self) -> None:
        """Nothing is delivered any more."""
        self._tasks.close()

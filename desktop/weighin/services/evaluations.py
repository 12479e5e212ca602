"""The stored evaluations for those with a window: every call returns at once, the answer comes later."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from weighin.core.evaluation import EvaluationRecord
from weighin.core.evaluation_row import EvaluationRow
from weighin.services.tasks import Failed


class Evaluations(QObject):
    """What the runner has kept, finished or not."""

    changed = Signal()  # a run was kept, went on, or was deleted
    damaged = Signal(str)  # a sentence: the database was moved aside, and where to

    def rows(self, done: Callable[[tuple[EvaluationRow, ...]], None], failed: Failed) -> None:
        """All runs in short, the newest first."""
        raise NotImplementedError

    def load(self, identifier: str, done: Callable[[EvaluationRecord], None], failed: Failed) -> None:
        """One run, whole."""
        raise NotImplementedError

    def delete(self, identifiers: tuple[str, ...], done: Callable[[None], None], failed: Failed) -> None:
        """Forget runs; `changed` follows. The one that goes on now is spared."""
        raise NotImplementedError

    def close(self) -> None:
        """Finish what is being written and close the database."""
        raise NotImplementedError

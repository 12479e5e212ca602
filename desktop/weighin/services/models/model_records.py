"""The database of models for those with a window: one thread owns it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from weighin.services.tasks import Done, Failed, TaskRunner

if TYPE_CHECKING:
    from weighin.store.models import ModelStore


class ModelRecords(QObject):
    """Runs work on the store in order; what else touches the disk for the shelf may share its thread."""

    notice = Signal(str)  # a sentence on what is kept: it was damaged, or cannot be read by this version

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._store: ModelStore | None = None
        self._tasks = TaskRunner(1, self)

    def run(self, work: Callable[[ModelStore], Any], done: Done, failed: Failed) -> None:
        """Call `work(store)` on the thread, then `done(result)` or `failed(error)`."""
        self._tasks.run(lambda: work(self._opened()), done, failed)

    def close(self) -> None:
        """Finish what is being written and close the database."""
        self._tasks.close()
        if self._store is not None:
            self._store.close()

    def _opened(self) -> ModelStore:
        if self._store is None:
            # sqlite-utils takes a third of the program's start to import: not before the first paint.
            from weighin.store.database import open_database
            from weighin.store.models import ModelStore

            self._store = ModelStore(open_database(self._path, self.notice.emit))
        return self._store

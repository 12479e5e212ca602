"""What is kept: one thread and one connection to the database for the whole program."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, Signal

from weighin.services.task_runner import Done, Failed, TaskRunner

if TYPE_CHECKING:
    from weighin.store.stores import Stores

T = TypeVar("T")


class Records(QObject):
    """Work on the database is done in the order in which it is asked for: nothing is written out of order, and the
    window never waits for a disk."""

    notice = Signal(str)  # a sentence on what is kept: it was damaged, or cannot be read by this version

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._tasks = TaskRunner(1, self)

    def run(self, work: Callable[[Stores], Any], done: Done, failed: Failed) -> None:
        """Call `work(stores)` on the thread, then `done(result)` or `failed(error)` on this object's. What takes long
        and is not the database's belongs elsewhere: others wait."""
        self._tasks.run(lambda: work(self._stores), done, failed)

    def wait(self, work: Callable[[Stores], T]) -> T:
        """The result of `work(stores)`, in its turn. Only from a thread that may wait, never from the window's."""
        found: T = self._tasks.wait(lambda: work(self._stores))
        return found

    def close(self) -> None:
        """Finish what is being written and close the database. Who waits on a thread of its own is closed before."""
        self._tasks.close()
        if "_stores" in vars(self):
            self._stores.close()

    @cached_property
    def _stores(self) -> Stores:
        """Opened at the first need, on the thread. Raises AppError."""
        # sqlite-utils takes a third of the program's start to import: not before the first paint.
        from weighin.store.database import open_database
        from weighin.store.stores import Stores

        return Stores(open_database(self._path, self.notice.emit))

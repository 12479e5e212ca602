"""The votes for those with a window: every call returns at once, the answer comes later."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from weighin.core.comparisons.blind import Tally, Vote, tallies
from weighin.services.tasks import Failed, TaskRunner

if TYPE_CHECKING:
    from weighin.store.votes import VoteStore


class Votes(QObject):
    """One thread owns the database. `changed`: a vote was kept."""

    changed = Signal()
    notice = Signal(str)  # a sentence on what is kept: it was damaged, or cannot be read by this version

    def __init__(self, database: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = database
        self._store: VoteStore | None = None
        self._tasks = TaskRunner(1, self)

    def add(self, vote: Vote, done: Callable[[tuple[Tally, ...]], None], failed: Failed) -> None:
        """Keep a vote, then all tallies with it. One on a comparison that was voted on before changes nothing."""

        def work() -> tuple[Tally, ...]:
            self._opened().add(vote)
            return tallies(self._opened().votes())

        def kept(found: tuple[Tally, ...]) -> None:
            self.changed.emit()
            done(found)

        self._tasks.run(work, kept, failed)

    def of(self, comparison: str, done: Callable[[tuple[Vote, ...]], None], failed: Failed) -> None:
        """The vote on one comparison, as a tuple of at most one."""
        self._tasks.run(lambda: self._opened().of(comparison), done, failed)

    def tallies(self, done: Callable[[tuple[Tally, ...]], None], failed: Failed) -> None:
        """One tally a pair of models, the pair with the latest vote last."""
        self._tasks.run(lambda: tallies(self._opened().votes()), done, failed)

    def close(self) -> None:
        """Finish what is being written and close the database."""
        self._tasks.close()
        if self._store is not None:
            self._store.close()

    def _opened(self) -> VoteStore:
        """The store; opened at the first need, on the task thread. Raises AppError."""
        if self._store is None:
            # sqlite-utils takes a third of the program's start to import: not before the first paint.
            from weighin.store.database import open_database
            from weighin.store.votes import VoteStore

            self._store = VoteStore(open_database(self._path, self.notice.emit))
        return self._store

"""The history for those with a window: every call returns at once, the answer comes later."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from weighin.core.comparisons.comparison import Comparison, HistoryRow
from weighin.core.comparisons.finished import finished
from weighin.core.comparisons.slowdown import fits
from weighin.core.computer.hardware import MachineFacts
from weighin.core.runs.lane import Mode
from weighin.services.tasks import Failed, TaskRunner

if TYPE_CHECKING:
    from weighin.store.comparisons import ComparisonStore
    from weighin.store.speed_tests import SpeedTestStore


class History(QObject):
    """One thread owns the database: the window never waits for a disk, and nothing is written out of order."""

    changed = Signal()
    completed = Signal(object)  # Comparison: kept, with something that only earlier ones could tell
    notice = Signal(str)  # a sentence on what is kept: it was damaged, or cannot be read by this version

    def __init__(
        self, path: Path, machine: Callable[[], MachineFacts | None] = lambda: None, parent: QObject | None = None
    ) -> None:
        """`machine`: which computer this is; asked on the thread that writes."""
        super().__init__(parent)
        self._path, self._machine = path, machine
        self._store: ComparisonStore | None = None
        self._tasks = TaskRunner(1, self)

    def save(self, comparison: Comparison, done: Callable[[None], None], failed: Failed) -> None:
        """Keep a comparison, finished by what earlier ones tell; `changed` follows, and `completed` where that was
        something."""

        def work() -> Comparison:
            store = self._opened()
            kept = finished(comparison, self._machine(), store.alone_of, self._speed_tests().add_known)
            store.save(kept)
            return kept

        def saved(kept: Comparison) -> None:
            self.changed.emit()
            if (kept.slowdowns, kept.results) != (comparison.slowdowns, comparison.results):
                self.completed.emit(kept)
            done(None)

        self._tasks.run(work, saved, failed)

    def with_speed_tests(self, comparison: Comparison, done: Callable[[Comparison], None], failed: Failed) -> None:
        """The comparison with the speed tests that are kept of its models."""
        self._tasks.run(lambda: self._speed_tests().add_known(comparison, self._here(comparison)), done, failed)

    def keep_speed_tests(self, comparison: Comparison, done: Callable[[None], None], failed: Failed) -> None:
        """Keep the speed tests of a comparison for later ones."""
        self._tasks.run(lambda: self._speed_tests().keep(comparison, self._here(comparison)), done, failed)

    def amend(self, comparison: Comparison, failed: Failed) -> None:
        """More is known of the answers of a comparison: keep that, where it was not deleted; `completed` follows."""

        def work() -> Comparison:
            made = dataclasses.replace(comparison, machine=self._here(comparison))
            self._opened().set_results(made)
            return made

        self._tasks.run(work, self.completed.emit, failed)

    def hold_against(self, together: Comparison, alone: Comparison, failed: Failed) -> None:
        """Keep what running together cost, by a measurement alone that was made for it; `completed` follows where it
        serves."""

        def work() -> Comparison | None:
            here = self._machine()
            by = finished(alone, here)
            kept = finished(together, here, lambda made: by if fits(made, by) else None)
            if not kept.slowdowns:
                return None
            self._opened().set_slowdowns(kept)
            return kept

        def told(kept: Comparison | None) -> None:
            if kept is not None:
                self.completed.emit(kept)

        self._tasks.run(work, told, failed)

    def search(
        self, text: str, done: Callable[[tuple[HistoryRow, ...]], None], failed: Failed, limit: int = 500
    ) -> None:
        """Newest comparisons that contain all words of `text`."""
        self._tasks.run(lambda: self._opened().rows(text, limit), done, failed)

    def load(self, id: str, done: Callable[[Comparison], None], failed: Failed) -> None:
        """One comparison, whole."""
        self._tasks.run(lambda: self._opened().get(id), done, failed)

    def in_other_mode(self, comparison: Comparison, done: Callable[[Comparison | None], None], failed: Failed) -> None:
        """The newest comparison of the same pair with the same options in the mode that this one was not made in."""

        def work() -> Comparison | None:
            alone = comparison.request.mode is Mode.ALONE
            return (self._opened().together_of if alone else self._opened().alone_of)(comparison)

        self._tasks.run(work, done, failed)

    def delete(self, ids: tuple[str, ...], done: Callable[[None], None], failed: Failed) -> None:
        """Forget comparisons; `changed` follows."""
        self._write(lambda store: store.delete(ids), done, failed)

    def close(self) -> None:
        """Finish what is being written and close the database."""
        self._tasks.close()
        if self._store is not None:
            self._store.close()

    def _here(self, comparison: Comparison) -> MachineFacts | None:
        return comparison.machine or self._machine()

    def _speed_tests(self) -> SpeedTestStore:
        from weighin.store.speed_tests import SpeedTestStore

        return SpeedTestStore(self._opened().database)

    def _opened(self) -> ComparisonStore:
        """The store; opened at the first need, on the task thread. Raises AppError."""
        if self._store is None:
            # sqlite-utils takes a third of the program's start to import: not before the first paint.
            from weighin.store.comparisons import ComparisonStore
            from weighin.store.database import open_database

            self._store = ComparisonStore(open_database(self._path, self.notice.emit))
        return self._store

    def _write(self, work: Callable[[ComparisonStore], None], done: Callable[[None], None], failed: Failed) -> None:
        def succeeded(_: None) -> None:
            self.changed.emit()
            done(None)

        self._tasks.run(lambda: work(self._opened()), succeeded, failed)

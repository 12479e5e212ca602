"""Runs that are kept, as they stand now: one that somebody works on is running, whatever the database says it would be
if that process died."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from weighin.core.errors import AppError
from weighin.core.runs.run_state import RunState
from weighin.services.files import write_file
from weighin.services.processes import owner
from weighin.services.records import Records
from weighin.services.task_runner import Failed, TaskRunner

if TYPE_CHECKING:
    from weighin.store.stores import Stores

Done = Callable[[None], None]
# A store of runs: its rows and records have id, state, can_resume and (rows) elsewhere.
RunStore = Any


def kept_rows(store: RunStore, text: str = "", limit: int = 500) -> tuple[Any, ...]:
    """As the store's own rows, with who is running. Raises AppError."""
    owners = store.owners()
    return tuple(_row_now(row, owners.get(row.id, "")) for row in store.rows(text, limit))


def record_now(record: Any, store: RunStore) -> Any:
    """A kept record as it stands now. Raises AppError."""
    return replace(record, state=RunState.RUNNING) if owner.is_at_work(store.owner(record.id)) else record


def _row_now(row: Any, who: str) -> Any:
    if not owner.is_at_work(who):
        return row
    return replace(row, state=RunState.RUNNING, can_resume=False, elsewhere=not owner.is_this(who))


class RunHistory(QObject):
    """The kept runs of one kind for those with a window: every call returns at once, the answer comes later.

    `changed`: another answer of `rows`."""

    changed = Signal()

    def __init__(
        self, records: Records, store: Callable[[Stores], RunStore], what: str, parent: QObject | None = None
    ) -> None:
        """what: as a sentence calls one: "evaluation"."""
        super().__init__(parent)
        self._records, self._store, self._what = records, store, what
        self._files = TaskRunner(1, self)

    def rows(self, done: Callable[[tuple[Any, ...]], None], failed: Failed) -> None:
        """All runs in short, the newest first."""
        self._records.run(lambda stores: kept_rows(self._store(stores)), done, failed)

    def delete(self, identifiers: tuple[str, ...], done: Done, failed: Failed) -> None:
        """Forget runs, but not one that goes on; `changed` follows."""

        def work(stores: Stores) -> None:
            store = self._store(stores)
            for identifier in identifiers:
                if owner.is_at_work(store.owner(identifier)):
                    raise AppError(f"This {self._what} is running: stop it first.", kind="running")
            store.delete(identifiers)

        self._change(work, done, failed)

    def write(self, path: str, make: Callable[[], bytes], done: Done, failed: Failed) -> None:
        """Make a file's content and write it, whole or not at all, away from the window's thread."""
        self._files.run(lambda: write_file(Path(path), make()), done, failed)

    def take_up(self, identifier: str, done: Callable[[Any], None], failed: Failed) -> None:
        """A kept run, to go on with; `changed` follows. Fails where another process works on it."""

        def work(stores: Stores) -> Any:
            store = self._store(stores)
            run = store.get(identifier)
            before = store.owner(run.id)
            if owner.is_another(before) or not store.own(run.id, owner.this_process(), before):
                raise AppError("This run is in progress in another window.", kind="running")
            return run

        def taken(run: Any) -> None:
            self.changed.emit()
            done(run)

        self._records.run(work, taken, failed)

    def when_written(self, done: Callable[[], None]) -> None:
        """Call `done` after all that was asked of this before it has succeeded or failed."""
        self._records.run(lambda _: None, lambda _: done(), lambda _: done())

    def release(self, run: Any, done: Done, failed: Failed) -> None:
        """Give a run back that was taken up and not gone on with; `changed` follows."""
        self._change(lambda stores: self._store(stores).release(run.id, run.state), done, failed)

    def close(self) -> None:
        """Finish the files that are being written."""
        self._files.close()

    def _change(self, work: Callable[[Stores], None], done: Done, failed: Failed) -> None:
        def succeeded(_: None) -> None:
            self.changed.emit()
            done(None)

        self._records.run(work, succeeded, failed)

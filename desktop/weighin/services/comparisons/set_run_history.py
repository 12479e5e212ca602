"""Kept runs of prompt sets for those with a window: every call returns at once, the answer comes later."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from weighin.core.errors import AppError
from weighin.core.prompts.prompt_set import StoredRun
from weighin.core.prompts.report import run_text
from weighin.core.prompts.set_run_row import SetRunRow
from weighin.services.files import write_text
from weighin.services.records import Records
from weighin.services.task_runner import Failed, TaskRunner

if TYPE_CHECKING:
    from weighin.store.stores import Stores


class SetRunHistory(QObject):
    """`changed`: another answer of `rows`."""

    changed = Signal()

    def __init__(self, records: Records, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._records = records
        self._files = TaskRunner(1, self)

    def rows(self, done: Callable[[tuple[SetRunRow, ...]], None], failed: Failed) -> None:
        """All runs in short, the newest first."""
        self._records.run(lambda stores: stores.prompt_sets.rows(), done, failed)

    def load(self, identifier: str, done: Callable[[StoredRun], None], failed: Failed) -> None:
        """One run, with what each prompt gave."""

        def work(stores: Stores) -> StoredRun:
            if (found := stores.prompt_sets.run(identifier)) is None:
                raise AppError("This run is no longer kept: only the latest 50 are.", kind="missing")
            return found

        self._records.run(work, done, failed)

    def delete(self, identifiers: tuple[str, ...], done: Callable[[None], None], failed: Failed) -> None:
        """Forget runs; their comparisons stay in History. `changed` follows."""

        def deleted(_: None) -> None:
            self.changed.emit()
            done(None)

        self._records.run(lambda stores: stores.prompt_sets.delete_runs(identifiers), deleted, failed)

    def export(self, record: StoredRun, kind: str, path: str, done: Callable[[None], None], failed: Failed) -> None:
        """Write a run to a file, whole or not at all. kind: one of core.exports.EXPORTS."""
        self._files.run(lambda: write_text(Path(path), run_text(record, kind)), done, failed)

    def close(self) -> None:
        """Finish the files that are being written."""
        self._files.close()

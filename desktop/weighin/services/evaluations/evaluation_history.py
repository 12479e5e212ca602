"""The kept evaluations for those with a window: every call returns at once, the answer comes later."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from weighin.core.errors import AppError
from weighin.core.evaluations.evaluation import EvaluationRecord, ItemResult
from weighin.core.evaluations.stored_evaluation import EvaluationRow, StoredEvaluation, StoredLane
from weighin.core.exports import evaluation_text
from weighin.core.runs.lane import EngineFacts
from weighin.services.evaluations.kept_runs import is_running, kept_record, kept_rows
from weighin.services.files import write_file, write_text
from weighin.services.processes import owner
from weighin.services.records import Records
from weighin.services.task_runner import Failed, TaskRunner

if TYPE_CHECKING:
    from weighin.store.stores import Stores

Done = Callable[[None], None]


class EvaluationHistory(QObject):
    """`changed`: another answer of `rows`."""

    changed = Signal()

    def __init__(self, records: Records, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._records = records
        self._files = TaskRunner(1, self)

    def rows(self, done: Callable[[tuple[EvaluationRow, ...]], None], failed: Failed) -> None:
        """All runs in short, the newest first."""
        self._records.run(lambda stores: kept_rows(stores.evaluations), done, failed)

    def load(self, identifier: str, done: Callable[[EvaluationRecord], None], failed: Failed) -> None:
        """One evaluation, whole; a beginning of its id will do."""
        self._records.run(lambda stores: kept_record(stores.evaluations, identifier), done, failed)

    def delete(self, identifiers: tuple[str, ...], done: Done, failed: Failed) -> None:
        """Forget evaluations, but not one that goes on; `changed` follows."""

        def work(stores: Stores) -> None:
            for identifier in identifiers:
                if is_running(stores.evaluations.owner(identifier)):
                    raise AppError("This evaluation is running: stop it first.", kind="running")
            stores.evaluations.delete(identifiers)

        self._change(work, done, failed)

    def export(self, record: EvaluationRecord, kind: str, path: str, done: Done, failed: Failed) -> None:
        """Write a run to a file, whole or not at all. kind: one of core.exports.EXPORTS."""
        self._files.run(lambda: write_text(Path(path), evaluation_text(record, kind)), done, failed)

    def write(self, path: str, make: Callable[[], bytes], done: Done, failed: Failed) -> None:
        """Make a file's content and write it, whole or not at all, away from the window's thread."""
        self._files.run(lambda: write_file(Path(path), make()), done, failed)

    def begin(self, run: StoredEvaluation, done: Done, failed: Failed) -> None:
        """Keep a new run; this process works on it."""
        self._change(lambda stores: stores.evaluations.begin(run, owner.this_process()), done, failed)

    def take_up(self, identifier: str, done: Callable[[StoredEvaluation], None], failed: Failed) -> None:
        """A kept run, to go on with; `changed` follows. Fails where another process works on it."""

        def work(stores: Stores) -> StoredEvaluation:
            store = stores.evaluations
            run = store.get(identifier)
            before = store.owner(run.id)
            if owner.is_another(before) or not store.own(run.id, owner.this_process(), before):
                raise AppError("This run is in progress in another window.", kind="running")
            return run

        def taken(run: StoredEvaluation) -> None:
            self.changed.emit()
            done(run)

        self._records.run(work, taken, failed)

    def add(
        self, identifier: str, lane: StoredLane, results: Sequence[tuple[ItemResult, bool]], done: Done, failed: Failed
    ) -> None:
        """Keep answers, each with whether it is right."""
        self._records.run(lambda stores: stores.evaluations.add(identifier, lane, results), done, failed)

    def keep_engine(self, identifier: str, engine: EngineFacts) -> None:
        """Keep which engine a run began with. Where that fails, so does the next answer, which is told."""
        self._records.run(
            lambda stores: stores.evaluations.keep_engine(identifier, engine), lambda _: None, lambda _: None
        )

    def when_written(self, done: Callable[[], None]) -> None:
        """Call `done` after all that was asked of this before it has succeeded or failed."""
        self._records.run(lambda _: None, lambda _: done(), lambda _: done())

    def finish(self, record: EvaluationRecord, lanes: Sequence[StoredLane], done: Done, failed: Failed) -> None:
        """Keep how a run ended; `changed` follows."""
        self._change(lambda stores: stores.evaluations.finish(record, lanes), done, failed)

    def release(self, run: StoredEvaluation, done: Done, failed: Failed) -> None:
        """Give a run back that was taken up and not gone on with; `changed` follows."""
        self._change(lambda stores: stores.evaluations.release(run.id, run.state), done, failed)

    def close(self) -> None:
        """Finish the files that are being written."""
        self._files.close()

    def _change(self, work: Callable[[Stores], None], done: Done, failed: Failed) -> None:
        def succeeded(_: None) -> None:
            self.changed.emit()
            done(None)

        self._records.run(work, succeeded, failed)

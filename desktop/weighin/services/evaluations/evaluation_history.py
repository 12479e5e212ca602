"""The kept evaluations for those with a window: every call returns at once, the answer comes later."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from weighin.core.comparisons.blind import contender
from weighin.core.comparisons.comparison import Comparison
from weighin.core.errors import AppError
from weighin.core.evaluations.evaluation import EvaluationRecord, ItemResult, RunState
from weighin.core.evaluations.stored_evaluation import EvaluationRow, StoredEvaluation, StoredLane
from weighin.core.exports import evaluation_text
from weighin.core.runs.lane import EngineFacts
from weighin.services.evaluations.kept_runs import is_running, kept_record, kept_rows
from weighin.services.files import write_text
from weighin.services.processes import owner
from weighin.services.tasks import Failed, TaskRunner

if TYPE_CHECKING:
    from weighin.store.evaluations import EvaluationStore

Done = Callable[[None], None]


class Evaluations(QObject):
    """One thread owns the database: nothing is written out of order."""

    changed = Signal()  # another answer of `rows`
    notice = Signal(str)  # a sentence on what is kept: it was damaged, or cannot be read by this version

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._store: EvaluationStore | None = None
        self._tasks = TaskRunner(1, self)

    def rows(self, done: Callable[[tuple[EvaluationRow, ...]], None], failed: Failed) -> None:
        """All runs in short, the newest first."""
        self._tasks.run(lambda: kept_rows(self._opened()), done, failed)

    def load(self, identifier: str, done: Callable[[EvaluationRecord], None], failed: Failed) -> None:
        """One evaluation, whole; a beginning of its id will do."""
        self._tasks.run(lambda: kept_record(self._opened(), identifier), done, failed)

    def latest_of(self, comparison: Comparison, done: Callable[[EvaluationRecord | None], None]) -> None:
        """The newest finished evaluation of the two models of a comparison; None where there is none."""
        keys = sorted(contender(result.setup.model).key for result in comparison.results)

        def work() -> EvaluationRecord | None:
            store = self._opened()
            rows = (row for row in store.rows() if sorted(contender(lane.model).key for lane in row.lanes) == keys)
            row = next((row for row in rows if row.state is RunState.FINISHED), None)
            return store.get(row.id).record() if row else None

        self._tasks.run(work, done, lambda _: done(None))

    def delete(self, identifiers: tuple[str, ...], done: Done, failed: Failed) -> None:
        """Forget evaluations, but not one that goes on; `changed` follows."""

        def work() -> None:
            store = self._opened()
            for identifier in identifiers:
                if is_running(store.owner(identifier)):
                    raise AppError("This evaluation is going on: stop it first.", kind="running")
            store.delete(identifiers)

        self._change(work, done, failed)

    def export(self, record: EvaluationRecord, kind: str, path: str, done: Done, failed: Failed) -> None:
        """Write a run to a file, whole or not at all. kind: one of core.exports.EXPORTS."""
        self._tasks.run(lambda: write_text(Path(path), evaluation_text(record, kind)), done, failed)

    def begin(self, run: StoredEvaluation, done: Done, failed: Failed) -> None:
        """Keep a new run; this process works on it."""
        self._change(lambda: self._opened().begin(run, owner.this_process()), done, failed)

    def take_up(self, identifier: str, done: Callable[[StoredEvaluation], None], failed: Failed) -> None:
        """A kept run, to go on with; `changed` follows. Fails where another process works on it."""

        def work() -> StoredEvaluation:
            store = self._opened()
            run = store.get(identifier)
            before = store.owner(run.id)
            if owner.is_another(before) or not store.own(run.id, owner.this_process(), before):
                raise AppError("This run is going on in another window of the program.", kind="running")
            return run

        def taken(run: StoredEvaluation) -> None:
            self.changed.emit()
            done(run)

        self._tasks.run(work, taken, failed)

    def add(
        self, identifier: str, lane: StoredLane, results: Sequence[tuple[ItemResult, bool]], done: Done, failed: Failed
    ) -> None:
        """Keep answers, each with whether it is right."""
        self._tasks.run(lambda: self._opened().add(identifier, lane, results), done, failed)

    def keep_engine(self, identifier: str, engine: EngineFacts) -> None:
        """Keep which engine a run began with. Where that fails, so does the next answer, which is told."""
        self._tasks.run(lambda: self._opened().keep_engine(identifier, engine), lambda _: None, lambda _: None)

    def when_written(self, done: Callable[[], None]) -> None:
        """Call `done` after all that was asked of this before it has succeeded or failed."""
        self._tasks.run(lambda: None, lambda _: done(), lambda _: done())

    def finish(self, record: EvaluationRecord, lanes: Sequence[StoredLane], done: Done, failed: Failed) -> None:
        """Keep how a run ended; `changed` follows."""
        self._change(lambda: self._opened().finish(record, lanes), done, failed)

    def release(self, run: StoredEvaluation, done: Done, failed: Failed) -> None:
        """Give a run back that was taken up and not gone on with; `changed` follows."""
        self._change(lambda: self._opened().release(run.id, run.state), done, failed)

    def digest(self, path: str, size: int, mtime_ns: int) -> str | None:
        """A sha256 computed earlier. From a thread of one's own: it waits for the database."""
        return self._tasks.wait(lambda: self._opened().digest(path, size, mtime_ns))

    def keep_digest(self, path: str, size: int, mtime_ns: int, sha256: str) -> None:
        """Remember a computed sha256. From a thread of one's own: it waits for the database."""
        self._tasks.wait(lambda: self._opened().keep_digest(path, size, mtime_ns, sha256))

    def close(self) -> None:
        """Finish what is being written and close the database."""
        self._tasks.close()
        if self._store is not None:
            self._store.close()

    def _opened(self) -> EvaluationStore:
        """The store; opened at the first need, on the task thread. Raises AppError."""
        if self._store is None:
            # sqlite-utils takes a third of the program's start to import: not before the first paint.
            from weighin.store.database import open_database
            from weighin.store.evaluations import EvaluationStore

            self._store = EvaluationStore(open_database(self._path, self.notice.emit))
        return self._store

    def _change(self, work: Callable[[], None], done: Done, failed: Failed) -> None:
        def succeeded(_: None) -> None:
            self.changed.emit()
            done(None)

        self._tasks.run(work, succeeded, failed)

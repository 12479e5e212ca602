"""The kept evaluations for those with a window: every call returns at once, the answer comes later."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject

from weighin.core.evaluations.evaluation import EvaluationRecord, ItemResult
from weighin.core.evaluations.stored_evaluation import StoredEvaluation, StoredLane
from weighin.core.exports import evaluation_text
from weighin.core.runs.lane import EngineFacts
from weighin.services.evaluations.kept_runs import kept_record
from weighin.services.files import write_text
from weighin.services.lanes.kept_runs import Done, RunHistory
from weighin.services.processes import owner
from weighin.services.records import Records
from weighin.services.task_runner import Failed


class EvaluationHistory(RunHistory):
    """rows: of EvaluationRow; what is taken up: a StoredEvaluation."""

    def __init__(self, records: Records, parent: QObject | None = None) -> None:
        super().__init__(records, lambda stores: stores.evaluations, "evaluation", parent)

    def load(self, identifier: str, done: Callable[[EvaluationRecord], None], failed: Failed) -> None:
        """One evaluation, whole; a beginning of its id will do."""
        self._records.run(lambda stores: kept_record(stores.evaluations, identifier), done, failed)

    def export(self, record: EvaluationRecord, kind: str, path: str, done: Done, failed: Failed) -> None:
        """Write a run to a file, whole or not at all. kind: one of core.exports.EXPORTS."""
        self._files.run(lambda: write_text(Path(path), evaluation_text(record, kind)), done, failed)

    def begin(self, run: StoredEvaluation, done: Done, failed: Failed) -> None:
        """Keep a new run; this process works on it."""
        self._change(lambda stores: stores.evaluations.begin(run, owner.this_process()), done, failed)

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

    def finish(self, record: EvaluationRecord, lanes: Sequence[StoredLane], done: Done, failed: Failed) -> None:
        """Keep how a run ended; `changed` follows."""
        self._change(lambda stores: stores.evaluations.finish(record, lanes), done, failed)

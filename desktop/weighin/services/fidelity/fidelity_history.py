"""The kept measurements of fidelity for those with a window: every call returns at once, the answer comes later."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from weighin.core.exports import fidelity_text
from weighin.core.fidelity.fidelity import BaseChunk, FidelityRecord, OtherChunk
from weighin.services.files import write_text
from weighin.services.lanes.kept_runs import Done, RunHistory, record_now
from weighin.services.processes import owner
from weighin.services.records import Records
from weighin.services.task_runner import Failed

if TYPE_CHECKING:
    from weighin.store.fidelity import FidelityStore


def kept_fidelity(store: FidelityStore, identifier: str) -> FidelityRecord:
    """The one measurement whose id begins with `identifier`, whole, as it stands now. Raises AppError."""
    found: FidelityRecord = record_now(store.get(identifier), store)
    return found


class FidelityHistory(RunHistory):
    """rows: of FidelityRow; what is taken up: a FidelityRecord."""

    def __init__(self, records: Records, parent: QObject | None = None) -> None:
        super().__init__(records, lambda stores: stores.fidelity, "measurement", parent)

    def load(self, identifier: str, done: Callable[[FidelityRecord], None], failed: Failed) -> None:
        """One measurement, whole; a beginning of its id will do."""
        self._records.run(lambda stores: kept_fidelity(stores.fidelity, identifier), done, failed)

    def export(self, record: FidelityRecord, kind: str, path: str, done: Done, failed: Failed) -> None:
        """Write a measurement to a file, whole or not at all. kind: one of core.exports.EXPORTS."""
        self._files.run(lambda: write_text(Path(path), fidelity_text(record, kind)), done, failed)

    def begin(self, record: FidelityRecord, done: Done, failed: Failed) -> None:
        """Keep a new measurement; this process works on it."""
        self._change(lambda stores: stores.fidelity.begin(record, owner.this_process()), done, failed)

    def add(
        self,
        record: FidelityRecord,
        base: Sequence[tuple[int, BaseChunk]],
        others: Sequence[tuple[int, OtherChunk]],
        done: Done,
        failed: Failed,
    ) -> None:
        """Keep chunks, those of BASE with their place in the order of reading, those of OTHERs with the number of the
        model, from 0, and what `record` says beside them."""
        self._records.run(lambda stores: stores.fidelity.add(record, base, others), done, failed)

    def finish(self, record: FidelityRecord, done: Done, failed: Failed) -> None:
        """Keep how it ended; `changed` follows."""
        self._change(lambda stores: stores.fidelity.finish(record), done, failed)

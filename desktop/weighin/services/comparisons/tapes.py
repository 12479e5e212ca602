"""Gathers what is known of a pair of models: the other mode, votes, an evaluation, the machine."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject

from weighin import __version__
from weighin.core.comparisons.blind import Tally, contender, tallies
from weighin.core.comparisons.comparison import Comparison
from weighin.core.computer.hardware import Hardware, MachineFacts, machine_of
from weighin.core.errors import AppError
from weighin.core.evaluations.stored_evaluation import EvaluationRow
from weighin.core.runs.lane import Mode
from weighin.core.tape import Tape, TapeSources, tape_of
from weighin.services.files import write_file
from weighin.services.lanes.kept_runs import kept_rows
from weighin.services.records import Records
from weighin.services.task_runner import Failed, TaskRunner

if TYPE_CHECKING:
    from weighin.store.stores import Stores

T = TypeVar("T")


class Tapes(QObject):
    """What cannot be read is left out: a tape is made of what there is."""

    def __init__(self, records: Records, hardware: Callable[[], Hardware], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._records, self._hardware = records, hardware
        self._tasks = TaskRunner(1, self)

    def make(self, comparison: Comparison, done: Callable[[Tape], None], failed: Failed) -> None:
        """The tape of the two models of a comparison. What is kept here was measured here, as far as it does not say
        otherwise, so nothing of it is told beside a record from another computer."""

        def work() -> Tape:
            here = machine_of(self._hardware())
            machine = comparison.machine or here
            if not machine.computes_like(here):
                return tape_of(_sources(comparison, None, None, None, machine))
            is_alone = comparison.request.mode is Mode.ALONE
            other = self._kept(
                lambda stores: (stores.comparisons.together_of if is_alone else stores.comparisons.alone_of)(comparison)
            )
            if other is not None and not (other.machine or machine).computes_like(machine):
                other = None
            keys = {contender(result.setup.model).key for result in comparison.results}
            pairs = tallies(self._kept(lambda stores: stores.votes.votes()) or ())
            tally = next((pair for pair in pairs if {pair.one.key, pair.two.key} == keys), None)
            rows = self._kept(lambda stores: kept_rows(stores.evaluations)) or ()
            row = next((row for row in rows if _models(row) == keys and all(lane.n for lane in row.lanes)), None)
            return tape_of(_sources(comparison, other, tally, row, machine))

        self._tasks.run(work, done, failed)

    def _kept(self, read: Callable[[Stores], T]) -> T | None:
        with contextlib.suppress(AppError):
            return self._records.wait(read)
        return None

    def write(self, path: str, make: Callable[[], bytes], done: Callable[[None], None], failed: Failed) -> None:
        """Make a file's content and write it, whole or not at all, away from the window's thread."""
        self._tasks.run(lambda: write_file(Path(path), make()), done, failed)

    def close(self) -> None:
        """Finish what is being written."""
        self._tasks.close()


def _sources(
    comparison: Comparison,
    other: Comparison | None,
    tally: Tally | None,
    row: EvaluationRow | None,
    machine: MachineFacts,
) -> TapeSources:
    alone, together = (comparison, other) if comparison.request.mode is Mode.ALONE else (other, comparison)
    return TapeSources(alone, together, tally, row, machine, __version__)


def _models(row: EvaluationRow) -> set[str]:
    return {contender(lane.model).key for lane in row.lanes}

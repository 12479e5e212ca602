"""Gathers what is known of a pair of models: the other mode, votes, an evaluation, the machine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject

from weighin import __version__
from weighin.core.comparisons.blind import Tally, contender
from weighin.core.comparisons.comparison import Comparison
from weighin.core.computer.hardware import Hardware, MachineFacts, machine_of
from weighin.core.evaluations.stored_evaluation import EvaluationRow
from weighin.core.runs.lane import Mode
from weighin.core.tape import Tape, TapeSources, tape_of
from weighin.services.comparisons.history import History
from weighin.services.comparisons.votes import Votes
from weighin.services.evaluations.evaluation_history import Evaluations
from weighin.services.files import write_file
from weighin.services.tasks import Failed, TaskRunner


class Tapes(QObject):
    """What cannot be read is left out: a tape is made of what there is."""

    def __init__(
        self,
        history: History,
        votes: Votes,
        evaluations: Evaluations,
        hardware: Callable[[], Hardware],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._history, self._votes, self._evaluations, self._hardware = history, votes, evaluations, hardware
        self._tasks = TaskRunner(1, self)

    def make(self, comparison: Comparison, done: Callable[[Tape], None], failed: Failed) -> None:
        """The tape of the two models of a comparison. What is kept here was measured here, as far as it does not say
        otherwise, so nothing of it is told beside a record from another computer."""

        def on_this(here: MachineFacts) -> None:
            machine = comparison.machine or here
            if machine.computes_like(here):
                self._gather(comparison, machine, done)
            else:
                done(tape_of(_sources(comparison, None, None, None, machine)))

        self._tasks.run(lambda: machine_of(self._hardware()), on_this, failed)

    def _gather(self, comparison: Comparison, here: MachineFacts, done: Callable[[Tape], None]) -> None:
        keys = {contender(result.setup.model).key for result in comparison.results}

        def took_other(found: Comparison | None) -> None:
            other = found if found and (found.machine or here).computes_like(here) else None
            self._votes.tallies(lambda tallies: took_tallies(other, tallies), lambda _: took_tallies(other, ()))

        def took_tallies(other: Comparison | None, tallies: tuple[Tally, ...]) -> None:
            tally = next((tally for tally in tallies if {tally.one.key, tally.two.key} == keys), None)
            self._evaluations.rows(lambda rows: took_rows(other, tally, rows), lambda _: took_rows(other, tally, ()))

        def took_rows(other: Comparison | None, tally: Tally | None, rows: tuple[EvaluationRow, ...]) -> None:
            row = next((row for row in rows if _models(row) == keys and all(lane.n for lane in row.lanes)), None)
            done(tape_of(_sources(comparison, other, tally, row, here)))

        self._history.in_other_mode(comparison, took_other, lambda _: took_other(None))

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

"""Gathers what is known of a pair of models: the other mode, votes, an evaluation, the machine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject

from weighin import __version__
from weighin.core.bundles.bundle import BundleMachine, machine_of
from weighin.core.comparisons.blind import Tally, contender
from weighin.core.comparisons.comparison import Comparison, Mode
from weighin.core.comparisons.tape import Sources, Tape, other_mode, tape_of
from weighin.core.computer.hardware import Hardware
from weighin.core.errors import AppError
from weighin.core.evaluations.evaluation_row import EvaluationRow
from weighin.services.bundles.bundles import write_file
from weighin.services.comparisons.history import History
from weighin.services.comparisons.votes import Votes
from weighin.services.evaluations.evaluations import Evaluations
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
        """The tape of the two models of a comparison."""
        a, b = (result.setup.model for result in comparison.results)
        keys = {contender(a).key, contender(b).key}
        found: dict[str, object] = {}

        def measured(machine: BundleMachine) -> None:
            other = found.get("other")
            alone, together = (comparison, other) if comparison.request.mode is Mode.ALONE else (other, comparison)
            sources = Sources(alone, together, found.get("tally"), found.get("row"), machine, __version__)  # type: ignore[arg-type]
            done(tape_of(sources))

        def took_rows(rows: tuple[EvaluationRow, ...]) -> None:
            found["row"] = next(
                (row for row in rows if _models(row) == keys and all(lane.n for lane in row.lanes)), None
            )
            self._tasks.run(lambda: machine_of(self._hardware()), measured, failed)

        def took_tallies(tallies: tuple[Tally, ...]) -> None:
            found["tally"] = next((tally for tally in tallies if {tally.one.key, tally.two.key} == keys), None)
            self._evaluations.rows(took_rows, lambda _: took_rows(()))

        def took_other(other: Comparison | None) -> None:
            found["other"] = other
            self._votes.tallies(took_tallies, lambda _: took_tallies(()))

        def without_other(_: AppError) -> None:
            took_other(None)

        self._history.latest_of_pair(a, b, other_mode(comparison), took_other, without_other)

    def write(self, path: str, make: Callable[[], bytes], done: Callable[[None], None], failed: Failed) -> None:
        """Make a file's content and write it, whole or not at all, away from the window's thread."""
        self._tasks.run(lambda: write_file(Path(path), make()), done, failed)

    def close(self) -> None:
        """Finish what is being written."""
        self._tasks.close()


def _models(row: EvaluationRow) -> set[str]:
    return {contender(lane.model).key for lane in row.lanes}

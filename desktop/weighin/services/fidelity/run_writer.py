"""Writes down what a measurement finds; what the disk does not take is tried once more at the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from weighin.core.errors import AppError
from weighin.core.fidelity.fidelity import BaseChunk, FidelityRecord, OtherChunk
from weighin.core.runs.run_state import RunState
from weighin.services.fidelity.fidelity_history import FidelityHistory
from weighin.services.fidelity.fidelity_run import FidelityRun


class RunWriter:
    """Of one runner, for one run after another."""

    def __init__(self, kept: FidelityHistory, not_kept: Callable[[FidelityRun], None]) -> None:
        """not_kept: the disk did not take something of this run, which says so in its notice and should end now."""
        self._kept, self._not_kept = kept, not_kept

    def begin(self, run: FidelityRun, kept: Callable[[Any], None], not_kept: Callable[[AppError], None]) -> None:
        """Write down a run whose text is cut, before anything is read; ends in one of `kept` and `not_kept`."""
        if run.resumed:
            self._kept.add(run.written(), (), (), kept, not_kept)
        else:
            self._kept.begin(run.written(), kept, not_kept)

    def add(
        self, run: FidelityRun, base: BaseChunk | None = None, side: int = 0, other: OtherChunk | None = None
    ) -> None:
        """Write down where the run is, and a chunk of BASE or of `side`; where that fails it waits for `finish`."""

        def failed(error: AppError) -> None:
            run.unsaved.append((base, side, other))
            run.notice = f"{error.user_text} The run is stopped; nothing is lost."
            self._not_kept(run)

        self._add(run, base, side, other, failed)

    def finish(self, run: FidelityRun, state: RunState, done: Callable[[FidelityRecord], None]) -> None:
        """Write down how a run ended, with the chunks that wait. `done` gets the whole record, also where the disk does
        not take it: the run's notice says so."""

        def not_added(error: AppError) -> None:
            run.notice = f"{error.user_text} The last chunks are not kept in History."

        def finished(error: AppError | None) -> None:
            run.notice = error.user_text if error else run.notice
            run.state = state
            done(record)

        unsaved, run.unsaved = run.unsaved, []
        for base, side, other in unsaved:
            self._add(run, base, side, other, not_added)
        record = run.whole(state)
        self._kept.finish(record, lambda _: finished(None), finished)

    def _add(
        self,
        run: FidelityRun,
        base: BaseChunk | None,
        side: int,
        other: OtherChunk | None,
        failed: Callable[[AppError], None],
    ) -> None:
        bases = ((run.place_of(base), base),) if base else ()
        others = ((side - 1, other),) if other else ()
        self._kept.add(run.written(), bases, others, lambda _: None, failed)

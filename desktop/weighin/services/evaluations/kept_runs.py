"""Kept evaluations as they stand now: one that somebody works on is running, whatever the database says it would be if
that process died."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from weighin.core.comparisons.blind import contender
from weighin.core.comparisons.comparison import Comparison
from weighin.core.evaluations.evaluation import EvaluationRecord
from weighin.core.evaluations.stored_evaluation import EvaluationRow
from weighin.core.runs.run_state import RunState
from weighin.services.processes import owner

if TYPE_CHECKING:
    from weighin.store.evaluations import EvaluationStore


def kept_rows(store: EvaluationStore, text: str = "", limit: int = 500) -> tuple[EvaluationRow, ...]:
    """As EvaluationStore.rows, with who is running. Raises AppError."""
    owners = store.owners()
    return tuple(_row_now(row, owners.get(row.id, "")) for row in store.rows(text, limit))


def kept_record(store: EvaluationStore, identifier: str) -> EvaluationRecord:
    """The one run whose id begins with `identifier`, whole. Raises AppError."""
    stored = store.get(identifier)
    record = stored.record()
    return replace(record, state=RunState.RUNNING) if is_running(store.owner(stored.id)) else record


def latest_of(store: EvaluationStore, comparison: Comparison) -> EvaluationRecord | None:
    """The newest finished evaluation of the two models of a comparison; None where there is none. Raises AppError."""
    keys = sorted(contender(result.setup.model).key for result in comparison.results)
    rows = (row for row in store.rows() if sorted(contender(lane.model).key for lane in row.lanes) == keys)
    row = next((row for row in rows if row.state is RunState.FINISHED), None)
    return store.get(row.id).record() if row else None


def is_running(who: str) -> bool:
    """Whether the process that a run is noted to belong to lives, this one or another."""
    return owner.is_this(who) or owner.is_another(who)


def _row_now(row: EvaluationRow, who: str) -> EvaluationRow:
    if not is_running(who):
        return row
    return replace(row, state=RunState.RUNNING, can_resume=False, elsewhere=not owner.is_this(who))

"""Kept evaluations as they stand now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from weighin.core.comparisons.blind import contender
from weighin.core.comparisons.comparison import Comparison
from weighin.core.evaluations.evaluation import EvaluationRecord
from weighin.core.runs.run_state import RunState
from weighin.services.lanes.kept_runs import record_now

if TYPE_CHECKING:
    from weighin.store.evaluations import EvaluationStore


def kept_record(store: EvaluationStore, identifier: str) -> EvaluationRecord:
    """The one run whose id begins with `identifier`, whole. Raises AppError."""
    found: EvaluationRecord = record_now(store.get(identifier).record(), store)
    return found


def latest_of(store: EvaluationStore, comparison: Comparison) -> EvaluationRecord | None:
    """The newest finished evaluation of the two models of a comparison; None where there is none. Raises AppError."""
    keys = sorted(contender(result.setup.model).key for result in comparison.results)
    rows = (row for row in store.rows() if sorted(contender(lane.model).key for lane in row.lanes) == keys)
    row = next((row for row in rows if row.state is RunState.FINISHED), None)
    return store.get(row.id).record() if row else None

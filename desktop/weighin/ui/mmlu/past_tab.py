"""Stored evaluations in a list."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from weighin.core import format
from weighin.core.evaluations.stored_evaluation import EvaluationRow
from weighin.core.evaluations.text import (
    ELSEWHERE,
    STATES,
    model_name,
    protocol_name,
    score_words,
    scores,
    state_words,
)
from weighin.core.evaluations.verdict_text import is_decided, verdict_label
from weighin.core.runs.run_state import RunState
from weighin.core.safe_text import safe_name
from weighin.ui.history.stored_runs import StoredRuns, Wording
from weighin.ui.theme import Theme
from weighin.ui.widgets.saving import ask_export
from weighin.ui.widgets.table import Column

if TYPE_CHECKING:
    from weighin.services.evaluations.evaluation_history import EvaluationHistory

_WORDING = Wording("evaluation", "evaluations", "Search models and question sets")


class PastTab(StoredRuns):
    """`running`: the id of the evaluation that goes on now, "" for none. Its records are EvaluationRecords."""

    def __init__(
        self, theme: Theme, evaluations: EvaluationHistory, running: Callable[[], str], parent: QWidget | None = None
    ) -> None:
        export = partial(ask_export, evaluations, "evaluation")
        columns = _columns(running)
        super().__init__(theme, evaluations, _WORDING, columns, _tip, _text, _models, running, export, parent)


def _columns(running: Callable[[], str]) -> tuple[Column, ...]:
    return (
        Column("When", lambda r: format.moment(r.created), "2026-11-22 10:31"),
        Column("Models", _models, "Weigh-In Starter Dense / Weigh-In Starter MoE", 0.6),
        Column("Questions", _questions, "Starter questions, standard, 5 shots", 0.4),
        Column("Answered", _asked, "12 345 of 14 042", number=True),
        Column("Score", scores, "100.0 % / 100.0 %", number=True),
        Column("Verdict", _verdict, "B better, 12.3 points"),
        Column("State", lambda r: _state(r, running()), "Interrupted, can be resumed"),
    )


def _state(row: EvaluationRow, running: str) -> str:
    if row.elsewhere:
        return ELSEWHERE
    if row.state is RunState.RUNNING or row.id == running:
        return STATES[RunState.RUNNING]
    return state_words(row)


def _models(row: EvaluationRow) -> str:
    return " / ".join(model_name(lane.model, lane.label, 60) for lane in row.lanes)


def _text(row: EvaluationRow) -> str:
    return f"{_models(row)} {_questions(row)} {row.created}"


def _questions(row: EvaluationRow) -> str:
    return f"{safe_name(row.dataset, 60)}, {protocol_name(row.protocol, row.shots)}"


def _asked(row: EvaluationRow) -> str:
    least = min((lane.n for lane in row.lanes), default=0)
    return format.count(row.n) if least >= row.n else f"{format.count(least)} of {format.count(row.n)}"


def _verdict(row: EvaluationRow) -> str:
    if row.paired is None:
        return format.NONE
    label = verdict_label(row.paired, row.state)
    gap = f", {format.points(abs(row.paired.difference), sign='-')} points"
    return f"{label}{gap if is_decided(row.paired) else ''}"


def _tip(row: EvaluationRow) -> str:
    lanes = [
        f"{lane.label} {model_name(lane.model, lane.label)}: {score_words(lane) or 'no answer'}" for lane in row.lanes
    ]
    return "\n".join([_questions(row), *lanes])

"""Kept runs of prompt sets in a list."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from weighin.core import format
from weighin.core.prompts.set_run_row import SetRunRow
from weighin.core.safe_text import safe_name
from weighin.ui.history.stored_runs import StoredRuns, Wording
from weighin.ui.theme import Theme
from weighin.ui.widgets.saving import ask_export
from weighin.ui.widgets.table import Column

if TYPE_CHECKING:
    from weighin.services.comparisons.set_run_history import SetRunHistory

_WORDING = Wording("set run", "runs of prompt sets", "Search sets and models")


class PastTab(StoredRuns):
    """`running`: the id of the run that goes on now, "" for none. Its records are StoredRuns."""

    def __init__(
        self, theme: Theme, runs: SetRunHistory, running: Callable[[], str], parent: QWidget | None = None
    ) -> None:
        export = partial(ask_export, runs, "prompt-set")
        super().__init__(theme, runs, _WORDING, _columns(running), _tip, _text, _models, running, export, parent)


def _columns(running: Callable[[], str]) -> tuple[Column, ...]:
    return (
        Column("When", lambda r: format.moment(r.created), "2026-11-22 10:31"),
        Column("Set", lambda r: safe_name(r.name, 80), "Arithmetic in words", 0.4),
        Column("Models", _models, "Weigh-In Starter Dense / Weigh-In Starter MoE", 0.6),
        Column("Answered", _answered, "12 345 of 14 042", number=True),
        Column("Right", _right, "A 9 999, B 9 999", number=True),
        Column("State", lambda r: _state(r, running()), "Can be resumed"),
    )


def _models(row: SetRunRow) -> str:
    return " / ".join(safe_name(name, 60) or format.NONE for name in (row.model_a, row.model_b))


def _text(row: SetRunRow) -> str:
    return f"{safe_name(row.name, 80)} {_models(row)} {row.created}"


def _answered(row: SetRunRow) -> str:
    if row.answered == row.planned:
        return format.count(row.planned)
    return f"{format.count(row.answered)} of {format.count(row.planned)}"


def _right(row: SetRunRow) -> str:
    return f"A {format.count(row.right_a)}, B {format.count(row.right_b)}" if row.graded else format.NONE


def _state(row: SetRunRow, running: str) -> str:
    if row.id == running:
        return "Running"
    return "Can be resumed" if row.can_resume else "Finished"


def _tip(row: SetRunRow) -> str:
    return f"{safe_name(row.name, 80)}{', blind' if row.blind else ''}\n{_models(row)}"

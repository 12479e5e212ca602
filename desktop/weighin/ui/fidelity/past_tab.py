"""Stored measurements of fidelity in a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from weighin.core import format
from weighin.core.evaluations.text import ELSEWHERE
from weighin.core.fidelity.fidelity import FidelityRow
from weighin.core.fidelity.names import row_names
from weighin.core.fidelity.text import with_error
from weighin.core.models.model import ModelFacts
from weighin.core.models.text import shown_name
from weighin.core.runs.run_state import STATES, RunState
from weighin.core.safe_text import safe_name
from weighin.ui.fidelity.measurement_files import MeasurementFiles
from weighin.ui.history.stored_runs import StoredRuns, Wording
from weighin.ui.theme import Theme
from weighin.ui.widgets.table import Column

if TYPE_CHECKING:
    from weighin.services.fidelity.fidelity_history import FidelityHistory

_WORDING = Wording("measurement", "measurements", "Search models and texts")


class PastTab(StoredRuns):
    """`running`: the id of the measurement that goes on now, "" for none. Its records are FidelityRecords."""

    def __init__(
        self,
        theme: Theme,
        kept: FidelityHistory,
        files: MeasurementFiles,
        running: Callable[[], str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, kept, _WORDING, _columns(running), _tip, _text, _models, running, files.ask, parent)


def _columns(running: Callable[[], str]) -> tuple[Column, ...]:
    return (
        Column("When", lambda r: format.moment(r.created), "2026-11-22 10:31"),
        Column("Base", lambda r: base_name(r.base), "SmolLM2-135M-Instruct F16", 0.3),
        Column("Compared with it", _others, "Q8_0, Q6_K, Q5_K_M, Q4_K_M", 0.4),
        Column("Text", lambda r: safe_name(r.text, 60), "Included texts", 0.15),
        Column("Chunks", lambda r: format.count(r.chunks), "650", number=True),
        Column("KLD", _klds, "0.0313 ± 0.0031, 0.0313 ± 0.0031", 0.15, least="0.0313 ± 0.0031"),
        Column("State", lambda r: _state(r, running()), "Interrupted, can be resumed"),
    )


def base_name(model: ModelFacts) -> str:
    """The base with its quantization, which its name may not tell."""
    return ", ".join(part for part in (shown_name(model, 60), safe_name(model.quantization, 24)) if part)


def _others(row: FidelityRow) -> str:
    return ", ".join(row_names(row)[1:])


def _models(row: FidelityRow) -> str:
    return f"{base_name(row.base)} / {_others(row)}"


def _klds(row: FidelityRow) -> str:
    found = [with_error(other.summary.kld.mean) if other.summary else format.NONE for other in row.others]
    return ", ".join(found)


def _text(row: FidelityRow) -> str:
    names = " ".join(shown_name(other.side.model, 60) for other in row.others)
    return f"{_models(row)} {names} {safe_name(row.text, 60)} {row.created}"


def _state(row: FidelityRow, running: str) -> str:
    if row.elsewhere:
        return ELSEWHERE
    if row.state is RunState.RUNNING or row.id == running:
        return STATES[RunState.RUNNING]
    return f"{STATES[row.state]}, can be resumed" if row.can_resume else STATES[row.state]


def _tip(row: FidelityRow) -> str:
    lines = [f"Base: {base_name(row.base)}"]
    for name, other in zip(row_names(row)[1:], row.others, strict=True):
        found = other.summary
        kld = f"KLD {with_error(found.kld.mean)}, same top {format.percent(found.same_top.value, 1)}" if found else ""
        failed = other.side.failure.message if other.side.failure else ""
        lines.append(f"{name}: {kld or failed or 'nothing measured'}")
    return "\n".join(lines)

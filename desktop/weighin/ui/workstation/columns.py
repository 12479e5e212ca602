"""The columns of the table of what runs here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from weighin.core import format
from weighin.core.plans.plan import VerdictKind
from weighin.core.plans.text import measured_speed, needs_words, speed_band
from weighin.core.plans.verdict import kind_words
from weighin.core.plans.workstation import WorkstationRow
from weighin.core.safe_text import safe_name

_ORDER = {VerdictKind.RUNS: 0, VerdictKind.TIGHT: 1, VerdictKind.NO: 2, None: 3}


@dataclass(frozen=True)
class RunColumn:
    """`text`: what a row shows; `order`: what rows are sorted by, unknown ones as None; `sample`: what should fit;
    `share`: of the room that is left over; `detail`: only shown where there is plenty of room."""

    head: str
    text: Callable[[WorkstationRow], str]
    order: Callable[[WorkstationRow], Any]
    sample: str
    share: float = 0.0
    number: bool = False
    detail: bool = False


def _speed(row: WorkstationRow) -> float | None:
    return row.forecast.generation_tokens_per_s if row.forecast else None


def _measured(row: WorkstationRow) -> float | None:
    return row.measured.speed if row.measured else None


def _weights(row: WorkstationRow) -> int:
    return row.plan.weights_bytes - row.plan.idle_bytes


def _kv(row: WorkstationRow) -> int:
    return row.plan.kv_bytes


def _working(row: WorkstationRow) -> int:
    return row.plan.working_bytes - row.plan.kv_bytes


def _name(row: WorkstationRow) -> str:
    return row.candidate.name.lower()


def _quantization(row: WorkstationRow) -> str:
    return safe_name(row.candidate.quantization, 24)


COLUMNS = (
    RunColumn("Model", lambda r: safe_name(r.candidate.name), _name, "Qwen3-30B-A3B-Instruct", 0.55),
    RunColumn("Quantization", _quantization, _quantization, "Q4_K_M", 0.1),
    RunColumn(
        "Kind",
        lambda r: r.candidate.shape,
        lambda r: r.candidate.parameters,
        "MoE 397B, 17B active",
        0.25,
    ),
    RunColumn("Needs", needs_words, lambda r: r.needs, "~18.6 GB", number=True),
    RunColumn("Weights", lambda r: format.size(_weights(r)), _weights, "18.6 GB", number=True, detail=True),
    RunColumn("KV cache", lambda r: format.size(_kv(r)), _kv, "384 MB", number=True, detail=True),
    RunColumn("Working", lambda r: format.size(_working(r)), _working, "384 MB", number=True, detail=True),
    RunColumn("Here?", lambda r: kind_words(r.kind), lambda r: _ORDER[r.kind], "tight"),
    RunColumn("Tokens/s", lambda r: speed_band(r.forecast), _speed, "~ 12.3 (11.0 to 13.6)", 0.1, number=True),
    RunColumn("Measured", lambda r: measured_speed(r.measured), _measured, "✓ 12.3", number=True),
)
HERE = next(number for number, column in enumerate(COLUMNS) if column.head == "Here?")

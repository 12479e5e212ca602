"""The models of a measurement in one table: what each takes, how fast it is, and what it costs in fidelity."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from weighin.core import format
from weighin.core.fidelity.fidelity import FidelityRecord, FidelitySummary, SideFacts, SideProgress
from weighin.core.fidelity.names import is_same_file, side_name
from weighin.core.fidelity.text import figure, with_error
from weighin.core.runs.run_state import RunState
from weighin.core.safe_text import safe_name
from weighin.ui.widgets.table import Column, RowTable

QUANTIZATION = "Quantization"
_SPEED = "1\u202f234"
# Narrower tables leave columns out, in pixels.
_SIZES, _MEMORY, _SPEEDS, _PRECISE, _ALL = 620, 710, 830, 980, 1190


@dataclass(frozen=True)
class LadderRow:
    """number: 0 for the base. progress: None of a run that is over. chunks: read so far; wanted: the most."""

    number: int
    name: str
    side: SideFacts
    summary: FidelitySummary | None
    chunks: int
    progress: SideProgress | None = None
    wanted: int = 0


class Ladder(RowTable):
    """The base first, the others in the order they were asked for. Choosing one shows where it fails."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Ladder: what each model costs", _COLUMNS, lambda row: row.number, _tip, parent=parent)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_record(self, record: FidelityRecord, progress: tuple[SideProgress, ...] = (), wanted: int = 0) -> None:
        """Show it; `progress`: of each side while it runs, `wanted`: chunks at most."""
        sides = (record.base, *(other.side for other in record.others))
        summaries = (None, *(other.summary for other in record.others))
        read = (len(record.chunks), *(o.summary.chunks if o.summary else len(o.chunks) for o in record.others))
        self.show_records(
            tuple(
                LadderRow(
                    number,
                    side_name(record, number),
                    side,
                    summaries[number],
                    read[number],
                    progress[number] if number < len(progress) else None,
                    wanted,
                )
                for number, side in enumerate(sides)
            )
        )
        self.leave_out((QUANTIZATION,) if _says_quantizations(self.records) else ())

    def fit(self) -> None:
        super().fit()
        rows = sum(self.rowHeight(row) for row in range(len(self.records)))
        columns = range(len(_COLUMNS))
        too_wide = sum(self.columnWidth(n) for n in columns if not self.isColumnHidden(n)) > self.viewport().width()
        below = self.horizontalScrollBar().sizeHint().height() if too_wide else 0
        height = self.horizontalHeader().sizeHint().height() + rows + below + 4
        if height != self.height():
            self.setFixedHeight(height)


def _says_quantizations(rows: tuple[LadderRow, ...]) -> bool:
    """Whether the names themselves tell the quantization of every model; the base's own file is told by the base."""
    base = rows[0].side.model
    named = (row for row in rows if not row.number or not is_same_file(base, row.side.model))
    return all(safe_name(row.side.model.quantization, 24).casefold() in row.name.casefold() for row in named)


def state_words(row: LadderRow) -> str:
    """What a model does, or how many chunks it has read."""
    progress = row.progress
    if row.side.failure is not None or (progress is not None and progress.phase == "failed"):
        return "Failed"
    if progress is None:
        return format.count(row.chunks)
    if progress.phase == "loading":
        return f"Loading {progress.percent} %"
    if progress.phase in ("waiting", "checking") and not progress.chunks:
        return progress.phase.capitalize()
    return f"{format.count(progress.chunks)} of {format.count(row.wanted)}" if row.wanted else str(progress.chunks)


def _speed(value: float | None) -> str:
    return format.NONE if value is None else format.figure(value)


def _kld(row: LadderRow) -> str:
    return format.NONE if row.summary is None else with_error(row.summary.kld.mean)


def _ratio(row: LadderRow) -> str:
    return format.NONE if row.summary is None else f"{row.summary.perplexity.ratio.value:.3f}"


def _same(row: LadderRow) -> str:
    return format.NONE if row.summary is None else format.percent(row.summary.same_top.value, 1)


def _rms(row: LadderRow) -> str:
    return format.NONE if row.summary is None else format.percent(row.summary.rms_delta_p.value, 2)


def _memory(row: LadderRow) -> str:
    return format.size(row.side.peak_bytes or row.side.planned_bytes)


def _tip(row: LadderRow) -> str:
    side, found = row.side, row.summary
    lines = [row.name, f"Conditions: {side.setup.load.kv_types} cache, flash attention {side.setup.load.flash_attn}"]
    if found is not None:
        kld, same, ratio = found.kld.mean, found.same_top, found.perplexity.ratio
        for name, value, digits in (("KLD", kld, 0), ("Same top token", same, 1), ("Perplexity ratio", ratio, 0)):
            if value.low is None or value.high is None:
                continue
            between = (
                format.between((value.low, value.high), digits)
                if digits
                else f"{figure(value.low)} to {figure(value.high)}"
            )
            lines.append(f"{name}: 95 % interval {between}")
    if side.failure is not None:
        lines.append(side.failure.message)
    return "\n".join([*lines, *side.notices])


_COLUMNS = (
    Column("", lambda r: str(r.number) if r.number else "Base", "Base", spoken=lambda r: f"Model {r.number or 'base'}"),
    Column("Model", lambda r: r.name, "m" * 16, 1.0, least="SmolLM2-135M"),
    Column(QUANTIZATION, lambda r: safe_name(r.side.model.quantization, 24), "Q4_K_M", room=_ALL),
    Column("File size", lambda r: format.size(r.side.model.file_bytes), "123.4 MB", number=True, room=_SIZES),
    Column("Memory", _memory, "123.4 MB", number=True, room=_MEMORY),
    Column("Prompt tok/s", lambda r: _speed(r.side.read_tokens_per_s), _SPEED, number=True, room=_ALL),
    Column("Generation tok/s", lambda r: _speed(r.side.write_tokens_per_s), _SPEED, number=True, room=_SPEEDS),
    Column("KLD", _kld, "0.001253 ± 0.000046", number=True),
    Column("Same top", _same, "100.0 %", number=True),
    Column("RMS Δp", _rms, "12.34 %", number=True, room=_PRECISE),
    Column("PPL ratio", _ratio, "1.123", number=True, room=_PRECISE),
    Column("Chunks", state_words, "Loading 100 %", number=True),
)
RUNNING = (RunState.PREPARING, RunState.RUNNING, RunState.STOPPING)

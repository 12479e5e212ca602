"""What was predicted, and what was measured afterwards."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.plans.prediction import Prediction, past_errors
from weighin.core.plans.text import (
    error_percent,
    errors_lines,
    measured_speed,
    prediction_name,
    source_of,
    speed_band,
)
from weighin.services.plans.workstation import Workstation
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.table import Column, RowTable

_EMPTY = "No predictions yet. What is predicted before a run appears here beside what was measured."


class LedgerTab(QWidget):
    """This program's own past error in sentences, and every prediction."""

    def __init__(self, workstation: Workstation, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workstation = workstation
        self.errors = PlainLabel(wrap=True)
        self.table = RowTable("Predicted and measured", _COLUMNS, lambda p: str(p.id), _tip)
        self._empty = PlainLabel(_EMPTY, role="muted", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._empty)
        layout.addWidget(self.errors)
        layout.addWidget(self.table, 1)
        layout.addStretch(0)
        workstation.changed.connect(self._fill)
        self._fill()

    def _fill(self) -> None:
        predictions = self._workstation.predictions()
        lines = errors_lines(past_errors(predictions))
        self.errors.say_or_hide("\n".join(["Prediction error so far:", *lines]) if lines else "")
        self.table.show_records(predictions)
        self.table.setVisible(bool(predictions))
        self._empty.setVisible(not predictions)


def _memory(prediction: Prediction) -> str:
    taken = prediction.measured.memory_bytes if prediction.measured else None
    return format.size(taken)


def _speed(prediction: Prediction) -> str:
    return measured_speed(prediction.measured)


def _tip(prediction: Prediction) -> str:
    options = f"context {format.count(prediction.plan.context)}, {format.plural(prediction.threads, 'thread')}"
    lines = [prediction_name(prediction), options, f"memory predicted by the {prediction.plan.method.value}"]
    if prediction.measured and (source := source_of(prediction.measured)):
        lines.append(f"speed measured {source}")
    return "\n".join(lines)


_COLUMNS = (
    Column("When", lambda p: format.moment(p.when), "2026-11-22 10:31"),
    Column("Model", prediction_name, "Qwen3-30B-A3B-Instruct · Q4_K_M", 0.7),
    Column("Predicted memory", lambda p: format.size(p.plan.ram_bytes), "18.6 GB", 0.02, number=True),
    Column("Measured", _memory, "18.6 GB", 0.02, number=True),
    Column("Error", lambda p: error_percent(p.memory_error), "+12.3 %", 0.02, number=True),
    Column("Predicted tok/s", lambda p: speed_band(p.forecast), "~ 12.3 (11.0 to 13.6)", 0.2, number=True),
    Column("Measured", _speed, "12.3", 0.02, number=True),
    Column("Error", lambda p: error_percent(p.speed_error), "+12.3 %", 0.02, number=True),
)

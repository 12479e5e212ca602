"""What exactly was asked, and what it took."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.evaluations.evaluation import EvaluationRecord, LaneEvaluation
from weighin.core.evaluations.text import (
    ORDERS,
    STATISTICS,
    memory_taken,
    model_name,
    protocol_name,
    score_words,
    subject_name,
)
from weighin.core.models.text import model_facts
from weighin.core.runs.answer import rate
from weighin.core.runs.run_state import STATES
from weighin.core.safe_text import safe_name
from weighin.ui.widgets.label import ElidedLabel, PlainLabel

_SET_SUM, _FILE, _FILE_SUM = "Checksum of the questions", "File", "Checksum of the file"
_UNBROKEN = (_SET_SUM, _FILE, _FILE_SUM, "Model")


class ProtocolView(QScrollArea):
    """A table of facts: those of the run, then those of each model side by side."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Method and cost of this run")
        self._grid = QGridLayout()
        self._lines: list[str] = []

    @property
    def text(self) -> str:
        """Everything that is said."""
        return "\n".join(self._lines)

    def show_record(self, record: EvaluationRecord) -> None:
        """Show the facts of this run."""
        self._begin()
        for name, text in _run_facts(record):
            self._row(name, (text,))
        self._row("Model", tuple(model_name(lane.model, lane.label) for lane in record.lanes))
        for name, say in _LANE_FACTS:
            self._row(name, tuple(say(lane) for lane in record.lanes))
        self.setAccessibleDescription(self.text)

    def _begin(self) -> None:
        """An empty card in the place of the one before."""
        self._lines = []
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(18)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnStretch(2, 1)
        inner = QFrame()
        inner.setProperty("role", "card")
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.addLayout(self._grid)
        layout.addStretch(1)
        self.setWidget(inner)

    def _row(self, name: str, values: tuple[str, ...]) -> None:
        row = len(self._lines)
        top = Qt.AlignmentFlag.AlignTop
        self._grid.addWidget(PlainLabel(name, role="muted"), row, 0, top)
        span = 2 if len(values) == 1 else 1
        for column, value in enumerate(values):
            # What has no place to break its line would widen the table beyond its room.
            label = PlainLabel(value, wrap=True) if name not in _UNBROKEN else ElidedLabel(value)
            self._grid.addWidget(label, row, 1 + column, 1, span, top)
        self._lines.append(": ".join([*([name] if name else []), " | ".join(values)]))


def _run_facts(record: EvaluationRecord) -> tuple[tuple[str, str], ...]:
    protocol, engine = record.protocol, record.engine
    facts = [
        ("Started", format.moment(record.created)),
        ("State", STATES[record.state]),
        ("Questions", safe_name(protocol.dataset, 120)),
        (_SET_SUM, protocol.dataset_sha256),
        ("Method", protocol_name(protocol.name, protocol.shots)),
        ("Scoring", protocol.scoring),
        ("Sampling", protocol.sampling),
        ("Asked", f"{format.count(protocol.n)} of {format.count(protocol.population)}, split {protocol.split}"),
        ("Seed", str(protocol.seed)),
        ("Subjects", ", ".join(subject_name(name) for name in protocol.subjects) or "all"),
    ]
    if len(record.lanes) > 1:
        facts.append(("Order", ORDERS[record.request.order]))
    if engine is not None:
        facts.append(("Engine", f"llama-cpp-python {engine.llama_cpp_python}, build {engine.build}, {engine.features}"))
    return tuple(facts)


def _tokens(lane: LaneEvaluation) -> str:
    share = lane.tokens_evaluated / lane.unique_tokens if lane.unique_tokens else None
    times = "" if share is None else f", {format.times(share)} the minimum of {format.count(lane.unique_tokens)}"
    return f"{format.count(lane.tokens_evaluated or None)}{times}"


def _speed(lane: LaneEvaluation) -> str:
    speed = rate(lane.tokens_evaluated, lane.seconds)
    return format.NONE if speed is None else f"{format.figure(speed)} tok/s"


def _checksum(lane: LaneEvaluation) -> str:
    if lane.model.is_server:
        return "Unknown: the run is tied to the server's address and the model's name"
    return lane.model.sha256 or format.NONE


_LANE_FACTS: tuple[tuple[str, Callable[[LaneEvaluation], str]], ...] = (
    ("Right", lambda lane: score_words(lane) or format.NONE),
    (_FILE, lambda lane: safe_name(lane.model.path, 200)),
    (_FILE_SUM, _checksum),
    ("Kind", lambda lane: model_facts(lane.model)),
    ("Tokens evaluated", _tokens),
    ("Time", lambda lane: format.seconds(lane.seconds) if lane.n else format.NONE),
    ("Prompt speed", lambda lane: _speed(lane)),
    ("Memory", lambda lane: memory_taken(lane) if lane.peak_bytes or lane.plan else format.NONE),
    *((one.title, one.words) for one in STATISTICS),
    ("Notes", lambda lane: "\n".join((*lane.notices, *([lane.alarm] if lane.alarm else []))) or format.NONE),
    ("Error", lambda lane: lane.failure.message if lane.failure else format.NONE),
)

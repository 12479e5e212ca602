"""Everything about one row: the verdict in a sentence, memory by parts, the forecast, what to do with it, and what more
speed would take."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.plans.candidates import Candidate, Origin
from weighin.core.plans.plan import VerdictKind
from weighin.core.plans.text import ORIGINS, measured_line, speed_words
from weighin.core.plans.verdict import Budget
from weighin.core.plans.workstation import WorkstationRow, demand
from weighin.core.safe_text import safe_name
from weighin.ui.theme import Theme
from weighin.ui.widgets.flow_layout import FlowLayout
from weighin.ui.widgets.label import ElidedLabel, PlainLabel
from weighin.ui.workstation.memory_bar import MemoryBar, parts_of

_USUAL = "10"
_LEAST, _MOST = 0.1, 10_000.0


class DemandBox(QWidget):
    """Asks for tokens a second and says what it takes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row: WorkstationRow | None = None
        self._budget: Budget | None = None
        self._bandwidth: float | None = None
        self.speed = QLineEdit(_USUAL)
        self.speed.setMaximumWidth(self.fontMetrics().horizontalAdvance("10 000") + 30)
        self.speed.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.speed.setAccessibleName("Wanted generation speed in tok/s")
        self.sentence = PlainLabel(wrap=True)
        question = QHBoxLayout()
        question.addWidget(PlainLabel("What would it take for"))
        question.addWidget(self.speed)
        question.addWidget(PlainLabel("tok/s?"))
        question.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(question)
        layout.addWidget(self.sentence)
        self.speed.textChanged.connect(lambda _text: self._say())

    def show_row(self, row: WorkstationRow, budget: Budget | None, bandwidth: float | None) -> None:
        """Answer for this model, beside what this computer has."""
        self._row, self._budget, self._bandwidth = row, budget, bandwidth
        self._say()

    def _say(self) -> None:
        if self._row is None:
            return
        wanted = _number(self.speed.text())
        if wanted is None:
            self.sentence.say(f"A number from {_LEAST:g} to {format.count(round(_MOST))}.")
            return
        asked = (self._row.candidate, self._row.context, wanted)
        self.sentence.say(demand(*asked, self._budget, self._bandwidth).sentence)


def _number(text: str) -> float | None:
    """What is typed, with a point or a comma; None where it makes no sense."""
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return value if _LEAST <= value <= _MOST else None


@dataclass(frozen=True)
class Offers:
    """What can be done about a row beside comparing and getting it. news: what is going on, "" where nothing is."""

    slice: bool = False
    stop: bool = False
    look: bool = False
    news: str = ""


class RowDetail(QWidget):
    """`compare_wanted` carries ModelFacts; the others a Candidate: to get, to look into, to time a slice of or to do so
    no longer."""

    compare_wanted = Signal(object)
    get_wanted = Signal(object)
    slice_wanted = Signal(object)
    stop_wanted = Signal(object)
    look_wanted = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row: WorkstationRow | None = None
        self._title = ElidedLabel(role="title")
        self._kind = PlainLabel(role="small", wrap=True)
        self.sentence = PlainLabel(wrap=True)
        self.memory = MemoryBar(theme, "Memory of the chosen model")
        self.forecast = PlainLabel(wrap=True)
        self.measured = PlainLabel(wrap=True)
        self.notice = PlainLabel(role="small", wrap=True)
        self.compare = QPushButton()
        self.get = QPushButton("Get…")
        self.get.setAccessibleName("Show the files of the chosen model on the hub")
        self.slice = QPushButton("Estimate speed")
        self.slice.setAccessibleName("Estimate the speed of the chosen model by timing a slice of it")
        self.stop = QPushButton("Stop")
        self.stop.setAccessibleName("Stop estimating the speed")
        self.look = QPushButton("Read header")
        self.look.setAccessibleName("Read the header of the chosen model from the hub for exact needs")
        self.demand = DemandBox()
        buttons = QWidget()
        flow = FlowLayout(buttons)
        for button in (self.compare, self.slice, self.stop, self.look, self.get):
            flow.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(7)
        for widget in (self._title, self._kind, self.sentence, self.memory, self.forecast, self.measured, self.notice):
            layout.addWidget(widget)
        layout.addWidget(buttons)
        layout.addWidget(self.demand)
        layout.addStretch(1)
        self.compare.clicked.connect(self._compare)
        for button, wanted in (
            (self.get, self.get_wanted),
            (self.slice, self.slice_wanted),
            (self.stop, self.stop_wanted),
            (self.look, self.look_wanted),
        ):
            button.clicked.connect(lambda _checked=False, signal=wanted: signal.emit(self._candidate))

    @property
    def _candidate(self) -> Candidate | None:
        return self._row.candidate if self._row is not None else None

    def show_row(self, row: WorkstationRow, budget: Budget | None, bandwidth: float | None, offers: Offers) -> None:
        """Show this."""
        self._row = row
        candidate = row.candidate
        self._title.say(safe_name(candidate.name).strip() or "Model without a name")
        where = candidate.repo or ORIGINS[candidate.origin]
        self._kind.say(f"{safe_name(candidate.quantization, 24)} · {candidate.shape} · {safe_name(where, 80)}")
        self.sentence.say(row.sentence(budget))
        self.memory.show_parts(parts_of(row.plan), budget.available if budget else None)
        self.forecast.say_or_hide(offers.news or speed_words(row.forecast, row.refined))
        self.measured.say_or_hide(measured_line(row))
        self.notice.say_or_hide(_notice(row))
        self._show_buttons(row, offers)
        self.demand.show_row(row, budget, bandwidth)

    def _show_buttons(self, row: WorkstationRow, offers: Offers) -> None:
        here = row.candidate.origin is Origin.HERE
        self.compare.setVisible(here)
        self.compare.setText("Try anyway" if row.kind is VerdictKind.NO else "Compare")
        self.compare.setAccessibleName(f"{self.compare.text()}: use the chosen model on the Compare page")
        pressed = self.slice.hasFocus() or self.stop.hasFocus()
        self.slice.setVisible(offers.slice)
        self.stop.setVisible(offers.stop)
        if pressed:
            (self.stop if offers.stop else self.slice).setFocus()
        self.look.setVisible(offers.look)
        self.get.setVisible(not here and bool(row.candidate.repo))

    def _compare(self) -> None:
        if self._row is not None and self._row.candidate.facts is not None:
            self.compare_wanted.emit(self._row.candidate.facts)


def _notice(row: WorkstationRow) -> str:
    """What is behind the numbers, where it is not the engine's own plan."""
    lines = [f"{format.size(row.plan.gpu_bytes)} more on GPUs."] if row.plan.gpu_bytes else []
    if not row.candidate.refusal:
        lines.append(f"Peak while loading: {format.size(row.plan.loading_peak_bytes)}.")
    lines += row.plan.notices
    if row.mark == "?":
        lines.append("? Unknown architecture: the KV cache is a guess.")
    elif row.mark and not row.plan.notices:
        lines.append("~ Estimated: exact once the file is on this computer.")
    return "\n".join(lines)

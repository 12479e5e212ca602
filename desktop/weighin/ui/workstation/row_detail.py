"""Everything about one row: the verdict in a sentence, memory by parts, the forecast, and what to do with it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from weighin.core.candidates import Origin
from weighin.core.plan import VerdictKind
from weighin.core.safe_text import safe_name
from weighin.core.verdict import Budget
from weighin.core.workstation import Row
from weighin.ui.theme import Theme
from weighin.ui.widgets.flow import FlowLayout
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.workstation import said
from weighin.ui.workstation.demand_box import DemandBox
from weighin.ui.workstation.memory_bar import MemoryBar, parts_of


class RowDetail(QWidget):
    """`compare_wanted` carries ModelFacts; `get_wanted` a Candidate; `slice_wanted` a Candidate."""

    compare_wanted = Signal(object)
    get_wanted = Signal(object)
    slice_wanted = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row: Row | None = None
        self._title = PlainLabel(role="title", wrap=True)
        self._kind = PlainLabel(role="small", wrap=True)
        self.sentence = PlainLabel(wrap=True)
        self.memory = MemoryBar(theme, "Memory of the chosen model")
        self.forecast = PlainLabel(wrap=True)
        self.measured = PlainLabel(wrap=True)
        self.notice = PlainLabel(role="small", wrap=True)
        self.compare = QPushButton()
        self.get = QPushButton("Get…")
        self.get.setAccessibleName("See the files of the chosen model at the hub")
        self.slice = QPushButton("Time a slice")
        self.slice.setAccessibleName("Time a slice of the chosen model on this computer")
        self.demand = DemandBox()
        buttons = QWidget()
        flow = FlowLayout(buttons)
        for button in (self.compare, self.slice, self.get):
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
        self.get.clicked.connect(lambda: self._row and self.get_wanted.emit(self._row.candidate))
        self.slice.clicked.connect(lambda: self._row and self.slice_wanted.emit(self._row.candidate))

    def show_row(self, row: Row, budget: Budget | None, bandwidth: float | None, timing: str) -> None:
        """Show this. `timing`: what is said of a slice that is being timed, "" while none is."""
        self._row = row
        candidate = row.candidate
        self._title.say(safe_name(candidate.name))
        where = candidate.repo or said.ORIGINS[candidate.origin]
        self._kind.say(f"{safe_name(candidate.quantization, 24)} · {said.shape(candidate)} · {safe_name(where, 80)}")
        self.sentence.say(row.sentence(budget))
        self.memory.show_parts(parts_of(row.plan), budget.available if budget else None)
        self.forecast.say_or_hide(timing or said.forecast_line(row))
        self.measured.say_or_hide(said.measured_line(row))
        self.notice.say_or_hide(_notice(row))
        self._show_buttons(row, bool(timing))
        self.demand.show_row(row, budget, bandwidth)

    def _show_buttons(self, row: Row, timing: bool) -> None:
        here = row.candidate.origin is Origin.HERE
        self.compare.setVisible(here)
        self.compare.setText("Try anyway" if row.kind is VerdictKind.NO else "Compare")
        self.compare.setAccessibleName(f"{self.compare.text()}: put the chosen model into a lane of Compare")
        self.slice.setVisible(here and not row.candidate.refusal)
        self.slice.setEnabled(not timing)
        self.get.setVisible(not here and bool(row.candidate.repo))

    def _compare(self) -> None:
        if self._row is not None and self._row.candidate.facts is not None:
            self.compare_wanted.emit(self._row.candidate.facts)


def _notice(row: Row) -> str:
    """What is behind the numbers, where it is not the engine's own plan."""
    lines = list(row.plan.notices)
    if row.mark == "?":
        lines.append("? The shape of this model is not known here: its cache is a guess.")
    elif row.mark and not lines:
        lines.append("~ Calculated; the engine itself plans a file once it is here.")
    return "\n".join(lines)

"""Two rows on the scale: whether both run at once, and what each costs."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.plans.candidates import Origin
from weighin.core.plans.verdict import Budget, pair_verdict, tokens
from weighin.core.plans.workstation import Cost, WorkstationRow, cost, sentence
from weighin.core.runs.lane import LABELS
from weighin.core.safe_text import safe_name
from weighin.ui.theme import Theme
from weighin.ui.widgets.label import ElidedLabel, PlainLabel
from weighin.ui.widgets.lane_chips import lane_chip
from weighin.ui.widgets.stacked_bar import BarPart
from weighin.ui.workstation.memory_bar import MemoryBar

_LINES = ("Memory", "Read per token", "Generation speed", "Share of memory bandwidth")


class PairDetail(QWidget):
    """`compare_wanted` carries two ModelFacts."""

    compare_wanted = Signal(object, object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[WorkstationRow, WorkstationRow] | None = None
        self.sentence = PlainLabel(wrap=True)
        self.largest = PlainLabel(wrap=True)
        self.memory = MemoryBar(theme, "Memory of both models")
        self.cost = PlainLabel(wrap=True)
        self._names = (ElidedLabel(), ElidedLabel())
        self._cells = [(PlainLabel(), PlainLabel()) for _ in _LINES]
        self.compare = QPushButton("Compare these two")
        self.compare.setAccessibleName("Compare both chosen models on the Compare page")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for widget in (self.sentence, self.memory, self.largest):
            layout.addWidget(widget)
        layout.addLayout(self._grid())
        layout.addWidget(self.cost)
        row = QHBoxLayout()
        row.addWidget(self.compare)
        row.addStretch(1)
        layout.addLayout(row)
        layout.addStretch(1)
        self.compare.clicked.connect(self._compare)

    @property
    def cells(self) -> tuple[tuple[str, str], ...]:
        """The numbers of both models, a line each."""
        return tuple((a.text(), b.text()) for a, b in self._cells)

    def show_rows(
        self, rows: tuple[WorkstationRow, WorkstationRow], budget: Budget | None, bandwidth: float | None
    ) -> None:
        """Show these two."""
        self._rows = rows
        self._show_memory(rows, budget)
        costs = (cost(rows[0], bandwidth), cost(rows[1], bandwidth))
        self.cost.say(sentence(rows, costs))
        for name, row in zip(self._names, rows, strict=True):
            name.say(f"{safe_name(row.candidate.name, 60)} · {safe_name(row.candidate.quantization, 24)}")
        for line, cells in zip(zip(*(_words(c) for c in costs), strict=True), self._cells, strict=True):
            for text, cell in zip(line, cells, strict=True):
                cell.say(text)
        self.compare.setVisible(all(row.candidate.origin is Origin.HERE for row in rows))

    def _grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(2, 1)
        for column, (label, name) in enumerate(zip(LABELS, self._names, strict=True), 1):
            head = QHBoxLayout()
            head.setSpacing(8)
            head.addWidget(lane_chip(label))
            head.addWidget(name, 1)
            grid.addLayout(head, 0, column)
        for number, (title, cells) in enumerate(zip(_LINES, self._cells, strict=True), 1):
            grid.addWidget(PlainLabel(title, role="muted"), number, 0)
            for column, cell in enumerate(cells, 1):
                grid.addWidget(cell, number, column)
        return grid

    def _show_memory(self, rows: tuple[WorkstationRow, WorkstationRow], budget: Budget | None) -> None:
        a, b = rows
        parts = []
        for label, colour, row in zip(LABELS, ("lane_a", "lane_b"), rows, strict=True):
            plan = row.plan
            # Where a part lies on GPUs nobody knows which: only what is mapped from the file is told apart.
            weights = (plan.mapped_bytes if plan.gpu_bytes else plan.weights_bytes) - plan.idle_bytes
            rest = plan.needed_bytes - weights
            parts.append(BarPart(f"{label} weights", weights, colour))
            parts.append(BarPart(f"{label} cache, buffers, process", rest, colour, hatched=True))
        self.memory.show_parts(tuple(parts), budget.available if budget else None)
        refused = next((row.candidate.refusal for row in rows if row.candidate.refusal), "")
        if refused or budget is None:
            self.sentence.say(refused or "This system does not tell how much memory is free.")
            self.largest.hide()
            return
        lines, trained = (a.candidate.line, b.candidate.line), (a.candidate.trained, b.candidate.trained)
        found = pair_verdict(lines, min(a.context, b.context), budget, trained)
        self.sentence.say(found.sentence)
        largest = f"Largest context: {tokens(found.largest_context)}." if found.largest_context else ""
        self.largest.say_or_hide(largest)

    def _compare(self) -> None:
        if self._rows is not None:
            a, b = (row.candidate.facts for row in self._rows)
            self.compare_wanted.emit(a, b)


def _words(cost: Cost) -> tuple[str, ...]:
    """The lines of the grid for one model."""
    mark = "" if cost.measured else "~ "
    return (
        f"{mark}{format.size(cost.memory)}",
        format.NONE if cost.read is None else f"~ {format.size(cost.read)}",
        format.NONE if cost.speed is None else f"{mark}{format.figure(cost.speed)} tok/s",
        format.NONE if cost.used is None else f"{mark}{format.percent(cost.used)}",
    )

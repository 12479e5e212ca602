"""Everything behind the scale, in place of the answers: all numbers, charts, and what each model was given."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.comparisons.comparison import Comparison
from weighin.core.comparisons.details import DetailRow, detail_rows
from weighin.core.models.text import shown_name
from weighin.core.runs.lane import LABELS
from weighin.core.safe_text import safe_name
from weighin.ui.proof.same_prompt import SamePrompt
from weighin.ui.theme import Theme
from weighin.ui.widgets.label import PlainLabel, plain_tooltip
from weighin.ui.widgets.lane_columns import set_lane_columns
from weighin.ui.widgets.live_chart import LiveChart


class DetailsTable(QWidget):
    """What, lane A, lane B. Hovering over a row says what was counted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(3)
        self._labels: list[PlainLabel] = []
        self._rows: tuple[DetailRow, ...] = ()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("All numbers")

    @property
    def lines(self) -> tuple[str, ...]:
        """What stands there, a line each: "Load time | 0.21 s | 0.25 s"."""
        return tuple(f"{row.title} | {row.a} | {row.b}" for row in self._rows)

    def counted(self, title: str) -> str:
        """What was counted for the number with this title."""
        return next(row.counted for row in self._rows if row.title == title)

    def show_rows(self, rows: tuple[DetailRow, ...], names: tuple[str, ...] = ()) -> None:
        """Show these in place of those before. names: of the models of A and B, over their columns."""
        for label in self._labels:
            label.setParent(None)
            label.deleteLater()
        self._rows, self._labels = rows, []
        set_lane_columns(self._grid, self)
        for column, name in enumerate(names, 1):
            label = PlainLabel(name, role="strong", wrap=True)
            self._grid.addWidget(label, 0, column)
            self._labels.append(label)
        for number, row in enumerate(rows, 1):
            for column, text in enumerate((row.title, row.a or format.NONE, row.b or format.NONE)):
                label = PlainLabel(safe_name(text, 300), role="" if column else "muted", wrap=column > 0)
                label.setToolTip(plain_tooltip(row.counted) if row.counted else "")
                label.setAlignment(Qt.AlignmentFlag.AlignTop)
                self._grid.addWidget(label, number, column)
                self._labels.append(label)
        self.setAccessibleDescription("; ".join(f"{r.title}: A {r.a}, B {r.b}. {r.counted}" for r in rows))


class DetailsView(QFrame):
    """`closed`: the answers are wanted back."""

    closed = Signal()

    def __init__(self, theme: Theme, charts: tuple[LiveChart, LiveChart], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = DetailsTable()
        self.proof = SamePrompt(theme)
        self.back = QPushButton("Back to the answers")
        self.back.setAccessibleName("Back to the answers")
        self.back.clicked.connect(self.closed)
        inner = QWidget()
        inner.setObjectName("drawer")
        column = QVBoxLayout(inner)
        column.setContentsMargins(16, 4, 16, 12)
        column.setSpacing(14)
        self._charts = _beside(charts)
        self._lines = charts
        column.addWidget(self.table)
        column.addWidget(self._charts)
        column.addWidget(PlainLabel("What each model was given", role="section"))
        column.addWidget(self.proof)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inner)
        scroll.viewport().setAutoFillBackground(False)
        inner.setAutoFillBackground(False)
        head = QHBoxLayout()
        head.setContentsMargins(16, 8, 12, 0)
        head.addWidget(PlainLabel("Details", role="title"), 1)
        head.addWidget(self.back)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(head)
        layout.addWidget(scroll, 1)

    def show_comparison(self, comparison: Comparison) -> None:
        """Show what is known of it."""
        names = tuple(f"{r.label}: {shown_name(r.setup.model)}" for r in comparison.results)
        self.table.show_rows(detail_rows(comparison), names)
        self._charts.setVisible(any(chart.has_line for chart in self._lines))
        self.proof.show_comparison(comparison)

    def clear(self) -> None:
        """Nothing is shown, and nothing is left of what was."""
        self.table.show_rows(())
        self.proof.clear()


def _beside(charts: tuple[LiveChart, LiveChart]) -> QWidget:
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(24)
    for label, chart in zip(LABELS, charts, strict=True):
        side = QVBoxLayout()
        side.addWidget(PlainLabel(f"{label} over time", role="small"))
        side.addWidget(chart)
        line.addLayout(side, 1)
    return row

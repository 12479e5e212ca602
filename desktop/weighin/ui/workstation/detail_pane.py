"""Beside the table: what is chosen in it. Above it: the context everything is judged at."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSlider, QStackedWidget, QVBoxLayout, QWidget

from weighin.core.plans.verdict import Budget, tokens
from weighin.core.plans.workstation import WorkstationRow
from weighin.ui.theme import Theme
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.workstation.pair_detail import PairDetail
from weighin.ui.workstation.row_detail import Offers, RowDetail

_HINT = "Choose a model to see what it needs. Ctrl-click two to compare."
_LEAST, _LEAST_EMPTY = 120, 64


class DetailPane(QFrame):
    """Shows one row, two rows, or what to do."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.row = RowDetail(theme)
        self.pair = PairDetail(theme)
        hint = PlainLabel(_HINT, role="muted", wrap=True)
        hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._hint = hint
        self._stack = QStackedWidget()
        self._areas = {widget: _scrolled(widget, name) for widget, name in self._named()}
        for area in self._areas.values():
            self._stack.addWidget(area)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 6, 10)
        layout.addWidget(self._stack)
        self.setMinimumHeight(_LEAST_EMPTY)

    @property
    def is_empty(self) -> bool:
        """Whether it only says what to do."""
        return self._stack.currentWidget() is self._areas[self._hint]

    def show_chosen(
        self, chosen: tuple[WorkstationRow, ...], budget: Budget | None, bandwidth: float | None, offers: Offers
    ) -> None:
        """Show what is chosen in the table."""
        if len(chosen) == 1:
            self.row.show_row(chosen[0], budget, bandwidth, offers)
            self._stack.setCurrentWidget(self._areas[self.row])
        elif len(chosen) == 2:
            self.pair.show_rows((chosen[0], chosen[1]), budget, bandwidth)
            self._stack.setCurrentWidget(self._areas[self.pair])
        else:
            self._stack.setCurrentWidget(self._areas[self._hint])
        self.setMinimumHeight(_LEAST_EMPTY if self.is_empty else _LEAST)

    def _named(self) -> tuple[tuple[QWidget, str], ...]:
        return (
            (self._hint, "What can be chosen"),
            (self.row, "About the chosen model"),
            (self.pair, "About the two chosen models"),
        )


def _scrolled(widget: QWidget, name: str) -> QScrollArea:
    area = QScrollArea()
    area.setAccessibleName(name)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidget(widget)
    widget.setAutoFillBackground(False)
    return area


_USUAL = 4096


class ContextSlider(QWidget):
    """`changed` carries tokens."""

    changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stops: tuple[int, ...] = (_USUAL,)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("Context length")
        self.slider.setPageStep(1)
        self.slider.setMinimumWidth(150)
        self._label = PlainLabel()
        self._label.setMinimumWidth(self._label.fontMetrics().horizontalAdvance("Context 1\u202f024k "))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._label)
        row.addWidget(self.slider, 1)
        self.slider.valueChanged.connect(self._on_moved)
        self._say()

    @property
    def context(self) -> int:
        """Tokens chosen."""
        return self._stops[self.slider.value()]

    def set_stops(self, stops: tuple[int, ...]) -> None:
        """Offer these; the nearest to what was chosen stays chosen. Nobody is told."""
        if stops == self._stops:
            return
        kept = self.context
        self._stops = stops
        self.slider.blockSignals(True)
        self.slider.setRange(0, len(stops) - 1)
        self.slider.setValue(min(range(len(stops)), key=lambda n: abs(stops[n] - kept)))
        self.slider.blockSignals(False)
        self._say()

    def _on_moved(self, _value: int) -> None:
        self._say()
        self.changed.emit(self.context)

    def _say(self) -> None:
        self._label.say(f"Context {tokens(self.context)}")
        self.slider.setAccessibleDescription(f"{tokens(self.context)} tokens")

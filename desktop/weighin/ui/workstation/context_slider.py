"""The length of context everything is judged at."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

from weighin.core.plans.verdict import tokens
from weighin.ui.widgets.label import PlainLabel

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
        self.slider.setMinimumWidth(120)
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

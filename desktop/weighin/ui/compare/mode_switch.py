"""One after the other, or together."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QRadioButton, QWidget

from weighin.core.runs.lane import Mode
from weighin.ui.widgets.label import PlainLabel

_WARNING = "sharing the machine: not comparable with alone"


class ModeSwitch(QWidget):
    """Chooses the Mode; `changed` when another one is chosen. The warning stands beside "Together" while that is."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._alone = QRadioButton("One after the other")
        self._alone.setAccessibleName("One after the other: each lane has the whole machine")
        self._alone.setToolTip("Each lane has the whole machine: numbers worth keeping.")
        self._together = QRadioButton("Together")
        self._together.setAccessibleName(f"Together: {_WARNING}")
        self._together.setToolTip(f"Both lanes at once, {_WARNING}.")
        self._alone.setChecked(True)
        self._warning = PlainLabel(_WARNING, role="warning", wrap=True)
        self._warning.hide()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._alone)
        layout.addWidget(self._together)
        layout.addWidget(self._warning, 1)
        layout.addStretch(0)
        self._together.toggled.connect(self._warning.setVisible)
        self._together.toggled.connect(lambda _: self.changed.emit())

    @property
    def mode(self) -> Mode:
        """What is chosen."""
        return Mode.TOGETHER if self._together.isChecked() else Mode.ALONE

    def set_mode(self, mode: Mode) -> None:
        """Choose."""
        (self._together if mode is Mode.TOGETHER else self._alone).setChecked(True)

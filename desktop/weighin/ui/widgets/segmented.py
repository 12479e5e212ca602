"""A choice of a few words, side by side in one frame."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QPushButton, QWidget

from weighin.ui.widgets.label import plain_tooltip


class SegmentedControl(QFrame):
    """`chosen` carries the index that was chosen. segments: for each its words and what a tooltip says of it."""

    chosen = Signal(int)

    def __init__(self, name: str, segments: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "segments")
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(1, 1, 1, 1)
        row.setSpacing(0)
        for number, (text, told) in enumerate(segments):
            button = QPushButton(text)
            button.setProperty("role", "segment")
            button.setCheckable(True)
            button.setAccessibleName(f"{text}: {told}")
            button.setToolTip(plain_tooltip(told))
            self._group.addButton(button, number)
            row.addWidget(button)
        self._group.button(0).setChecked(True)
        self._group.idToggled.connect(self._toggled)

    @property
    def index(self) -> int:
        """The chosen one."""
        return self._group.checkedId()

    def choose(self, index: int) -> None:
        """Choose another one."""
        self._group.button(index).setChecked(True)

    def _toggled(self, index: int, on: bool) -> None:
        if on:
            self.chosen.emit(index)

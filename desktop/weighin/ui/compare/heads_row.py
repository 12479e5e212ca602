"""The heads of both lanes with a button between them that swaps the models."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from weighin.ui.pickers.lane_header import LaneHeader
from weighin.ui.theme import Theme
from weighin.ui.widgets.icon_button import IconButton

# By the lane whose model is the base.
QUESTIONS = ("How faithful is B to A?", "How faithful is A to B?")


class HeadsRow(QWidget):
    """`swap_wanted`: A is to be B, and B is to be A. `fidelity_wanted` carries the number of the lane whose model the
    other shall be held against."""

    swap_wanted = Signal()
    fidelity_wanted = Signal(int)

    def __init__(self, theme: Theme, headers: tuple[LaneHeader, LaneHeader], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.swap = IconButton(theme, "swap", "Swap the models of A and B")
        self.swap.clicked.connect(self.swap_wanted)
        for lane, header in enumerate(headers):
            header.offer_question(QUESTIONS[lane])
            header.asked.connect(lambda base=lane: self.fidelity_wanted.emit(base))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(headers[0], 1)
        row.addWidget(self.swap, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(headers[1], 1)

"""What stands under a result: the proof of the same prompt, and the ways to its differences and its tape."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from weighin.core.comparisons.comparison import Comparison
from weighin.core.runs.lane import LABELS
from weighin.ui.proof.same_prompt import SamePrompt
from weighin.ui.theme import Theme


class ProofPanel(QWidget):
    """Empty while nothing is shown."""

    def __init__(self, theme: Theme, spare_height: Callable[[], int], parent: QWidget | None = None) -> None:
        """`spare_height`: pixels that what stands above could give away."""
        super().__init__(parent)
        self.same_prompt = SamePrompt(theme, spare_height)
        self.tape = QPushButton("Tape…")
        self.tape.setAccessibleName("The tale of the tape: both models in one picture")
        self.tape.setToolTip("Both models in one picture")
        self.differences = QPushButton("Differences…")
        self.differences.setAccessibleName("Both answers side by side, word by word")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.same_prompt, 1)
        row.addWidget(self.differences, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.tape, 0, Qt.AlignmentFlag.AlignTop)
        self.clear()

    def clear(self) -> None:
        """Nothing is shown any more."""
        self.same_prompt.clear()
        self.tape.hide()
        self.differences.hide()

    def show_comparison(self, comparison: Comparison) -> None:
        """This is shown now."""
        self.same_prompt.show_comparison(comparison)
        for button in (self.differences, self.tape):
            button.setVisible(len(comparison.results) == len(LABELS))

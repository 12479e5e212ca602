"""Terms and what is said of them, in two columns."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from weighin.ui.widgets.label import PlainLabel


class Terms(QWidget):
    """terms: each with what is said of it; the first column is as wide as its longest term."""

    def __init__(self, terms: Iterable[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(1, 1)
        self._labels: dict[str, PlainLabel] = {}
        for row, (term, said) in enumerate(terms):
            self._labels[term] = label = PlainLabel(said, role="muted", wrap=True)
            grid.addWidget(PlainLabel(term), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label, row, 1)

    def say(self, term: str, said: str) -> None:
        """Say something else of a term. Raises KeyError."""
        self._labels[term].say(said)

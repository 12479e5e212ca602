"""The published scale in a card, with its source, and a way to save it as a picture."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from weighin.core.fidelity.fidelity import FidelityRecord
from weighin.core.fidelity.published import MODEL, SOURCE
from weighin.ui.fidelity.run.scale_chart import ScaleChart
from weighin.ui.theme import Theme
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.section import button

TITLE = "Published scale"
_ABOUT = f"KLD, less is better. Dots: these models, with 95 % interval. Dashed: {MODEL}."


class ScaleView(QScrollArea):
    """`picture_wanted`: the chart shall be saved."""

    picture_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.chart = ScaleChart(theme)
        self.setFocusPolicy(self.focusPolicy().NoFocus)
        save = button("Save picture…", "Save the picture of the published scale", "example")
        save.clicked.connect(self.picture_wanted)
        card = QFrame()
        card.setProperty("role", "card")
        head = QHBoxLayout()
        head.addWidget(PlainLabel(_ABOUT, role="muted", wrap=True), 1)
        head.addWidget(save)
        layout = QVBoxLayout(card)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(6)
        layout.addLayout(head)
        layout.addWidget(self.chart)
        layout.addWidget(PlainLabel(f"Source: {SOURCE}", role="small", wrap=True))
        inner = QWidget()
        inner.setObjectName("page")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 6, 0, 0)
        column.addWidget(card)
        column.addStretch(1)
        self.setWidget(inner)

    def show_record(self, record: FidelityRecord) -> None:
        """Draw what is measured."""
        self.chart.show_record(record)

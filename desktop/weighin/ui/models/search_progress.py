"""Something is asked of the hub: what, a bar that moves until the answer comes, and a way out."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from weighin.ui.widgets.label import ElidedLabel


class SearchProgress(QWidget):
    """Hidden while nothing is asked. `cancelled`: the answer is not wanted any more."""

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = ElidedLabel(role="muted")
        self.cancel = QPushButton("Cancel")
        self.cancel.setAccessibleName("Cancel the search")
        self.cancel.clicked.connect(self.cancelled)
        bar = QProgressBar()
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        bar.setAccessibleName("The hub is being asked")
        row = QHBoxLayout()
        row.addWidget(self._label, 1)
        row.addWidget(self.cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(bar)
        self.hide()

    @property
    def text(self) -> str:
        """What is asked, "" while nothing is."""
        return "" if self.isHidden() else self._label.text()

    def say(self, text: str) -> None:
        """Show that this is asked now; "" hides it."""
        self._label.say(text)
        self.setVisible(bool(text))

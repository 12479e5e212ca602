"""The other way round: what a model would need to be fast enough."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from weighin.core.plans.verdict import Budget
from weighin.core.plans.workstation import Row, demand
from weighin.ui.widgets.label import PlainLabel

_USUAL = "10"
_LEAST, _MOST = 0.1, 10_000.0


class DemandBox(QWidget):
    """Asks for tokens a second and says what it takes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row: Row | None = None
        self._budget: Budget | None = None
        self._bandwidth: float | None = None
        self.speed = QLineEdit(_USUAL)
        self.speed.setMaximumWidth(70)
        self.speed.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.speed.setAccessibleName("Tokens a second that are wanted")
        self.sentence = PlainLabel(wrap=True)
        question = QHBoxLayout()
        question.addWidget(PlainLabel("What would it take for"))
        question.addWidget(self.speed)
        question.addWidget(PlainLabel("tokens/s?"))
        question.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(question)
        layout.addWidget(self.sentence)
        self.speed.textChanged.connect(lambda _text: self._say())

    def show_row(self, row: Row, budget: Budget | None, bandwidth: float | None) -> None:
        """Answer for this model, beside what this computer has."""
        self._row, self._budget, self._bandwidth = row, budget, bandwidth
        self._say()

    def _say(self) -> None:
        if self._row is None:
            return
        wanted = _number(self.speed.text())
        if wanted is None:
            self.sentence.say(f"Tokens a second are a number from {_LEAST:g} to {_MOST:,.0f}.")
            return
        asked = (self._row.candidate, self._row.context, wanted)
        self.sentence.say(demand(*asked, self._budget, self._bandwidth).sentence)


def _number(text: str) -> float | None:
    """What is typed, with a point or a comma; None where it makes no sense."""
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return value if _LEAST <= value <= _MOST else None

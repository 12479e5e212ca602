"""Which model is better, as far as the answers so far can tell."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from weighin.core.evaluations.evaluation import RunState
from weighin.core.evaluations.text import verdict_sentence
from weighin.core.safe_text import safe_name
from weighin.core.statistics.paired import PairedResult
from weighin.ui.mmlu import said
from weighin.ui.widgets.label import PlainLabel

_LONGEST_NAME = 48


class VerdictBox(QFrame):
    """A sentence, and under it what it rests on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "strip")
        self._sentence = PlainLabel(role="title", wrap=True)
        self._evidence = PlainLabel(role="small", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(3)
        layout.addWidget(self._sentence)
        layout.addWidget(self._evidence)

    @property
    def sentence(self) -> str:
        """The verdict."""
        return self._sentence.text()

    @property
    def evidence(self) -> str:
        """What it rests on."""
        return self._evidence.text()

    def show_verdict(self, paired: PairedResult | None, names: tuple[str, ...], total: int, state: RunState) -> None:
        """Say it; None: nothing is answered by both yet. `total`: questions of the run, which is in `state`."""
        if paired is None:
            self._sentence.say("Cannot tell yet: no question is answered by both.")
            self._evidence.say_or_hide("")
            return
        a, b = (f"{label} ({safe_name(name, _LONGEST_NAME)})" for label, name in zip("AB", names, strict=True))
        self._sentence.say(verdict_sentence(paired, total, state, a, b))
        self._evidence.say_or_hide(said.evidence(paired))

"""What a measurement takes, in two lines before it begins."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from weighin.core.fidelity.fidelity import FidelityRequest
from weighin.core.fidelity.outlook import chunks_of, memory_sentence, time_sentence
from weighin.core.models.model import ModelFacts
from weighin.ui.widgets.label import PlainLabel

if TYPE_CHECKING:
    from weighin.services.plans.workstation import Workstation


class TakesBox(QFrame):
    """`workstation` knows what models need and how fast they read, as far as that was looked at."""

    def __init__(self, workstation: Workstation, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "strip")
        self._workstation = workstation
        self._memory = PlainLabel(wrap=True)
        self._time = PlainLabel(role="small", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(2)
        layout.addWidget(self._memory)
        layout.addWidget(self._time)
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.setSizePolicy(policy)

    @property
    def text(self) -> str:
        """What is said."""
        return f"{self._memory.text()}\n{self._time.text()}".strip()

    def show_request(self, request: FidelityRequest | None) -> None:
        """Say what it takes; None: it cannot begin as it stands."""
        self.setVisible(request is not None)
        if request is None:
            return
        models = [request.base.model, *(other.model for other in request.others)]
        budget = self._workstation.computer.budget
        files = {model.path: model for model in models}.values()  # pages of one file are in memory once
        needs = [self._asked(model, lambda row: row.candidate.line.needed_at(request.context)) for model in files]
        self._memory.say(memory_sentence(request, needs, budget.available if budget else None))
        speeds = [
            self._asked(model, lambda row: row.forecast.prompt_tokens_per_s if row.forecast else None)
            for model in models
        ]
        self._time.say(time_sentence(request, chunks_of(request, _size(request.text)), speeds))

    def _asked(self, model: ModelFacts, figure: Callable[..., float | None]) -> float | None:
        return figure(self._workstation.judge_file(model))


def _size(path: str) -> int | None:
    try:
        return Path(path).stat().st_size if path else None
    except OSError:
        return None

"""How many tokens the prompt will have, held against the context."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from weighin.core import format
from weighin.core.models.model import ModelFacts
from weighin.core.runs.lane import LABELS

if TYPE_CHECKING:
    from weighin.services.comparisons.attached_files import AttachedFiles

_PAUSE_MS = 600

Models = tuple[ModelFacts | None, ...]


class TokenCount(QObject):
    """Counts with the tokenizer of each model, a moment after something was typed. `changed`: the words did."""

    changed = Signal()

    def __init__(self, service: Callable[[], AttachedFiles], parent: QObject) -> None:
        super().__init__(parent)
        self._service = service
        self._text = ""
        self._models: Models = ()
        self._contexts: tuple[int, ...] = ()
        self._before = 0
        self._counts: dict[str, int] = {}
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_PAUSE_MS)
        self._later.timeout.connect(self._count)

    @property
    def words(self) -> str:
        """ "36 tokens · context 4 096", "A 36, B 34 tokens · context 4 096"."""
        if not self._contexts:
            return ""
        contexts = " / ".join(dict.fromkeys(map(format.count, self._contexts)))
        return " · ".join([*self._count_words(), f"context {contexts}"])

    @property
    def is_over(self) -> bool:
        """Whether a lane's context cannot hold the prompt."""
        pairs = zip(LABELS, self._contexts, strict=False)
        return any(self._before + self._counts.get(label, 0) >= context for label, context in pairs)

    def set_text(self, text: str) -> None:
        """What the prompt is, with its files."""
        if text != self._text:
            self._text = text
            self._soon()

    def set_models(self, models: Models) -> None:
        """Whose tokens are counted."""
        if models != self._models:
            self._models = models
            self._soon()

    def set_room(self, contexts: tuple[int, ...], before: int) -> None:
        """contexts: tokens each lane can hold. before: tokens of the conversation so far, 0 for a new one."""
        self._contexts, self._before = contexts, before
        self.changed.emit()

    def _count_words(self) -> list[str]:
        counts = [self._counts[label] for label in LABELS if label in self._counts]
        said = [f"{format.count(self._before)} tokens in this conversation"] if self._before else []
        if len(set(counts)) == 1:
            said.append(format.plural(counts[0], "token"))
        elif counts:
            said.append(
                ", ".join(f"{k} {format.count(self._counts[k])}" for k in LABELS if k in self._counts) + " tokens"
            )
        return said

    def _soon(self) -> None:
        if self._counts:
            self._counts = {}
            self.changed.emit()
        self._later.start()

    def _count(self) -> None:
        if not self._text.strip():
            return
        text = self._text
        for label, model in zip(LABELS, self._models, strict=False):
            if model is not None and model.path:
                self._service().count(model, text, self._taker(label, text, model))

    def _taker(self, label: str, text: str, model: ModelFacts) -> Callable[[int], None]:
        def take(tokens: int) -> None:
            if text == self._text and self._models[LABELS.index(label)] == model:
                self._counts[label] = tokens
                self.changed.emit()

        return take

"""The pairs of models that were run last, to be chosen again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from weighin.core.safe_text import safe_name
from weighin.ui.remembering import kept_body, kept_model

if TYPE_CHECKING:
    from weighin.core.comparisons.comparison import Comparison
    from weighin.core.models.model import ModelFacts
    from weighin.services.comparisons.blind_round import BlindRound
    from weighin.services.models.library import Library
    from weighin.services.settings import Settings

_KEPT = "recent_pairs"
_MOST = 8

Models = tuple["ModelFacts", "ModelFacts"]


@dataclass(frozen=True)
class RecentPair:
    """names: of the models for lanes A and B; choose: puts them there, or says why that may not be now."""

    names: tuple[str, str]
    choose: Callable[[], None]


class RecentPairs(QObject):
    """The last pairs of which both models answered, the latest first, each once; kept in the settings. Pairs of which a
    model is not here are left out. `changed`: others, or in another order."""

    changed = Signal()

    def __init__(
        self,
        settings: Settings,
        library: Library,
        blind: BlindRound,
        choose: Callable[[Models], None],
        parent: QObject,
    ) -> None:
        """blind: through which every comparison comes when it may be known; choose: puts models into the lanes."""
        super().__init__(parent)
        self._settings, self._library, self._blind, self._choose = settings, library, blind, choose
        blind.revealed.connect(self._add)
        settings.cleared.connect(self.changed)

    def pairs(self) -> tuple[RecentPair, ...]:
        """Those that can be chosen; none while a blind round hides names."""
        return () if self._blind.hides else tuple(self._pair(models) for models in self._known())

    def _pair(self, models: Models) -> RecentPair:
        a, b = (_name(model) for model in models)
        return RecentPair((a, b), lambda: self._choose(models))

    def _known(self) -> list[Models]:
        here = {model.path for model in self._library.models()}
        found: list[Models] = []
        for bodies in self._bodies():
            a, b = (kept_model(self._library, body) for body in bodies)
            if a is not None and b is not None and all(m.is_server or m.path in here for m in (a, b)):
                found.append((a, b))
        return found

    def _add(self, comparison: Comparison) -> None:
        if any(result.answer.failure or not result.answer.text for result in comparison.results):
            return
        pair = [kept_body(setup.model) for setup in comparison.request.lanes]
        others = [bodies for bodies in self._bodies() if _paths(bodies) != _paths(pair)]
        made = [pair, *others][:_MOST]
        if made != self._settings.get(_KEPT, []):  # a prompt set runs the same pair a thousand times
            self._settings.set(_KEPT, made)
            self.changed.emit()

    def _bodies(self) -> list[list[Any]]:
        """What is kept, as far as it has the form of pairs."""
        kept = self._settings.get(_KEPT, [])
        pairs = [pair for pair in kept if isinstance(pair, list) and len(pair) == 2]
        return [pair for pair in pairs if all(isinstance(body, dict) for body in pair)][:_MOST]


def _paths(bodies: list[Any]) -> list[str]:
    """Which pair it is, whichever stood at which side."""
    return sorted(str(body.get("path")) for body in bodies)


def _name(model: ModelFacts) -> str:
    """The name, with its quantization where that does not stand in it."""
    name = safe_name(model.name, 60)
    return name if model.quantization.lower() in name.lower() else f"{name} {safe_name(model.quantization, 24)}"

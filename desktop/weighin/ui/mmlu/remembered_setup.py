"""What is asked on the MMLU page, from one start to the next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from weighin.core.evaluations.evaluation import EvaluationChoice, Order
from weighin.core.jsonable import salvaged, to_plain
from weighin.ui.remembering import RememberedModels, Remembering

if TYPE_CHECKING:
    from weighin.services.models.library import Library
    from weighin.services.settings import Settings
    from weighin.ui.mmlu.setup.setup_view import SetupView

_MODELS = "models"


@dataclass(frozen=True)
class Wanted:
    """Everything but the models. choice.n: as it was wanted, also where there are fewer questions."""

    choice: EvaluationChoice = field(default_factory=EvaluationChoice)
    order: Order = Order.ALTERNATING
    second: bool = True
    until_decided: bool = False


class RememberedSetup(Remembering):
    """Puts everything back at once."""

    def __init__(self, settings: Settings, setup: SetupView, library: Library) -> None:
        super().__init__(settings, "mmlu", setup)
        self._setup = setup
        self._models = RememberedModels(library, [lane.header for lane in setup.models], self)
        if self.kept:
            self._models.put_back(self.kept.get(_MODELS))
            setup.show_wanted(salvaged(setup.wanted, self.kept))
        setup.changed.connect(self.soon)

    @property
    def has_models(self) -> bool:
        """Whether models were once chosen for this page itself."""
        return bool(self.kept.get(_MODELS))

    def body(self) -> dict[str, Any]:
        own = self._setup.has_own_models
        made: dict[str, Any] = {_MODELS: self._models.bodies(self.kept.get(_MODELS)) if own else []}
        if self._setup.set.questions is not None:  # else nobody knows yet which subjects there are
            made |= to_plain(self._setup.wanted)
        return made

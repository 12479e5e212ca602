"""What is measured on the Fidelity page, from one start to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from weighin.core.fidelity.fidelity import CONTEXT
from weighin.core.jsonable import salvaged, to_plain
from weighin.core.runs.options import LoadOptions
from weighin.ui.remembering import Remembering, kept_body, kept_model

if TYPE_CHECKING:
    from weighin.services.models.library import Library
    from weighin.services.settings import Settings
    from weighin.ui.fidelity.setup.setup_view import SetupView

_SIDES, _TEXT, _CHUNKS, _CONTEXT = "sides", "text", "chunks", "context"


class RememberedFidelity(Remembering):
    """Puts everything back at once. A model that is not known any more leaves its place to the others."""

    def __init__(self, settings: Settings, setup: SetupView, library: Library) -> None:
        super().__init__(settings, "fidelity", setup)
        self._setup, self._library = setup, library
        self._put_back()
        setup.changed.connect(self.soon)

    @property
    def has_models(self) -> bool:
        """Whether models were once chosen for this page itself."""
        return len(self._sides()) > 1

    def body(self) -> dict[str, Any]:
        setup = self._setup
        known = {model.path for model in self._library.models()}
        sides = [
            {"model": kept_body(field.chosen), "load": to_plain(field.load or LoadOptions())}
            for field in setup.sides.fields
            if field.chosen is not None and field.chosen.path in known and not setup.has_compared
        ]
        made: dict[str, Any] = {_SIDES: sides, _TEXT: setup.text.path}
        if setup.text.is_valid:
            made |= {_CHUNKS: setup.text.amount, _CONTEXT: setup.text.tokens}
        return made

    def _sides(self) -> list[Any]:
        """The sides that still make sense."""
        kept = self.kept.get(_SIDES)
        made = []
        for side in kept if isinstance(kept, list) else []:
            body = side.get("model") if isinstance(side, dict) else None
            model = kept_model(self._library, body) if isinstance(body, dict) else None
            if model is not None and not model.is_server:
                load = side.get("load")
                made.append((model, salvaged(LoadOptions(), load if isinstance(load, dict) else {})))
        return made

    def _put_back(self) -> None:
        if self.has_models:
            self._setup.sides.show_sides(tuple(self._sides()))
        text, chunks, context = (self.kept.get(name) for name in (_TEXT, _CHUNKS, _CONTEXT))
        if isinstance(text, str) and text:
            self._setup.text.choose(text)
        self._setup.text.show_amount(_number(chunks), _number(context) or CONTEXT)


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None

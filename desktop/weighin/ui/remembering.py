"""What is chosen is there again when the program starts anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer

from weighin.core.errors import AppError
from weighin.core.jsonable import ShapeError, from_plain, to_plain
from weighin.core.models.model import SERVER_SCHEMES, ModelFacts
from weighin.core.models.server import parse_address, server_facts
from weighin.core.safe_text import safe_name

if TYPE_CHECKING:
    from weighin.services.models.library import Library
    from weighin.services.settings import Settings
    from weighin.ui.pickers.lane_header import LaneHeader

_PAUSE_MS = 400


class Remembering(QObject):
    """Writes what is chosen in some part of the window into the settings, under one key, a moment after it was changed.
    What is kept there may come from another version or from an editor: everything that does not fit is passed over."""

    def __init__(self, settings: Settings, key: str, parent: QObject) -> None:
        super().__init__(parent)
        self._settings, self._key = settings, key
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_PAUSE_MS)
        self._later.timeout.connect(self._write)

    @property
    def kept(self) -> dict[str, Any]:
        """What was written last, by this version or another."""
        found: dict[str, Any] = self._settings.get(self._key, {})
        return found

    def body(self) -> dict[str, Any]:
        """What to keep now; what is left out stays as it was kept."""
        raise NotImplementedError

    def soon(self) -> None:
        """Something was changed."""
        self._later.start()

    def flush(self) -> None:
        """Write now what was going to be written."""
        if self._later.isActive():
            self._later.stop()
            self._write()

    def _write(self) -> None:
        self._settings.set(self._key, self.kept | self.body())


class RememberedModels(QObject):
    """The models chosen in the heads of some lanes, as bodies of the settings. A model stays chosen although its file
    is gone, and its head says so; of a server the address is kept, never a key."""

    def __init__(self, library: Library, headers: Sequence[LaneHeader], parent: QObject) -> None:
        super().__init__(parent)
        self._library, self._headers = library, tuple(headers)
        self._put_back: dict[LaneHeader, str] = {}
        library.looked.connect(self._look)

    def put_back(self, bodies: object) -> None:
        """Choose what `bodies` says, lane by lane."""
        if not isinstance(bodies, list):
            return
        for header, body in zip(self._headers, bodies, strict=False):
            facts = kept_model(self._library, body) if isinstance(body, dict) else None
            if facts is not None:
                header.picker.choose(facts)
                self._put_back[header] = facts.path

    def bodies(self, kept: object) -> list[Any]:
        """What is chosen now. A model that nobody here knows (it came with somebody's bundle, or the shelf is not
        filled yet) leaves its lane as it was `kept`."""
        known = {model.path for model in self._library.models()}
        before = kept if isinstance(kept, list) else []
        made: list[Any] = []
        for number, header in enumerate(self._headers):
            chosen = header.picker.chosen
            if chosen is not None and (chosen.is_server or chosen.path in known):
                made.append(kept_body(chosen))
            else:
                made.append(before[number] if number < len(before) else None)
        return made

    def _look(self) -> None:
        """All places were looked through: what was put back is there, or is not."""
        known = {model.path for model in self._library.models()}
        for header, path in self._put_back.items():
            chosen = header.picker.chosen
            if chosen is None or chosen.path != path or chosen.is_server or path in known or Path(path).exists():
                continue
            refusal = self._library.refusal(chosen)
            name = safe_name(chosen.name, 80)
            header.refuse(refusal.message if refusal else f"{name} is not here any more. Choose another model.")


def kept_body(model: ModelFacts) -> dict[str, Any]:
    """What is kept of a model: its template is read from its file anyway."""
    return {"path": model.path} if model.is_server else to_plain(replace(model, template=None))


def kept_model(library: Library, body: dict[str, Any]) -> ModelFacts | None:
    """The model of which `body` was kept, as it is known now; None where it makes no sense."""
    path = body.get("path")
    if not isinstance(path, str) or not path:
        return None
    if path.lower().startswith(SERVER_SCHEMES):
        try:
            address = parse_address(path)
        except AppError:
            return None
        return server_facts(address) if address.model else None
    for model in library.models():
        # Another installation of the program has its starter models elsewhere.
        if model.path == path or (model.starter and (body.get("starter"), body.get("name")) == (True, model.name)):
            return model
    try:
        facts: ModelFacts = from_plain(ModelFacts, body)
    except ShapeError:
        return None
    return None if facts.starter else facts

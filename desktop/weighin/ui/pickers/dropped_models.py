"""Model files that were dropped on a lane, or chosen for one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from weighin.core.errors import AppError
from weighin.core.models.model import ModelFacts, shard_paths
from weighin.core.safe_text import safe_name
from weighin.ui.pickers.lane_header import LaneHeader

if TYPE_CHECKING:
    from weighin.services.models.library import Library

_RUNNING = "A comparison is running. Stop it or let it finish, then choose another model."
_TOO_MANY = "Drop at most two models, one for A and one for B. Nothing was changed."


class DroppedModels:
    """The first model goes into the lane it was dropped on, a second one into the other lane. What is no model is said
    in the lane it was dropped on, and changes nothing."""

    def __init__(self, library: Library, headers: Sequence[LaneHeader]) -> None:
        self._library, self._headers = library, tuple(headers)

    def take(self, lane: int, paths: Sequence[str]) -> None:
        """Open the files at `paths` and choose them, beginning with lane number `lane`."""
        here = self._headers[lane]
        here.refuse("")
        models = whole_models(paths)
        if len(models) > len(self._headers):
            here.refuse(_TOO_MANY)
        elif not here.picker.isEnabled():
            here.refuse(_RUNNING)
        else:
            lanes = (here, *(header for header in self._headers if header is not here))
            _Opening(models, lambda opened: _choose(opened, lanes)).go_on(self._library)


@dataclass
class _Opening:
    """Files that are opened one after the other, and what came of each."""

    waiting: list[str]
    done: Callable[[_Opening], None]
    models: list[ModelFacts] = field(default_factory=list)
    refusals: list[tuple[str, AppError]] = field(default_factory=list)

    def go_on(self, library: Library) -> None:
        if not self.waiting:
            self.done(self)
            return
        path = self.waiting.pop(0)

        def opened(model: ModelFacts) -> None:
            self.models.append(model)
            self.go_on(library)

        def refused(error: AppError) -> None:
            self.refusals.append((path, error))
            self.go_on(library)

        library.open_file(path, opened, refused)


def _choose(opened: _Opening, lanes: Sequence[LaneHeader]) -> None:
    if not lanes[0].picker.isEnabled():  # a comparison has begun while the files were read
        lanes[0].refuse(_RUNNING)
        return
    for header, model in zip(lanes, opened.models, strict=False):
        header.picker.choose(model)
    several = len(opened.models) + len(opened.refusals) > 1
    lanes[0].refuse(
        "\n".join(
            f"{safe_name(Path(path).name, 80)}: {error.user_text}" if several else error.user_text
            for path, error in opened.refusals
        )
    )


def whole_models(paths: Sequence[str]) -> list[str]:
    """The paths, of a split model only that of the part that came first."""
    found: dict[Path, str] = {}
    for path in paths:
        found.setdefault(shard_paths(Path(path))[0], path)
    return list(found.values())

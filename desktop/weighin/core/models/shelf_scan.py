"""Looks through all places for models and compares with what was known."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from weighin.core.gguf.reader import KnownTexts
from weighin.core.models.found import YOURS, Found, Place, file_at, models_in
from weighin.core.models.shelf import ShelfModel, gone, look


def scan(known: Iterable[ShelfModel], places: Iterable[Place], added: Iterable[str]) -> tuple[ShelfModel, ...]:
    """Every model of the `places` and the `added` files and folders, then those that vanished.

    Headers are read only of what is new or not as it was `known`. A file seen through two places counts once."""
    by_path = {model.path: model for model in known}
    seen: dict[str, ShelfModel] = {}
    real: set[str] = set()
    texts = KnownTexts()
    for found in _all(places, added):
        where = os.path.realpath(found.path)
        if found.path in seen or where in real:
            continue
        real.add(where)
        before = by_path.get(found.path)
        now = look(found, before, texts)
        if now.stamps:
            seen[found.path] = dataclasses.replace(now, forgotten=before.forgotten if before else False)
    # A name that now leads to a file already seen elsewhere is not a model that vanished.
    vanished = [m for m in by_path.values() if m.path not in seen and os.path.realpath(m.path) not in real]
    return (*seen.values(), *(gone(model) for model in vanished if not model.forgotten))


def found_at(path: Path) -> tuple[Found, ...]:
    """What the user's own file or folder `path` holds."""
    if path.is_dir():
        return tuple(models_in(Place(YOURS, path)))
    return (file_at(path, Place(YOURS, path.parent)),)


def _all(places: Iterable[Place], added: Iterable[str]) -> Iterator[Found]:
    for place in places:
        yield from models_in(place)
    for path in added:
        if Path(path).exists():
            yield from found_at(Path(path))

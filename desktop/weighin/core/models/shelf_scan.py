"""Looks through all places for models and compares with what was known."""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from weighin.core.downloads.hub_names import is_sha256
from weighin.core.errors import AppError
from weighin.core.gguf.cursor import KnownTexts
from weighin.core.models.found import YOURS, FoundFile, Place, file_at, models_in
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


def found_at(path: Path) -> tuple[FoundFile, ...]:
    """What the user's own file or folder `path` holds."""
    if os.path.isdir(path):  # noqa: PTH112 - as above
        return tuple(models_in(Place(YOURS, path)))
    return (file_at(path, Place(YOURS, path.parent)),)


def _all(places: Iterable[Place], added: Iterable[str]) -> Iterator[FoundFile]:
    for place in places:
        yield from models_in(place)
    for path in added:
        if os.path.exists(path):  # noqa: PTH110 - Path.exists raises where a folder above may not be entered
            yield from found_at(Path(path))


def delete_download(model: ShelfModel, hub_cache: Path) -> None:
    """Delete the files of a downloaded model from the hub's cache: links first, then their blobs, then empty folders.

    A blob that another snapshot still links to stays. Raises AppError where something lies elsewhere."""
    for stamp in model.stamps:
        path = Path(stamp.path)
        if not path.absolute().is_relative_to(hub_cache.absolute()):
            raise AppError(f"{path} is not in the downloads folder, so it was not deleted.", kind="not_ours")
        repository = hub_cache / path.absolute().relative_to(hub_cache.absolute()).parts[0]
        blob = Path(os.path.realpath(path)) if path.is_symlink() else None
        try:
            path.unlink(missing_ok=True)
            if blob is not None and _is_blob(blob, repository) and not _is_linked(blob, repository):
                blob.unlink(missing_ok=True)
        except OSError as error:
            raise AppError(f"{path.name} cannot be deleted: {error.strerror or error}.", str(error), "disk") from error
        _remove_empty(path.parent, repository)


def _is_blob(blob: Path, repository: Path) -> bool:
    return blob.parent == (repository / "blobs").resolve() and is_sha256(blob.name)


def _is_linked(blob: Path, repository: Path) -> bool:
    # Not Path.resolve, which raises for a link to itself.
    return any(
        link.is_symlink() and os.path.realpath(link) == str(blob) for link in (repository / "snapshots").rglob("*")
    )


def _remove_empty(folder: Path, repository: Path) -> None:
    """Folders without anything in them, up to the repository's own."""
    with contextlib.suppress(OSError):
        while folder != repository:
            folder.rmdir()
            folder = folder.parent
    if not any(
        path.is_file() or path.is_symlink()
        for name in ("snapshots", "blobs")
        for path in (repository / name).rglob("*")
    ):
        for name in ("blobs", "snapshots", "refs"):
            with contextlib.suppress(OSError):
                for ref in (repository / name).glob("*"):
                    ref.unlink()
                (repository / name).rmdir()
        with contextlib.suppress(OSError):
            repository.rmdir()

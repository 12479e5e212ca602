"""From what a person calls a model to the model on the shelf."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path

from weighin.core.downloads.hub_names import HubReference, parse_reference
from weighin.core.errors import AppError
from weighin.core.models.catalogue import Catalogue, System
from weighin.core.models.shelf import ShelfModel
from weighin.core.safe_text import safe_name


def find_on_shelf(models: Iterable[ShelfModel], name: str) -> ShelfModel:
    """The one model that `name` means: a path, a hub: reference, a name, or the beginning of one. Raises AppError."""
    known = tuple(models)
    for wanted in (_by_path, _by_reference, _by_name, _by_beginning):
        found = [model for model in known if wanted(model, name)]
        if len(found) == 1:
            return found[0]
        if found:
            which = ", ".join(safe_name(model.path, 100) for model in found[:3])
            raise AppError(f"{safe_name(name)!r} means more than one model; give the path: {which}.", kind="ambiguous")
    raise AppError(f"There is no model {safe_name(name)!r} on the shelf.", kind="missing")


def find_reference(models: Iterable[ShelfModel], reference: HubReference) -> ShelfModel:
    """The model on the shelf that `reference` names. Raises AppError that says how to get it."""
    found = next((m for m in models if _is(m, reference)), None)
    if found is None:
        get = f"weighin models get {shlex.quote(f'{reference.repo}/{reference.path}')}"
        raise AppError(f"{reference} is not on this computer. Get it with: {get}", kind="missing")
    return found


def find_system(models: Iterable[ShelfModel], system: System) -> ShelfModel:
    """A model on the shelf from one of the system's repositories. Raises AppError that says how to get one."""
    if not system.runnable:
        raise AppError(f"{system.name}: {system.why_not}", kind="not_runnable")
    known = tuple(models)
    for source in system.repositories:
        found = [model for model in known if model.repo == source.repo]
        if found:
            return next((m for m in found if m.is_intact), found[0])
    if not system.repositories:
        raise AppError(f"{system.name} is not on this computer, and no GGUF of it is known.", kind="missing")
    repo = system.repositories[0].repo
    raise AppError(
        f"{system.name} is not on this computer. See its files with: weighin models files {repo}", kind="missing"
    )


def resolve_name(models: Iterable[ShelfModel], catalogue: Catalogue, name: str) -> ShelfModel | None:
    """The model for a hub: reference or a catalogue name; None where `name` is neither. Raises AppError."""
    if name.startswith("hub:"):
        return find_reference(models, parse_reference(name))
    if "/" not in name and not name.lower().endswith(".gguf") and (system := catalogue.system(name)):
        return find_system(models, system)
    return None


def _is(model: ShelfModel, reference: HubReference) -> bool:
    return model.repo == reference.repo and model.hub_path == reference.path


def _by_path(model: ShelfModel, name: str) -> bool:
    return str(Path(name).expanduser().absolute()) in {stamp.path for stamp in model.stamps} | {model.path}


def _by_reference(model: ShelfModel, name: str) -> bool:
    return model.repo is not None and name.removeprefix("hub:") == f"{model.repo}/{model.hub_path}"


def _by_name(model: ShelfModel, name: str) -> bool:
    wanted = name.lower()
    return wanted in (model.name.lower(), Path(model.path).name.lower(), Path(model.path).stem.lower())


def _by_beginning(model: ShelfModel, name: str) -> bool:
    wanted = name.lower()
    return any(t.lower().startswith(wanted) for t in (model.name, Path(model.path).name))

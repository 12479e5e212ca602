"""From what a person calls a model to the model on the shelf."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path

from weighin.core.downloads.file_names import quantization_of
from weighin.core.downloads.hub_address import HubAddress, is_hub_address, read_address
from weighin.core.downloads.hub_names import is_commit
from weighin.core.errors import AppError
from weighin.core.models.catalogue import Catalogue, System
from weighin.core.models.shelf import ShelfModel
from weighin.core.safe_text import safe_name


def find_on_shelf(models: Iterable[ShelfModel], name: str) -> ShelfModel:
    """The one model that `name` means: a path, an address at the hub, a name or its beginning. Raises AppError."""
    known = tuple(models)
    for wanted in (_by_path, _by_address, _by_name, _by_header_name, _by_beginning):
        found = [model for model in known if wanted(model, name)]
        if len(found) == 1:
            return found[0]
        if found:
            which = ", ".join(safe_name(model.path, 100) for model in found[:3])
            raise AppError(
                f"Several models are called {safe_name(name)!r}: type the path instead: {which}.", kind="ambiguous"
            )
    raise AppError(f"No model on this computer is called {safe_name(name)!r}.", kind="missing")


def find_address(models: Iterable[ShelfModel], address: HubAddress) -> ShelfModel:
    """The one model on the shelf that `address` names. Raises AppError that says how to get it."""
    found = [model for model in models if _is_at(model, address)]
    if not found:
        get = f"weighin models get {shlex.quote(address.name)}"
        raise AppError(f"{address} is not on this computer. Get it with: {get}", kind="missing")
    if len(found) > 1:
        which = ", ".join(safe_name(f"{model.repo}/{model.hub_path}", 100) for model in found[:3])
        raise AppError(f"{address} has several models here: name the file: {which}.", kind="ambiguous")
    return found[0]


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
        raise AppError(f"{system.name} is not on this computer, and no GGUF file of it is known.", kind="missing")
    repo = system.repositories[0].repo
    raise AppError(
        f"{system.name} is not on this computer. See its files with: weighin models files {repo}", kind="missing"
    )


def told_apart(models: Iterable[ShelfModel]) -> dict[str, str]:
    """What to say beside the name of each model that shares it with others, by its path: the file's name, or the
    shortest end of its folder that no other has."""
    same: dict[str, list[ShelfModel]] = {}
    for model in models:
        same.setdefault(model.name.casefold(), []).append(model)
    found: dict[str, str] = {}
    for group in same.values():
        if len(group) > 1:
            found |= _ends([model.path for model in group])
    return found


def _ends(paths: list[str]) -> dict[str, str]:
    parts = {path: Path(path).parts for path in paths}
    while len({names[-1] for names in parts.values()}) == 1 and min(map(len, parts.values())) > 1:
        parts = {path: names[:-1] for path, names in parts.items()}
    longest = max(map(len, parts.values()))
    length = next((n for n in range(1, longest) if len({p[-n:] for p in parts.values()}) == len(paths)), longest)
    return {path: str(Path(*names[-length:])) for path, names in parts.items()}


def resolve_name(models: Iterable[ShelfModel], catalogue: Catalogue, name: str, mirror: str = "") -> ShelfModel | None:
    """The model for an address at the hub (or at `mirror`) or a catalogue name; None where `name` is neither. Raises
    AppError."""
    if is_hub_address(name, mirror):
        return find_address(models, read_address(name, mirror))
    if "/" not in name and not name.lower().endswith(".gguf") and (system := catalogue.system(name)):
        return find_system(models, system)
    return None


def _is_at(model: ShelfModel, address: HubAddress) -> bool:
    path = model.hub_path or ""
    if model.repo != address.repo or not (path == address.path or path.startswith(address.path and f"{address.path}/")):
        return False
    if is_commit(address.revision) and model.commit not in (None, address.revision):
        return False
    wanted = address.quantization.upper()
    return not wanted or wanted in (quantization_of(path), path.rsplit("/", 1)[-1].upper())


def _by_path(model: ShelfModel, name: str) -> bool:
    return str(Path(name).expanduser().absolute()) in {stamp.path for stamp in model.stamps} | {model.path}


def _by_address(model: ShelfModel, name: str) -> bool:
    try:
        return _is_at(model, read_address(name))
    except AppError:
        return False


def _by_name(model: ShelfModel, name: str) -> bool:
    wanted = name.lower()
    return wanted in (model.name.lower(), Path(model.path).name.lower(), Path(model.path).stem.lower())


def _by_header_name(model: ShelfModel, name: str) -> bool:
    return model.facts is not None and model.facts.header_name.lower() == name.lower()


def _by_beginning(model: ShelfModel, name: str) -> bool:
    wanted = name.lower()
    return any(t.lower().startswith(wanted) for t in (model.name, Path(model.path).name))


_STARTS_WORD, _INSIDE_NAME, _ELSEWHERE = range(3)

Rank = tuple[int, int, bool]


def rank(wanted: Sequence[str], name: str, more: str) -> Rank | None:
    """How well a model fits the words `wanted`, all in lower case; the least fits best, None does not fit.

    name: of the model; more: what else may be searched. A word that begins a word of the name fits better than one
    inside it, and that better than one found in `more` only. The worst of the words decides, then all of them, then
    whether the name begins with the first one."""
    name, more = name.lower(), more.lower()
    found = [_place(word, name, more) for word in wanted]
    places = [place for place in found if place is not None]
    if len(places) < len(found):
        return None
    begins = not wanted or name.startswith(wanted[0])
    return max(places, default=_STARTS_WORD), sum(places), not begins


def _place(word: str, name: str, more: str) -> int | None:
    at = name.find(word)
    if at < 0:
        return _ELSEWHERE if word in more else None
    while at >= 0:
        if at == 0 or not name[at - 1].isalnum():
            return _STARTS_WORD
        at = name.find(word, at + 1)
    return _INSIDE_NAME

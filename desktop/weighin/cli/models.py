"""From a MODEL argument to a model."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from weighin.cli.console import Console
from weighin.core.downloads.hub_address import is_hub_address
from weighin.core.errors import AppError
from weighin.core.models.catalogue import load_catalogue
from weighin.core.models.found import usual_places
from weighin.core.models.header_facts import model_facts
from weighin.core.models.model import SERVER_SCHEMES, ModelFacts
from weighin.core.models.names import resolve_name
from weighin.core.models.server import parse_address, server_facts
from weighin.core.models.shelf import ShelfModel, again
from weighin.core.models.shelf_scan import scan
from weighin.core.models.starter import starter_model
from weighin.core.runs.answer import Failure
from weighin.paths import Profile
from weighin.services.models.hub import mirror
from weighin.store.database import open_database
from weighin.store.models import ModelStore


def resolve(name: str, resources: Path, profile: Profile, console: Console, servers: bool = False) -> ModelFacts:
    """Facts of the model `name`: starter:dense, starter:moe, hub:OWNER/REPO/PATH.gguf or any other address of it at the
    hub, a name from the catalogue, or a path; with `servers` also the address of a model on a server. Raises AppError
    with one sentence."""
    if not name:
        raise AppError("A model argument is empty.", kind="usage")
    if name.startswith("starter:"):
        return starter_model(resources, name.removeprefix("starter:"))
    at_hub = is_hub_address(name, mirror())
    if name.lower().startswith(SERVER_SCHEMES) and not at_hub:
        return _on_server(name, servers)
    if at_hub or not Path(name).expanduser().exists():
        found = resolve_name(shelf_now(profile, console), load_catalogue(resources), name, mirror())
        if found is not None:
            return found.ready_facts()
    if (known := _on_shelf(Path(name).expanduser(), profile, console)) is not None:
        return known.ready_facts()
    try:
        return model_facts(Path(name).expanduser())
    except AppError as error:
        raise AppError(f"{name}: {error.user_text}", error.detail, error.kind) from None


def _on_shelf(path: Path, profile: Profile, console: Console) -> ShelfModel | None:
    """The model of the shelf that the file at `path` is (a part of), looked at again; None where it is not on it."""
    wanted = {str(path.absolute()), os.path.realpath(path)}
    with contextlib.closing(_store(profile, console)) as store:
        for model in store.models():
            places = {place for stamp in model.stamps for place in (stamp.path, os.path.realpath(stamp.path))}
            if not model.forgotten and wanted & (places | {model.path}):
                now = again(model)
                if now != model:
                    store.keep_models((now,))
                return now
    return None


def _store(profile: Profile, console: Console) -> ModelStore:
    return ModelStore(open_database(profile.database, console.say))


def shelf_now(profile: Profile, console: Console) -> tuple[ShelfModel, ...]:
    """The shelf as it is at this moment: what was known, looked at again."""
    with contextlib.closing(_store(profile, console)) as store:
        known = {model.path: model for model in store.models()}
        places = usual_places(profile.hub_cache, Path.home(), dict(os.environ))
        now = scan(known.values(), places, store.places())
        store.keep_models(model for model in now if known.get(model.path) != model)
    return now


def resolve_or_refuse(
    name: str, resources: Path, profile: Profile, console: Console
) -> tuple[ModelFacts, Failure | None]:
    """As `resolve`, but a file that is no usable model comes back as facts of nothing and the reason. Raises AppError
    for wrong usage only."""
    try:
        return resolve(name, resources, profile, console, servers=True), None
    except AppError as error:
        if error.kind in ("usage", "name", "address"):
            raise
        unknown = ModelFacts(Path(name).name or name, name, 0, "unknown", "unknown", 0, 0)
        return unknown, Failure(error.kind, error.user_text, error.detail)


def _on_server(name: str, allowed: bool) -> ModelFacts:
    address = parse_address(name)
    if not allowed:
        raise AppError(f"{name}: this needs a model file on this computer, not a server.", kind="usage")
    if not address.model:
        raise AppError(f"{name}: name the model behind the address, as {address.base}#NAME.", kind="address")
    return server_facts(address)

"""From a MODEL argument to a model."""

from __future__ import annotations

import os
from pathlib import Path

from weighin.core.downloads.hub_address import is_hub_address
from weighin.core.errors import AppError
from weighin.core.models.catalogue import load_catalogue
from weighin.core.models.header_facts import model_facts
from weighin.core.models.model import SERVER_SCHEMES, ModelFacts
from weighin.core.models.names import resolve_name
from weighin.core.models.server import parse_address, server_facts
from weighin.core.models.shelf import ShelfModel
from weighin.core.models.starter import starter_model
from weighin.core.runs.answer import Failure
from weighin.paths import resources
from weighin.services.models.shelf import seen_again
from weighin.services.records import Records
from weighin.wiring.services import Services


def resolve(name: str, services: Services, servers: bool = False) -> ModelFacts:
    """Facts of the model `name`: starter:dense, starter:moe, hub:OWNER/REPO/PATH.gguf or any other address of it at the
    hub, a name from the catalogue, or a path; with `servers` also the address of a model on a server. Raises AppError
    with one sentence."""
    if not name:
        raise AppError("A model argument is empty.", kind="usage")
    if name.startswith("starter:"):
        return starter_model(resources(), name.removeprefix("starter:"))
    at_hub = is_hub_address(name, services.models.access.endpoint)
    if name.lower().startswith(SERVER_SCHEMES) and not at_hub:
        return _on_server(name, servers)
    if at_hub or not Path(name).expanduser().exists():
        found = resolve_name(
            services.models.shelf_now(), load_catalogue(resources()), name, services.models.access.endpoint
        )
        if found is not None:
            return found.ready_facts()
    if (known := _on_shelf(Path(name).expanduser(), services.records)) is not None:
        return known.ready_facts()
    try:
        return model_facts(Path(name).expanduser())
    except AppError as error:
        raise AppError(f"{name}: {error.user_text}", error.detail, error.kind) from None


def _on_shelf(path: Path, records: Records) -> ShelfModel | None:
    """The model of the shelf that the file at `path` is (a part of), looked at again; None where it is not on it."""
    wanted = {str(path.absolute()), os.path.realpath(path)}
    for model in records.wait(lambda stores: stores.models.models()):
        places = {place for stamp in model.stamps for place in (stamp.path, os.path.realpath(stamp.path))}
        if not model.forgotten and wanted & (places | {model.path}):
            return seen_again(records, model)
    return None


def resolve_or_refuse(name: str, services: Services) -> tuple[ModelFacts, Failure | None]:
    """As `resolve`, but a file that is no usable model comes back as facts of nothing and the reason. Raises AppError
    for wrong usage only."""
    try:
        return resolve(name, services, servers=True), None
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

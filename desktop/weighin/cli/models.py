"""From a MODEL argument to a model."""

from __future__ import annotations

import os
from pathlib import Path

from weighin.core.catalogue import load_catalogue
from weighin.core.errors import AppError
from weighin.core.facts import model_facts
from weighin.core.found_models import usual_places
from weighin.core.model import ModelFacts
from weighin.core.model_names import resolve_name
from weighin.core.shelf import ShelfModel
from weighin.core.shelf_scan import scan
from weighin.core.starter import starter_model
from weighin.paths import Profile
from weighin.store.database import open_database
from weighin.store.models import ModelStore


def resolve(name: str, resources: Path, profile: Profile) -> ModelFacts:
    """Facts of the model `name`: starter:dense, starter:moe, hub:OWNER/REPO/PATH.gguf, a name from the catalogue, or a
    path. Raises AppError with one sentence."""
    if name.startswith("starter:"):
        return starter_model(resources, name.removeprefix("starter:"))
    if name.startswith(("http://", "https://")):
        raise AppError(f"{name}: this version does not speak to servers.", kind="usage")
    if not Path(name).expanduser().exists():
        found = resolve_name(shelf_now(profile), load_catalogue(resources), name)
        if found is not None:
            return found.ready_facts()
    try:
        return model_facts(Path(name).expanduser())
    except AppError as error:
        raise AppError(f"{name}: {error.user_text}", error.detail, error.kind) from None


def shelf_now(profile: Profile) -> tuple[ShelfModel, ...]:
    """The shelf as it is at this moment: what was known, looked at again."""
    store = ModelStore(open_database(profile.database))
    known = {model.path: model for model in store.models()}
    places = usual_places(profile.hub_cache, Path.home(), dict(os.environ))
    now = scan(known.values(), places, store.places())
    store.keep_models(model for model in now if known.get(model.path) != model)
    return now


def gpu_layers(text: str) -> int:
    """Layers for the GPU from "auto" (all that the build can take) or a number. Raises AppError."""
    if text == "auto":
        return -1
    try:
        return int(text)
    except ValueError:
        raise AppError(f"--gpu-layers takes a number or auto, not {text!r}.", kind="usage") from None

"""The two tiny teaching models that come with the program."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path

from weighin.core.errors import AppError
from weighin.core.models.header_facts import model_facts
from weighin.core.models.model import ModelFacts
from weighin.core.models.shelf import ShelfModel, Stamp, stamp_of

FILES = {"dense": "weighin-starter-dense-Q8_0.gguf", "moe": "weighin-starter-moe-Q8_0.gguf"}
# What pickers show as the source of these two.
STARTER = "starter model"


def starter_path(resources: Path, name: str) -> Path:
    """File of the starter model `name` ("dense" or "moe"). Raises AppError for another name."""
    if name not in FILES:
        raise AppError(f"There is no starter model {name!r}: use starter:dense or starter:moe.", kind="usage")
    return resources / "starter" / FILES[name]


def starter_model(resources: Path, name: str) -> ModelFacts:
    """Facts of one starter model, with the sha256 of its (small) file. Raises AppError where it is missing."""
    return with_digest(model_facts(starter_path(resources, name), starter=True))


def starter_facts(resources: Path) -> tuple[ModelFacts, ...]:
    """Both starter models, without a checksum; those that are missing or damaged are left out."""
    found = []
    for name in FILES:
        try:
            found.append(model_facts(starter_path(resources, name), starter=True))
        except (AppError, OSError):
            continue
    return tuple(found)


def on_the_shelf(model: ModelFacts) -> ShelfModel:
    """A starter model as one of the shelf: it came with the program, and stays as long as that."""
    stamp = stamp_of(Path(model.path)) or Stamp(model.path, model.file_bytes, 0, 0)
    return ShelfModel(model.path, model.name, STARTER, (stamp,), facts=model)


def with_digest(model: ModelFacts) -> ModelFacts:
    """The same with the sha256 of its file as it is now. Raises OSError."""
    return dataclasses.replace(model, sha256=hashlib.sha256(Path(model.path).read_bytes()).hexdigest())

"""The two tiny teaching models that come with the program."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path

from weighin.core.errors import AppError
from weighin.core.gguf.facts import model_facts
from weighin.core.models.model import ModelFacts

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
    path = starter_path(resources, name)
    facts = model_facts(path, starter=True)
    return dataclasses.replace(facts, sha256=hashlib.sha256(path.read_bytes()).hexdigest())


def starter_facts(resources: Path) -> tuple[ModelFacts, ...]:
    """Both starter models; those that are missing or damaged are left out."""
    found = []
    for name in FILES:
        try:
            found.append(starter_model(resources, name))
        except (AppError, OSError):
            continue
    return tuple(found)

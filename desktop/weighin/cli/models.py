"""From a MODEL argument to a model."""

from __future__ import annotations

from pathlib import Path

from weighin.core.answer import Failure
from weighin.core.errors import AppError
from weighin.core.facts import model_facts
from weighin.core.model import ModelFacts
from weighin.core.starter import starter_model


def resolve(name: str, resources: Path) -> ModelFacts:
    """Facts of the model `name`: starter:dense, starter:moe or a path. Raises AppError with one sentence."""
    if not name:
        raise AppError("A model argument is empty.", kind="usage")
    if name.startswith("starter:"):
        return starter_model(resources, name.removeprefix("starter:"))
    if name.startswith(("hub:", "http://", "https://")):
        raise AppError(f"{name}: this version opens .gguf files and the starter models only.", kind="usage")
    try:
        return model_facts(Path(name).expanduser())
    except AppError as error:
        raise AppError(f"{name}: {error.user_text}", error.detail, error.kind) from None


def resolve_or_refuse(name: str, resources: Path) -> tuple[ModelFacts, Failure | None]:
    """As `resolve`, but a file that is no usable model comes back as facts of nothing and the reason. Raises AppError
    for wrong usage only."""
    try:
        return resolve(name, resources), None
    except AppError as error:
        if error.kind == "usage":
            raise
        unknown = ModelFacts(Path(name).name or name, name, 0, "unknown", "unknown", 0, 0)
        return unknown, Failure(error.kind, error.user_text, error.detail)


def gpu_layers(text: str) -> int:
    """Layers for the GPU from "auto" (all that the build can take) or a number. Raises AppError."""
    if text == "auto":
        return -1
    try:
        return int(text)
    except ValueError:
        raise AppError(f"--gpu-layers takes a number or auto, not {text!r}.", kind="usage") from None

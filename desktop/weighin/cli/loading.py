"""How models are loaded, from the options of a command."""

from __future__ import annotations

import argparse

from weighin.core.errors import AppError
from weighin.core.runs.options import LoadOptions

_NAMES = {"ctx": "context", "kv_type": "kv_type", "batch": "batch"}


def load_options(options: argparse.Namespace) -> LoadOptions:
    """What --gpu-layers, --ctx, --kv-type and --batch say, as far as the command knows them; the usual for the rest.
    Raises AppError."""
    given = {name: getattr(options, option, None) for option, name in _NAMES.items()}
    chosen = {name: value for name, value in given.items() if value is not None}
    return LoadOptions(gpu_layers=_gpu_layers(options.gpu_layers), **chosen)


def _gpu_layers(text: str) -> int:
    """Layers for the GPU from "auto" (all that the build can take) or a number. Raises AppError."""
    if text == "auto":
        return -1
    try:
        return int(text)
    except ValueError:
        raise AppError(f"--gpu-layers takes a number or auto, not {text!r}.", kind="usage") from None

"""Files of the user: written whole or not at all."""

from __future__ import annotations

import contextlib
from pathlib import Path

from weighin.core.errors import AppError


def write_text(path: Path, text: str) -> None:
    """Write a text file of the user's, whole or not at all. Raises AppError."""
    write_file(path, text.encode("utf-8", "replace"))


def write_file(path: Path, data: bytes) -> None:
    """Write a file of the user's, whole or not at all. Raises AppError."""
    temporary = path.with_name(f".{path.name}.part")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise AppError(f"{path.name} cannot be written: {error.strerror or error}.", kind="disk") from None

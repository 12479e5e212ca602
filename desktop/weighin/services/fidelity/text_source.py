"""The text of a measurement, and how the worker that cuts it gets it."""

from __future__ import annotations

from pathlib import Path

from weighin.core.errors import AppError
from weighin.core.fidelity.fidelity import BUILT_IN_TEXT
from weighin.core.fidelity.texts import SourceText, built_in_text, read_text_file
from weighin.protocol.fidelity_messages import TextFile
from weighin.services.fidelity.rows_place import RowsPlace


def read_text(path: str, resources: Path) -> SourceText:
    """The texts that come along, or the user's own file at `path`. Raises AppError."""
    return built_in_text(resources) if path == BUILT_IN_TEXT else read_text_file(Path(path))


def text_files(source: SourceText, place: RowsPlace) -> tuple[TextFile, ...]:
    """What the worker is told: texts lie in files that nobody else changes. Raises AppError(kind "disk")."""
    found = []
    for number, part in enumerate(source.parts):
        path = place.text(number)
        if part.text:
            try:
                path.write_bytes(part.text.encode())
            except OSError as error:
                text = f"The text cannot be kept while it is read: {error.strerror or error}."
                raise AppError(text, str(error), "disk") from None
        found.append(TextFile(part.kind, str(path) if part.text else "", part.conversations))
    return tuple(found)

"""Writing a record to a file of the user's choice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtWidgets import QWidget

from weighin.core.errors import AppError
from weighin.core.exports import EXPORTS
from weighin.ui.widgets.file_dialog import FileDialog

Say = Callable[[str], None]


class Exporter(Protocol):
    """Keeps records of one kind, and writes them."""

    def export(
        self, record: Any, kind: str, path: str, done: Callable[[None], None], failed: Callable[[AppError], None]
    ) -> None:
        """Write `record` to `path` as `kind`."""


class Record(Protocol):
    """What files are named after."""

    @property
    def id(self) -> str: ...
    @property
    def created(self) -> str: ...


def ask_export(
    kept: Exporter,
    what: str,
    record: Record,
    window: QWidget,
    said: Say,
    failed: Say,
    formats: Mapping[str, str] = EXPORTS,
) -> None:
    """Let the user choose where `record` goes and in which format, and write it. what: in a word, "evaluation". `said`,
    `failed`: get a sentence. formats: names by the endings of files, which are the kinds."""
    filters = {f"{name} (*.{kind})": kind for kind, name in formats.items()}
    name = f"{what}-{record.created[:10]}-{record.id[:8]}"
    dialog = FileDialog.to_save(window, f"Export the {what}", name, filters)

    def write(path: str) -> None:
        export(kept, record, filters[dialog.selectedNameFilter()], path, said, failed)

    dialog.fileSelected.connect(write)
    dialog.open()


def export(kept: Exporter, record: Record, kind: str, path: str, said: Say, failed: Say) -> None:
    """Write `record` to `path` as `kind`, with the name ending as it should."""
    whole = named(path, kind, failed)
    if whole:
        kept.export(record, kind, whole, lambda _none: said(saved(whole)), lambda error: failed(error.user_text))


def named(path: str, kind: str, failed: Say) -> str:
    """The path with its ending; "" where the dialog did not ask about the file of that name."""
    whole = path if path.endswith(f".{kind}") else f"{path}.{kind}"
    if whole != path and Path(whole).exists():
        failed(f"{Path(whole).name} exists already. Choose another name.")
        return ""
    return whole


def saved(path: str) -> str:
    """What is said when it was written."""
    return f"Saved: {Path(path).name}"

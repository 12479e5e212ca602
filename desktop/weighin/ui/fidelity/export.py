"""Writing a measurement to a file of the user's choice."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from weighin.core.exports import EXPORTS
from weighin.core.fidelity.fidelity import FidelityRecord
from weighin.ui.mmlu.export import named, saved
from weighin.ui.widgets.file_dialog import FileDialog

if TYPE_CHECKING:
    from weighin.services.fidelity.fidelity_history import FidelityHistory

Say = Callable[[str], None]


def ask_export(kept: FidelityHistory, record: FidelityRecord, window: QWidget, said: Say, failed: Say) -> None:
    """Let the user choose where `record` goes and in which format, and write it. `said`, `failed`: get a sentence."""
    filters = {f"{name} (*.{kind})": kind for kind, name in EXPORTS.items()}
    dialog = FileDialog.to_save(
        window, "Export the measurement", f"fidelity-{record.created[:10]}-{record.id[:8]}", filters
    )
    dialog.fileSelected.connect(
        lambda path: export(kept, record, filters[dialog.selectedNameFilter()], path, said, failed)
    )
    dialog.open()


def export(kept: FidelityHistory, record: FidelityRecord, kind: str, path: str, said: Say, failed: Say) -> None:
    """Write `record` to `path` as `kind`, with the name ending as it should; CSV has a line for each position."""
    whole = named(path, kind, failed)
    if whole:
        kept.export(record, kind, whole, lambda _none: said(saved(whole)), lambda error: failed(error.user_text))

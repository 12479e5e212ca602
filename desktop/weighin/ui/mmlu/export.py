"""Writing a run to a file of the user's choice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from weighin.core.errors import AppError
from weighin.core.evaluations.evaluation import EvaluationRecord
from weighin.core.exports import EXPORTS
from weighin.ui.widgets.file_dialog import FileDialog

if TYPE_CHECKING:
    from weighin.services.evaluations.evaluation_history import EvaluationHistory

Say = Callable[[str], None]


def ask_export(
    evaluations: EvaluationHistory, record: EvaluationRecord, window: QWidget, said: Say, failed: Say
) -> None:
    """Let the user choose where `record` goes and in which format, and write it. `said`, `failed`: get a sentence."""
    filters = {f"{name} (*.{kind})": kind for kind, name in EXPORTS.items()}
    name = f"evaluation-{record.created[:10]}-{record.id[:8]}"
    dialog = FileDialog.to_save(window, "Export the evaluation", name, filters)

    def write(path: str) -> None:
        export(evaluations, record, filters[dialog.selectedNameFilter()], path, said, failed)

    dialog.fileSelected.connect(write)
    dialog.open()


def export(
    evaluations: EvaluationHistory, record: EvaluationRecord, kind: str, path: str, said: Say, failed: Say
) -> None:
    """Write `record` to `path` as `kind`, with the name ending as it should."""
    whole = path if Path(path).suffix == f".{kind}" else f"{path}.{kind}"
    if whole != path and Path(whole).exists():
        failed(f"{Path(whole).name} is there already, and nobody was asked whether to replace it: choose another name.")
        return

    def not_written(error: AppError) -> None:
        failed(error.user_text)

    evaluations.export(record, kind, whole, lambda _none: said(f"Written: {Path(whole).name}"), not_written)

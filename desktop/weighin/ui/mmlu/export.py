"""Writing a run to a file of the user's choice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QWidget

from weighin.core.errors import AppError
from weighin.core.evaluations.evaluation import EvaluationRecord
from weighin.core.exports import EXPORTS

if TYPE_CHECKING:
    from weighin.services.evaluations.evaluations import Evaluations

Say = Callable[[str], None]


def ask_export(evaluations: Evaluations, record: EvaluationRecord, window: QWidget, said: Say, failed: Say) -> None:
    """Let the user choose where `record` goes and in which format, and write it. `said`, `failed`: get a sentence."""
    dialog = QFileDialog(window, "Export the evaluation")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    filters = {f"{name} (*.{kind})": kind for kind, name in EXPORTS.items()}
    dialog.setNameFilters(list(filters))
    dialog.selectFile(f"evaluation-{record.created[:10]}-{record.id[:8]}")

    def write(path: str) -> None:
        export(evaluations, record, filters[dialog.selectedNameFilter()], path, said, failed)

    dialog.fileSelected.connect(write)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


def export(evaluations: Evaluations, record: EvaluationRecord, kind: str, path: str, said: Say, failed: Say) -> None:
    """Write `record` to `path` as `kind`, with the name ending as it should."""
    whole = path if Path(path).suffix == f".{kind}" else f"{path}.{kind}"

    def not_written(error: AppError) -> None:
        failed(error.user_text)

    evaluations.export(record, kind, whole, lambda _none: said(f"Written: {Path(whole).name}"), not_written)

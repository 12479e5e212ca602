"""Writing a chart to a file of the user's choice."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from PySide6.QtWidgets import QWidget

from weighin.core.errors import AppError
from weighin.ui.charts.chart_picture import KINDS, picture_of
from weighin.ui.widgets.file_dialog import FileDialog
from weighin.ui.widgets.saving import Say, named, saved

if TYPE_CHECKING:
    from weighin.ui.charts.chart import Chart
    from weighin.ui.charts.chart_picture import Caption
    from weighin.ui.theme import Colours


class _WritesFiles(Protocol):
    """Writes files away from the window's thread."""

    def write(
        self,
        path: str,
        make: Callable[[], bytes],
        done: Callable[[None], None],
        failed: Callable[[AppError], None],
    ) -> None:
        """Make a file's content and write it, whole or not at all."""


class PictureExport:
    """Lets the user choose where a chart goes and as what, and writes it. prefix: how the names of files begin; `said`,
    `failed`: get a sentence."""

    def __init__(self, kept: _WritesFiles, said: Say, failed: Say, prefix: str = "mmlu") -> None:
        self._kept, self._said, self._failed, self._prefix = kept, said, failed, prefix

    def ask(self, chart: Chart, caption: Caption, colours: Colours, window: QWidget) -> None:
        """Open the dialog."""
        filters = {f"{name} (*.{kind})": kind for kind, name in KINDS.items()}
        name = f"{self._prefix}-{caption.title.lower().replace(' ', '-')}"
        dialog = FileDialog.to_save(window, "Save the picture", name, filters)

        def write(path: str) -> None:
            self.write(chart, caption, colours, filters[dialog.selectedNameFilter()], path)

        dialog.fileSelected.connect(write)
        dialog.open()

    def write(self, chart: Chart, caption: Caption, colours: Colours, kind: str, path: str) -> None:
        """Write the chart as `kind` to `path`, with the name ending as it should."""
        whole = named(path, kind, self._failed)
        if whole:
            make = picture_of(kind, chart, caption, colours)
            self._kept.write(
                whole, make, lambda _none: self._said(saved(whole)), lambda error: self._failed(error.user_text)
            )

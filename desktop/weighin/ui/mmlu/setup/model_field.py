"""Which model of the library, or behind a known server, goes into a lane of an evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from weighin.core.errors import AppError
from weighin.core.models.model import ModelFacts
from weighin.ui.pickers.file_drop import FileDrop
from weighin.ui.pickers.lane_header import LaneHeader
from weighin.ui.theme import Theme
from weighin.ui.widgets.file_dialog import FileDialog

if TYPE_CHECKING:
    from weighin.services.lanes.servers import Servers
    from weighin.services.models.library import Library


class ModelField(QWidget):
    """The head of one model. `changed`: another one was chosen; `dropped` carries the paths of files dropped on it."""

    changed = Signal()
    dropped = Signal(list)

    def __init__(
        self,
        theme: Theme,
        label: str,
        library: Library,
        servers: Servers,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.label = label
        self._library, self._servers = library, servers
        self.header = LaneHeader(theme, label)
        picker = self.header.picker
        picker.setAccessibleName(f"Model {label} of the evaluation")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.header)
        picker.open_requested.connect(self._ask)
        picker.model_changed.connect(lambda _model: self.changed.emit())
        FileDrop(self).dropped.connect(self.dropped)
        library.changed.connect(self._fill)
        servers.changed.connect(self._fill)
        self._fill()

    @property
    def chosen(self) -> ModelFacts | None:
        """The model, None where there is none to choose."""
        return self.header.picker.chosen

    def choose(self, model: ModelFacts) -> None:
        """Choose it."""
        self.header.picker.choose(model)

    def open(self, path: str) -> None:
        """Open a file and choose it, or say here why not."""
        self.header.refuse("")
        self._library.open_file(path, self.choose, self._refuse)

    def _fill(self) -> None:
        picker, models = self.header.picker, self._library.models()
        servers = self._servers
        picker.set_models(models + servers.known(), self._library.sources() | servers.sources())
        if picker.chosen is None and models:
            picker.choose(models[min("AB".index(self.label), len(models) - 1)])

    def _refuse(self, error: AppError) -> None:
        self.header.refuse(error.user_text)

    def _ask(self) -> None:
        dialog = FileDialog.for_models(self.window(), f"Open a model for lane {self.label}")
        dialog.fileSelected.connect(self.open)
        dialog.open()

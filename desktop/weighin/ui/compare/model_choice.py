"""Choosing models: from the library, by a dialog, by dropping a file, or on a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from weighin.core.errors import AppError
from weighin.core.file_kinds import BUNDLE_SUFFIX
from weighin.core.models.model import ModelFacts
from weighin.ui.compare.file_drop import FileDrop
from weighin.ui.compare.lane_pane import LanePane
from weighin.ui.widgets.file_dialog import FileDialog

if TYPE_CHECKING:
    from weighin.services.lanes.servers import Servers
    from weighin.services.models.library import Library


class ModelChoice(QObject):
    """Keeps the pickers of both panes filled. `changed`: another model was chosen in some lane.
    `bundle_dropped` carries the path of a bundle that was dropped on a lane."""

    changed = Signal()
    bundle_dropped = Signal(str)

    def __init__(
        self,
        library: Library,
        servers: Servers,
        panes: tuple[LanePane, LanePane],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._library = library
        self._servers = servers
        self._panes = panes
        self._window = parent
        for pane in panes:
            pane.header.picker.open_requested.connect(lambda which=pane: self._ask(which))
            pane.header.picker.server_requested.connect(lambda which=pane: self._ask_for_server(which))
            pane.header.picker.forget_requested.connect(servers.forget)
            pane.header.picker.model_changed.connect(self.changed)
            drop = FileDrop(pane)
            drop.hovering.connect(pane.show_drop)
            drop.dropped.connect(lambda path, which=pane: self._take(which, path))
        library.changed.connect(self._fill)
        servers.changed.connect(self._fill)
        self._fill()

    def open(self, pane: LanePane, path: str) -> None:
        """Open a file and choose it in `pane`, or say there why not."""
        pane.header.refuse("")
        if not pane.header.picker.isEnabled():
            pane.header.refuse("A comparison is running. Stop it or let it finish, then choose another model.")
            return
        self._library.open_file(path, lambda model: self._opened(pane, model), lambda error: _refuse(pane, error))

    def _take(self, pane: LanePane, path: str) -> None:
        if path.endswith(BUNDLE_SUFFIX):
            self.bundle_dropped.emit(path)
        else:
            self.open(pane, path)

    def _fill(self) -> None:
        models = self._library.models() + self._servers.known()
        sources = self._library.sources() | self._servers.sources()
        for index, pane in enumerate(self._panes):
            picker = pane.header.picker
            picker.set_models(models, sources)
            if picker.chosen is None and models:
                picker.choose(models[min(index, len(models) - 1)])

    def _opened(self, pane: LanePane, model: ModelFacts) -> None:
        pane.header.picker.choose(model)

    def _ask(self, pane: LanePane) -> None:
        dialog = FileDialog.for_models(self._window, f"Open a model for lane {pane.label}")
        dialog.fileSelected.connect(lambda path: self.open(pane, path))
        dialog.open()

    def _ask_for_server(self, pane: LanePane) -> None:
        from weighin.ui.compare.add_server import AddServer  # seldom wanted: not before the first paint

        dialog = AddServer(self._servers, pane.label, self._window)
        dialog.added.connect(lambda model: self._opened(pane, model))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def _refuse(pane: LanePane, error: AppError) -> None:
    pane.header.refuse(error.user_text)

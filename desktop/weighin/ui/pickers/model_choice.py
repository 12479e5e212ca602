"""Choosing models: from the library, by a dialog, by dropping a file, or on a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from weighin.core.models.model import ModelFacts
from weighin.paths import BUNDLE_SUFFIX
from weighin.ui.lane.lane_pane import LanePane
from weighin.ui.pickers.dropped_models import DroppedModels
from weighin.ui.pickers.file_drop import FileDrop
from weighin.ui.widgets.file_dialog import FileDialog

if TYPE_CHECKING:
    from weighin.services.lanes.servers import Servers
    from weighin.services.models.library import Library

_BUNDLE_ALONE = "Drop a bundle by itself. Nothing was changed."


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
        self._dropped = DroppedModels(library, [pane.header for pane in panes])
        for pane in panes:
            pane.header.picker.open_requested.connect(lambda which=pane: self._ask(which))
            pane.header.picker.server_requested.connect(lambda which=pane: self._ask_for_server(which))
            pane.header.picker.forget_requested.connect(servers.forget)
            pane.header.picker.model_changed.connect(self.changed)
            for place in (pane, pane.header):
                drop = FileDrop(place)
                drop.hovering.connect(pane.header.show_drop)
                drop.dropped.connect(lambda paths, which=pane: self.take(which, paths))
        library.changed.connect(self._fill)
        servers.changed.connect(self._fill)
        self._fill()

    def open(self, pane: LanePane, path: str) -> None:
        """Open a file and choose it in `pane`, or say there why not."""
        self.take(pane, [path])

    def take(self, pane: LanePane, paths: list[str]) -> None:
        """Take files that were dropped on `pane`: one model, two for both lanes, or a bundle."""
        if not any(path.endswith(BUNDLE_SUFFIX) for path in paths):
            self._dropped.take(self._panes.index(pane), paths)
        elif len(paths) == 1:
            self.bundle_dropped.emit(paths[0])
        else:
            pane.header.refuse(_BUNDLE_ALONE)

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
        dialog = FileDialog.for_models(self._window, f"Open a model for {pane.label}")
        dialog.fileSelected.connect(lambda path: self.open(pane, path))
        dialog.open()

    def _ask_for_server(self, pane: LanePane) -> None:
        from weighin.ui.pickers.add_server import AddServer  # seldom wanted: not before the first paint

        dialog = AddServer(self._servers, pane.label, self._window)
        dialog.added.connect(lambda model: self._opened(pane, model))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

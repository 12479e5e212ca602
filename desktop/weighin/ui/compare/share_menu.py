"""Where a comparison can go: a picture, the clipboard, a file."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, SignalInstance
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from weighin.core.comparisons.comparison import Comparison
from weighin.core.exports import EXPORTS, export_text
from weighin.ui.replay.bundle_controller import BUNDLE


class ShareMenu(QMenu):
    """`picture` is emitted with the Comparison, `file` with it and BUNDLE or one of EXPORTS."""

    def __init__(self, comparison: Comparison, picture: SignalInstance, file: SignalInstance, parent: QWidget) -> None:
        super().__init__(parent)
        self._comparison, self._file = comparison, file
        self.addAction("Picture…").triggered.connect(lambda _=False: picture.emit(comparison))
        self.addAction("Copy as Markdown").triggered.connect(lambda _=False: self._copy())
        self.addSeparator()
        for kind, name in (*EXPORTS.items(), (BUNDLE, "a replayable bundle")):
            self.addAction(f"Save as {name}…").triggered.connect(partial(self._ask, kind))
        self.aboutToHide.connect(self.deleteLater)

    def pop_up(self, button: QWidget) -> None:
        """Show it above `button`."""
        place = button.mapToGlobal(QPoint(0, 0))
        self.popup(place - QPoint(0, self.sizeHint().height()))

    def _ask(self, kind: str, _checked: bool = False) -> None:
        self._file.emit(self._comparison, kind)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(export_text(self._comparison, "md"))

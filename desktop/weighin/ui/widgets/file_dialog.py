"""Asking for files and for places to write to: each kind of file opens where the last one of its kind was chosen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

if TYPE_CHECKING:
    from weighin.services.settings import Settings

MODELS, QUESTIONS, PROMPTS, ATTACHMENTS, BUNDLES, EXPORTS, TEXTS = (
    "models",
    "questions",
    "prompts",
    "attachments",
    "bundles",
    "exports",
    "texts",
)
ANY = "All files (*)"
_FOLDERS = "folders"


class Folders(QObject):
    """Belongs to the main window; the dialogs of whatever lies in it, or in windows beside it, find it there."""

    def __init__(self, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self._settings = settings

    def folder(self, kind: str) -> str:
        """Where files of this `kind` were chosen last, "" where that is not known or is gone."""
        known = self._settings.get(_FOLDERS, {})
        folder = known.get(kind, "")
        return folder if isinstance(folder, str) and folder and Path(folder).is_dir() else ""

    def remember(self, kind: str, path: str) -> None:
        """A file (or folder) of this `kind` was chosen."""
        known = {name: at for name, at in self._settings.get(_FOLDERS, {}).items() if isinstance(at, str)}
        self._settings.set(_FOLDERS, known | {kind: str(Path(path).parent)})


class FileDialog(QFileDialog):
    """Made by one of the three below, then opened. It goes by itself."""

    def __init__(self, parent: QWidget, title: str, kind: str) -> None:
        super().__init__(parent, title)
        self._kind, self._folders = kind, _folders_of(parent)
        if self._folders is not None and (folder := self._folders.folder(kind)):
            self.setDirectory(folder)
        self.filesSelected.connect(self._remember)
        self.finished.connect(self.deleteLater)

    @classmethod
    def for_files(
        cls, parent: QWidget, title: str, kind: str, filters: Sequence[str] = (ANY,), several: bool = False
    ) -> FileDialog:
        """Asks for a file that is there, or for `several`."""
        made = cls(parent, title, kind)
        made.setFileMode(cls.FileMode.ExistingFiles if several else cls.FileMode.ExistingFile)
        made.setNameFilters(list(filters))
        return made

    @classmethod
    def for_models(cls, parent: QWidget, title: str, several: bool = False) -> FileDialog:
        """Asks for a model file, or for `several`."""
        return cls.for_files(parent, title, MODELS, ("GGUF models (*.gguf *.GGUF)", ANY), several)

    @classmethod
    def for_folder(cls, parent: QWidget, title: str, kind: str) -> FileDialog:
        """Asks for a folder that is there."""
        made = cls(parent, title, kind)
        made.setFileMode(cls.FileMode.Directory)
        return made

    @classmethod
    def to_save(cls, parent: QWidget, title: str, name: str, kinds: dict[str, str], kind: str = EXPORTS) -> FileDialog:
        """Asks where to write a file that is proposed to be called `name` (without an ending). kinds: filters, each
        with its ending without the dot; a name without one gets it before it is asked whether to overwrite."""
        made = cls(parent, title, kind)
        made.setAcceptMode(cls.AcceptMode.AcceptSave)
        made.setNameFilters(list(kinds))
        made.setDefaultSuffix(next(iter(kinds.values())))
        made.filterSelected.connect(lambda chosen: made.setDefaultSuffix(kinds[chosen]))
        made.selectFile(f"{name}.{next(iter(kinds.values()))}" if len(kinds) == 1 else name)
        return made

    def _remember(self, paths: list[str]) -> None:
        if self._folders is not None and paths:
            self._folders.remember(self._kind, paths[0])


def _folders_of(widget: QWidget) -> Folders | None:
    """What the window around `widget` remembers, or the one that opened that window."""
    at: QWidget | None = widget
    while at is not None:
        found = at.findChild(Folders, options=Qt.FindChildOption.FindDirectChildrenOnly)
        if found is not None:
            return found
        at = at.parentWidget()
    return None

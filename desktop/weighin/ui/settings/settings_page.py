"""The Settings page: its sections, one below the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from weighin.ui.settings.appearance import Appearance
from weighin.ui.settings.hub_box import HubBox
from weighin.ui.settings.kept_box import KeptBox
from weighin.ui.settings.model_folders import ModelFolders
from weighin.ui.settings.run_defaults_box import RunDefaultsBox
from weighin.ui.theme import Theme
from weighin.ui.widgets.reading_column import ReadingColumn

if TYPE_CHECKING:
    from weighin.ui.parts import Parts


class SettingsPage(ReadingColumn):
    """Every choice is taken at once."""

    def __init__(self, theme: Theme, parts: Parts, parent: QWidget | None = None) -> None:
        super().__init__("Settings", parent)
        self.appearance = Appearance(theme)
        self.folders = ModelFolders(theme, parts.models.shelf)
        self.hub = HubBox(parts.models.access)
        self.runs = RunDefaultsBox(parts.run_defaults)
        self.kept = KeptBox(theme, parts.kept)
        for section in (self.appearance, self.folders, self.hub, self.runs, self.kept):
            self.add(section)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.kept.refresh()

    def take_focus(self) -> None:
        """Be ready for the keyboard."""
        next(face for face in self.appearance.faces.values() if face.isChecked()).setFocus()

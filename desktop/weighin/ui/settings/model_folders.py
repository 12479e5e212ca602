"""Where models are looked for beside the folders of other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from weighin.core.errors import AppError
from weighin.core.safe_text import safe_name
from weighin.ui.theme import Theme
from weighin.ui.widgets.file_dialog import MODELS, FileDialog
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.section import Section, button
from weighin.ui.widgets.strip import Strip
from weighin.ui.widgets.table import Column, RowTable

if TYPE_CHECKING:
    from weighin.services.models.shelf import Shelf

_ABOUT = (
    "Models of LM Studio, Ollama, llama.cpp, GPT4All and the Hugging Face cache appear automatically. "
    "Add other folders here."
)
_MOST_ROWS = 6


class ModelFolders(Section):
    """The same list that Models adds to. Taking something off it deletes no file."""

    def __init__(self, theme: Theme, shelf: Shelf, parent: QWidget | None = None) -> None:
        super().__init__("Model folders", _ABOUT, parent)
        self._shelf = shelf
        columns = (Column("Folder or file", lambda path: safe_name(path, 400), "x" * 60, share=1),)
        self.table = RowTable("Folders and files with models", columns, lambda path: str(path), lambda path: str(path))
        self.empty = PlainLabel("No folders added.", role="muted")
        self.error = Strip("red")
        self.error.add_close(theme, "Close this message")
        self.add = button("Add folder…", "Add models folder…")
        self.remove = button("Remove", "Remove models folder")
        for part in (self.empty, self.table, self.error):
            self.column.addWidget(part)
        self.add_row(self.add, self.remove)
        self.add.clicked.connect(self.ask)
        self.remove.clicked.connect(self.take_off)
        self.table.delete_pressed.connect(self.take_off)
        self.table.chosen_changed.connect(self._follow)
        shelf.changed.connect(self.refresh)
        self._show(())
        self.refresh()

    def refresh(self) -> None:
        """Look again what is on the list."""
        self._shelf.added(self._show, self._fail)

    def ask(self) -> None:
        """Ask for a folder to add."""
        dialog = FileDialog.for_folder(self, "Folder with models", MODELS)
        dialog.fileSelected.connect(self.add_folder)
        dialog.open()

    def add_folder(self, path: str) -> None:
        """Add a folder, or say why not."""
        self.error.hide()
        self._shelf.add(path, lambda _models: self.refresh(), self._fail)

    def take_off(self) -> None:
        """Take the chosen folder off the list; its files stay."""
        if (path := self.table.chosen) is not None:
            self.error.hide()
            self._shelf.forget_place(path, self.refresh, self._fail)

    def _show(self, places: tuple[str, ...]) -> None:
        self.table.show_records(places)
        self.table.setVisible(bool(places))
        self.empty.setVisible(not places)
        rows = min(len(places), _MOST_ROWS) + 1
        self.table.setFixedHeight(rows * self.table.verticalHeader().defaultSectionSize() + 6)
        self._follow()

    def _follow(self) -> None:
        self.remove.setEnabled(self.table.chosen is not None)

    def _fail(self, error: AppError) -> None:
        self.error.say(error.user_text)

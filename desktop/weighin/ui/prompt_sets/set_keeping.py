"""What drawer and page of prompt sets do with sets: import, save to a file, delete, undo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtWidgets import QWidget

from weighin.core import format
from weighin.core.errors import AppError
from weighin.core.prompts.prompt_files import Imported
from weighin.core.prompts.prompt_set import PromptSet
from weighin.core.prompts.prompt_toml import set_toml
from weighin.core.safe_text import safe_name
from weighin.ui.widgets.file_dialog import ANY, PROMPTS, FileDialog
from weighin.ui.widgets.saving import named, saved

if TYPE_CHECKING:
    from weighin.services.comparisons.prompt_sets import PromptSets

_READ = ("Prompts (*.toml *.jsonl *.ndjson *.json *.csv *.txt)", ANY)
_TOML = "TOML (*.toml)"


class Listener(Protocol):
    """Where sets are shown."""

    def tell(self, sentence: str) -> None:
        """Say what happened."""

    def offer_undo(self, sentence: str, undo: Callable[[], None]) -> None:
        """The same, of something that can be undone."""

    def refresh(self, wanted: str) -> None:
        """The sets are others; show the one with this id."""


class SetKeeping:
    """Each call returns at once; `listener` is told what came of it."""

    def __init__(self, sets: PromptSets, listener: Listener) -> None:
        self._sets, self._listener = sets, listener

    def ask_import(self, window: QWidget) -> None:
        """Let the user choose a file of prompts, and make a set of it."""
        dialog = FileDialog.for_files(window, "Import prompts", PROMPTS, _READ)
        dialog.fileSelected.connect(self.import_file)
        dialog.open()

    def import_file(self, path: str) -> None:
        """Make a set of the prompts in a file."""
        name = Path(path).name

        def read(imported: Imported) -> None:
            lines = [f"{name}: {format.plural(len(imported.prompts), 'prompt')} imported.", *imported.problems]
            called = imported.name or name
            self._sets.save(called, imported.prompts, lambda made: self.changed(made, "\n".join(lines)), self.fail)

        self._sets.read_file(path, read, lambda error: self._listener.tell(f"{name}: {error.user_text}"))

    def ask_save(self, prompts: PromptSet, window: QWidget) -> None:
        """Let the user choose where a set goes as a file that can be read again."""
        dialog = FileDialog.to_save(window, "Save prompt set", safe_name(prompts.name, 60), {_TOML: "toml"})
        dialog.fileSelected.connect(lambda path: self.save(prompts, path))
        dialog.open()

    def save(self, prompts: PromptSet, path: str) -> None:
        """Write a set to a file."""
        whole = named(path, "toml", self._listener.tell)
        if whole:
            self._sets.write(whole, set_toml(prompts), lambda _: self._listener.tell(saved(whole)), self.fail)

    def delete(self, prompts: PromptSet) -> None:
        """Forget a set of the user's."""

        def deleted(_: None) -> None:
            self.offer_undo(f"{safe_name(prompts.name, 60)} deleted.", None, prompts)

        self._sets.delete(prompts.id, deleted, self.fail)

    def offer_undo(self, sentence: str, now: PromptSet | None, before: PromptSet) -> None:
        """The set `before` has become `now`: say so, and offer to have it back."""

        def undo() -> None:
            self._sets.put_back(now, before, lambda made: self.changed(made, "Undone."), self.fail)

        self._listener.offer_undo(sentence, undo)

    def changed(self, made: PromptSet, sentence: str) -> None:
        """A set is there, or is another."""
        self._listener.refresh(made.id)
        self._listener.tell(sentence)

    def fail(self, error: AppError) -> None:
        """Something could not be done."""
        self._listener.tell(error.user_text)

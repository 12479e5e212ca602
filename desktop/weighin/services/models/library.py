"""Models that the pickers offer: the starter pair and what is on the shelf."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from weighin.core.comparisons.comparison import Comparison
from weighin.core.errors import AppError
from weighin.core.models.model import ModelFacts
from weighin.core.models.shelf import ShelfModel
from weighin.core.models.starter import STARTER, starter_facts, with_digest
from weighin.core.runs.answer import Failure
from weighin.services.models.shelf import Shelf
from weighin.services.settings import Settings
from weighin.services.task_runner import Failed

# Where versions before the shelf remembered opened files.
_OPENED = "opened_models"


class Library(QObject):
    """Facts of models that may be run. A file that changed, vanished or is broken is not offered. `looked`: all places
    were looked through."""

    changed = Signal()
    looked = Signal()

    def __init__(self, resources: Path, settings: Settings, shelf: Shelf, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings, self._shelf = settings, shelf
        self._starter = starter_facts(resources)
        self._latest: list[str] = []
        shelf.changed.connect(self.changed)
        shelf.scanned.connect(self.looked)

    def models(self) -> tuple[ModelFacts, ...]:
        """The starter pair (dense, mixture of experts), then files opened in this session, then the shelf by name."""
        ready = {m.path: m.facts for m in self._shelf.models() if m.is_intact and m.facts is not None}
        first = [ready.pop(path) for path in reversed(self._latest) if path in ready]
        return (*self._starter, *first, *ready.values())

    def sources(self) -> dict[str, str]:
        """Where each model was found, by its path: a program's name, or this one's."""
        found = {model.path: model.source for model in self._shelf.models()}
        return found | {model.path: STARTER for model in self._starter}

    def restore(self) -> None:
        """Fill the shelf: what is known at once, what is new when it is found. The starter models get their checksums,
        which the first paint need not wait for."""
        with contextlib.suppress(OSError):  # deleted since the start: it is still shown, and refused when it runs
            self._starter = tuple(with_digest(model) for model in self._starter)
        self.changed.emit()
        for path in self._settings.get(_OPENED, []):
            if isinstance(path, str):
                self._shelf.add(path, lambda _: None, lambda _: None)
        self._settings.set(_OPENED, [])
        self._shelf.restore()

    def open_file(self, path: str, done: Callable[[ModelFacts], None], failed: Failed) -> None:
        """Read the header of `path` and put the model on the shelf. `failed` gets one sentence why not."""

        def added(models: tuple[ShelfModel, ...]) -> None:
            facts = models[0].ready_facts()
            self._latest = [p for p in self._latest if p != facts.path] + [facts.path]
            self.changed.emit()
            done(facts)

        known = next((m for m in self._starter if Path(m.path) == Path(path).absolute()), None)
        if known is not None:
            done(known)
        elif Path(path).is_dir():
            failed(AppError("This is a folder, not a GGUF file; the Models page can add it.", kind="directory"))
        else:
            self._shelf.add(path, added, failed)

    def refusal(self, model: ModelFacts) -> Failure | None:
        """Why `model` must not be run blindly, None where nothing speaks against it."""
        error = self._shelf.refusal(model.path)
        return Failure(error.kind, error.user_text) if error is not None else None

    def doubt(self, comparison: Comparison) -> None:
        """Look again at the files of models that failed: perhaps they are not what they were."""
        for result in comparison.results:
            if result.answer.failure is not None:
                self._shelf.look_again(result.setup.model.path)

    def forget(self, path: str) -> None:
        """Offer `path` no longer; the file stays unless this program downloaded it."""
        self._shelf.remove(path, lambda: None, lambda _: None)

"""Models on this computer that the pickers offer: the starter pair and the files a user opened."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from weighin.core.facts import model_facts
from weighin.core.model import ModelFacts
from weighin.core.starter import starter_facts
from weighin.services.settings import Settings
from weighin.services.tasks import Failed, TaskRunner

_OPENED = "opened_models"
_REMEMBERED = 30


class Library(QObject):
    """Facts of models, read from their headers away from the window's thread."""

    changed = Signal()

    def __init__(self, resources: Path, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._tasks = TaskRunner(1, self)
        self._starter = starter_facts(resources)
        self._opened: list[ModelFacts] = []

    def models(self) -> tuple[ModelFacts, ...]:
        """The starter pair (dense, mixture of experts), then opened files, the latest first."""
        return (*self._starter, *self._opened)

    def restore(self) -> None:
        """Read the headers of files opened in earlier sessions; those that are gone are left out."""
        for path in reversed(self._settings.get(_OPENED, [])):
            if isinstance(path, str):
                self._tasks.run(functools.partial(model_facts, Path(path)), self._add, lambda _: None)

    def open_file(self, path: str, done: Callable[[ModelFacts], None], failed: Failed) -> None:
        """Read the header of `path` and offer the model. `failed` gets one sentence why not."""

        def opened(facts: ModelFacts) -> None:
            known = next((m for m in self._starter if m.path == facts.path), None)
            if known is None:
                self._add(facts)
                self._remember()
            done(known or facts)

        self._tasks.run(lambda: model_facts(Path(path)), opened, failed)

    def forget(self, path: str) -> None:
        """Offer `path` no longer; the file stays."""
        self._opened = [m for m in self._opened if m.path != path]
        self._remember()
        self.changed.emit()

    def close(self) -> None:
        """Finish what was begun."""
        self._tasks.close()

    def _add(self, facts: ModelFacts) -> None:
        self._opened = [facts, *(m for m in self._opened if m.path != facts.path)][:_REMEMBERED]
        self.changed.emit()

    def _remember(self) -> None:
        self._settings.set(_OPENED, [m.path for m in self._opened])

"""What a model at the hub is, what it needs and whether this engine can read it, before anything big is fetched."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from weighin.core.errors import AppError
from weighin.core.models.model import ModelFacts
from weighin.core.runs.options import LoadOptions
from weighin.services.models.hub import Hub
from weighin.services.plans.planner import ModelPlan, Planner
from weighin.services.processes.owner import lives
from weighin.services.task_runner import Failed, TaskRunner

if TYPE_CHECKING:
    from weighin.core.downloads.repository import Listing, Variant

_OWNED = re.compile(r"(\d{1,10})-(\d{1,12})-\w+")


def new_folder(base: Path) -> str:
    """An empty folder below `base` that is this process's. Raises OSError."""
    import psutil

    base.mkdir(parents=True, exist_ok=True)
    return tempfile.mkdtemp(prefix=f"{os.getpid()}-{int(psutil.Process().create_time())}-", dir=base)


def sweep(base: Path) -> None:
    """Delete the folders below `base` whose processes are gone. What has another kind of name stays."""
    for folder in base.glob("*"):
        owner = _OWNED.fullmatch(folder.name)
        if owner is not None and not folder.is_symlink() and not lives(int(owner[1]), int(owner[2])):
            shutil.rmtree(folder, ignore_errors=True)


_KEPT = 8


class RemoteLook(QObject):
    """Fetches the header, then lets the planner's worker read it behind which there is only a hole.

    The headers of the last few models are kept, so that slices can be cut out of them."""

    def __init__(self, hub: Hub, planner: Planner, base: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._hub, self._planner, self._base = hub, planner, base
        self._tasks = TaskRunner(1, self)
        self._folders: list[str] = []
        self._stand_ins: dict[str, str] = {}

    def restore(self) -> None:
        """Delete what an earlier run of the program that was killed left behind."""
        self._tasks.run(lambda: sweep(self._base), lambda _: None, lambda _: None)

    def look(
        self,
        listing: Listing,
        variant: Variant,
        done: Callable[[ModelPlan], None],
        failed: Failed,
        options: LoadOptions | None = None,
    ) -> None:
        """`done` gets the plan; its refusal says why this engine cannot run the model."""
        try:
            folder = new_folder(self._base)
        except OSError as error:
            text = f"Cannot write to {self._base}: {error.strerror or error}."
            failed(AppError(text, str(error), "disk"))
            return
        self._folders.append(folder)
        for old in self._folders[:-_KEPT]:
            self._clear(old)

        def seen(facts: ModelFacts, stand_in: str) -> None:
            self._stand_ins[facts.path] = stand_in
            self._planner.plan(facts, options or LoadOptions(), done, refused, stand_in)

        def refused(error: AppError) -> None:
            self._clear(folder)
            failed(error)

        self._hub.look_into(listing, variant, seen, refused, keep=folder)

    def stand_in(self, model: ModelFacts) -> str:
        """A file with the header of a model at the hub that was looked at; "" where it is not kept."""
        return self._stand_ins.get(model.path, "")

    def close(self) -> None:
        """Delete what was looked at."""
        self._tasks.close()
        for folder in tuple(self._folders):
            self._clear(folder)

    def _clear(self, folder: str) -> None:
        if folder in self._folders:
            self._folders.remove(folder)
        self._stand_ins = {path: file for path, file in self._stand_ins.items() if not file.startswith(folder)}
        shutil.rmtree(folder, ignore_errors=True)

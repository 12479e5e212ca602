"""What the program keeps, where, and how it goes again."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from weighin.core.errors import AppError
from weighin.paths import Profile
from weighin.services.records import Records
from weighin.services.settings import Settings
from weighin.services.task_runner import Failed, TaskRunner

PLACES = ("History and measurements", "Question sets", "Settings", "Logs", "Downloaded models")


@dataclass(frozen=True)
class KeptPlace:
    """Something that is kept. folder: where it can be looked at; size in bytes, None where that cannot be told."""

    title: str
    folder: Path
    size: int | None


class KeptData(QObject):
    """`measured_deleted`: the history is empty from now on; `prompts_deleted`: so are saved prompts."""

    measured_deleted = Signal()
    prompts_deleted = Signal()

    def __init__(
        self,
        profile: Profile,
        records: Records,
        settings: Settings,
        busy: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        """busy: whether something runs that will be kept."""
        super().__init__(parent)
        self._profile, self._records, self._settings, self._busy = profile, records, settings, busy
        self._tasks = TaskRunner(1, self)

    @property
    def why_not_now(self) -> str:
        """Why nothing can be deleted now, a sentence; "" where it can."""
        return "Something is running. Stop it or let it finish first." if self._busy() else ""

    def places(self, done: Callable[[tuple[KeptPlace, ...]], None]) -> None:
        """Everything that is kept, with its size."""
        self._tasks.run(lambda: _places(self._profile), done, lambda _: None)

    def delete_measured(self, done: Callable[[], None], failed: Failed) -> None:
        """Delete history and measurements, with the copies of earlier versions. `measured_deleted` follows."""

        def deleted(_: None) -> None:
            self._tasks.run(lambda: _delete_copies(self._profile.database), lambda _: self._told(done), failed)

        self._records.run(lambda stores: stores.eraser.erase_measured(), deleted, failed)

    def reset_settings(self) -> None:
        """Forget every choice that is kept; what is shown now stays until it is changed or the window is closed."""
        self._settings.clear()

    def delete_all(self, done: Callable[[], None], failed: Failed) -> None:
        """Delete all of it but model files, the list of them, and question sets. Both signals follow."""

        def deleted(_: None) -> None:
            self._tasks.run(self._delete_files, lambda _: all_gone(), failed)

        def all_gone() -> None:
            self.prompts_deleted.emit()
            self._told(done)

        self._records.run(lambda stores: stores.eraser.erase_all(), deleted, failed)
        self.reset_settings()

    def close(self) -> None:
        """Finish what was begun."""
        self._tasks.close()

    def _told(self, done: Callable[[], None]) -> None:
        self.measured_deleted.emit()
        done()

    def _delete_files(self) -> None:
        _delete_copies(self._profile.database)
        for aside in self._profile.settings.parent.glob(f"{self._profile.settings.stem}.damaged*"):
            _delete(aside)
        for file in self._profile.logs.glob("*.log"):
            # Emptied, not deleted: this and other windows go on writing to it.
            with contextlib.suppress(OSError):
                os.truncate(file, 0)


def _places(profile: Profile) -> tuple[KeptPlace, ...]:
    database, settings = profile.database, profile.settings
    folders = (database.parent, profile.questions, settings.parent, profile.logs, profile.hub_cache)
    sizes = (
        _size_of(database.parent.glob(f"{database.name}*")),
        _size_below(profile.questions),
        _size_of((settings,)),
        _size_below(profile.logs),
        _size_below(profile.hub_cache),
    )
    return tuple(KeptPlace(*known) for known in zip(PLACES, folders, sizes, strict=True))


def _size_below(folder: Path) -> int | None:
    """Bytes of all files below a folder; links count nothing, for what they lead to is counted where it lies."""
    found = (Path(directory, name) for directory, _, names in os.walk(folder) for name in names)
    return _size_of(path for path in found if not path.is_symlink())


def _size_of(files: Iterable[Path]) -> int | None:
    total = 0
    try:
        for file in files:
            with contextlib.suppress(FileNotFoundError):
                total += file.stat().st_size
    except OSError:
        return None
    return total


def _delete_copies(database: Path) -> None:
    """Copies from before a conversion, and what was damaged: they hold the same history."""
    for kind in ("backup", "corrupt"):
        for copy in database.parent.glob(f"{database.name}.{kind}-*"):
            _delete(copy)


def _delete(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise AppError(f"{path.name} cannot be deleted: {error.strerror or error}.", str(error), "disk") from None

"""Which windows of this program are open on one profile."""

from __future__ import annotations

import logging
from pathlib import Path

from weighin.services.processes import owner

log = logging.getLogger(__name__)

SEVERAL = (
    "Weigh-In is already open with this profile. Both windows share History, models and settings. "
    "Running models in both at once spoils the measurements."
)


class OpenWindows:
    """Each window leaves a file named after its process; those of processes that are gone, killed or crashed, count for
    nothing and are taken away. A folder that takes no file costs the notice, not the program."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._mine: Path | None = None

    @property
    def mine(self) -> Path | None:
        """The file that stands for this window; None before it was made, and where it could not be."""
        return self._mine if self._mine is not None and self._mine.exists() else None

    def others(self) -> list[Path]:
        """The files that stand for other windows that are open, the youngest first."""
        try:
            files = [file for file in self._folder.iterdir() if self._is_open(file)]
            return sorted(files, key=lambda file: file.stat().st_mtime, reverse=True)
        except OSError as error:
            log.info("open windows are not known: %s", error)
            return []

    def enter(self) -> bool:
        """This window is open from now on. Whether another one is."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._mine = self._folder / owner.this_process().replace(":", "-")
            self._mine.touch()
            return bool(self.others())
        except OSError as error:
            log.info("open windows are not known: %s", error)
            return False

    def leave(self) -> None:
        """This window is closed."""
        if self._mine is not None:
            try:
                self._mine.unlink(missing_ok=True)
            except OSError as error:
                log.info("a closed window could not be taken off the list: %s", error)

    def _is_open(self, file: Path) -> bool:
        """Whether `file` stands for another window that is open; what one left that is gone is deleted."""
        mark = file.name.replace("-", ":")
        if file == self._mine or not owner.is_mark(mark):
            return False
        if owner.is_another(mark):
            return True
        file.unlink(missing_ok=True)
        return False

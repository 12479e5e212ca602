"""Where the text's tokens and BASE's logits lie while a measurement goes on: in shared memory, or on disk."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import tempfile
from pathlib import Path

from weighin.core import format
from weighin.core.errors import AppError
from weighin.services.processes import owner

# Memory that is a folder, where the system has one.
SHARED = Path("/dev/shm")
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.ENOMEM, errno.EFBIG)
_PREFIX = "weighin-rows-"
_NAME = re.compile(rf"{_PREFIX}(\d{{1,15}})-(\d{{1,15}})-\w+")


class RowsPlace:
    """Folders of this process's own, gone again at `close`; those of processes that died go when one is made.

    text, tokens: of the text; rows: the file of logits, once `make_room` has made it."""

    def __init__(self, disk: Path, shared: Path | None = SHARED) -> None:
        """disk: a folder of the profile. Raises AppError(kind "disk")."""
        self._disk, self._shared = disk, shared if shared is not None and shared.is_dir() else None
        try:
            disk.mkdir(parents=True, exist_ok=True)
            for folder in (disk, *((self._shared,) if self._shared else ())):
                _remove_leftovers(folder)
            self._folder = _own_folder(disk)
            self._in_memory = _own_folder(self._shared) if self._shared else None
        except OSError as error:
            raise _failed(error) from None
        self._rows_folder = self._folder

    @property
    def tokens(self) -> Path:
        """The file of tokens."""
        return self._folder / "tokens"

    @property
    def rows(self) -> Path:
        """The file of logits."""
        return self._rows_folder / "rows"

    @property
    def folders(self) -> tuple[str, ...]:
        """Both folders, as those who work in them must be told before they begin."""
        return tuple(str(folder) for folder in (self._folder, self._in_memory) if folder is not None)

    def text(self, number: int) -> Path:
        """The file of one part of the text."""
        return self._folder / f"text-{number}"

    @property
    def disk(self) -> tuple[int, int]:
        """Bytes that are free on the disk, and all of them. Raises AppError."""
        try:
            usage = shutil.disk_usage(self._folder)
        except OSError as error:
            raise _failed(error) from None
        return usage.free, usage.total

    def holds_in_memory(self, size: int) -> bool:
        """Whether shared memory takes a file of so many bytes."""
        try:
            return self._shared is not None and shutil.disk_usage(self._shared).free > size
        except OSError:
            return False

    def make_room(self, size: int, in_memory: bool) -> None:
        """Make the file of logits anew, all of its `size` bytes taken at once. Raises AppError(kind "disk")."""
        self.remove_rows()
        try:
            self._rows_folder = self._in_memory if in_memory and self._in_memory is not None else self._folder
            with self.rows.open("wb") as file:
                _take(file.fileno(), size)
        except OSError as error:
            self.remove_rows()
            where = "in shared memory" if in_memory else "on disk"
            text = f"There is no room {where} for {format.size(size)} of logits: {error.strerror or error}."
            raise AppError(text, str(error), "disk") from None

    def remove_rows(self) -> None:
        """Give the room of the logits back."""
        with contextlib.suppress(OSError):
            self.rows.unlink(missing_ok=True)

    def close(self) -> None:
        """Remove everything."""
        for folder in self.folders:
            shutil.rmtree(folder, ignore_errors=True)


def _own_folder(folder: Path) -> Path:
    mark = owner.this_process().replace(":", "-")
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{mark}-", dir=folder))


def _take(descriptor: int, size: int) -> None:
    """Raises OSError where there is less."""
    if hasattr(os, "posix_fallocate"):
        try:
            os.posix_fallocate(descriptor, 0, size)
            return
        except OSError as error:
            if error.errno in _FULL:
                raise
    os.truncate(descriptor, size)  # a file system that cannot take room beforehand


def _remove_leftovers(folder: Path) -> None:
    """What processes left that are not there any more."""
    for entry in os.scandir(folder):
        match = _NAME.fullmatch(entry.name)
        if match and entry.is_dir(follow_symlinks=False) and not owner.is_at_work(f"{match[1]}:{match[2]}"):
            shutil.rmtree(entry.path, ignore_errors=True)


def _failed(error: OSError) -> AppError:
    return AppError(f"The folder for a text's tokens cannot be used: {error.strerror or error}.", str(error), "disk")

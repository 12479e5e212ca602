"""One writer for each file, even across programs, and even where flock does nothing."""

from __future__ import annotations

import contextlib
import json
import os
import uuid
from pathlib import Path

import psutil

try:
    import fcntl
except ImportError:  # Windows has none; the owner's process is looked up instead
    fcntl = None  # type: ignore[assignment]

_SAME_START_S = 2.0


class WriterLock:
    """A file that names its owner. It holds while the owner's process lives, and is taken over once it is gone."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Whether this process is now the writer. Raises OSError where the folder takes no file."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        for _ in range(3):
            if self._create():
                return True
            seen = _read(self._path)
            if seen is not None and self._is_held(seen):
                return False
            self._remove_stale(seen)
        return False

    def release(self) -> None:
        """Let others write."""
        if self._descriptor is not None:
            self._path.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = None

    def _create(self) -> bool:
        """Make the file with its owner's name already in it: nobody ever sees an empty one."""
        temporary = self._path.with_name(f"{self._path.name}.{uuid.uuid4().hex[:8]}")
        descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644)
        try:
            os.write(descriptor, _identity())
            _flock(descriptor)
            os.link(temporary, self._path)
        except FileExistsError:
            os.close(descriptor)
            return False
        except OSError:
            os.close(descriptor)
            return self._create_without_links()
        finally:
            temporary.unlink(missing_ok=True)
        self._descriptor = descriptor
        return True

    def _create_without_links(self) -> bool:
        """For file systems without hard links."""
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644)
        except FileExistsError:
            return False
        os.write(descriptor, _identity())
        _flock(descriptor)
        self._descriptor = descriptor
        return True

    def _is_held(self, seen: bytes) -> bool:
        if _owner_lives(seen):
            return True
        # A process of another container or computer is not in our table, but its lock may be seen.
        try:
            descriptor = os.open(self._path, os.O_RDWR)
        except OSError:
            return False
        try:
            return not _flock(descriptor)
        finally:
            os.close(descriptor)

    def _remove_stale(self, seen: bytes | None) -> None:
        """Take the dead owner's file away; give it back where another has just taken it over."""
        aside = self._path.with_name(f"{self._path.name}.{uuid.uuid4().hex[:8]}")
        try:
            self._path.rename(aside)
        except FileNotFoundError:
            return
        if _read(aside) != seen:
            with contextlib.suppress(OSError):
                os.link(aside, self._path)
        aside.unlink(missing_ok=True)


def _identity() -> bytes:
    return json.dumps({"pid": os.getpid(), "started": psutil.Process().create_time()}).encode("ascii")


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()[:4096]
    except OSError:
        return None


def _owner_lives(seen: bytes) -> bool:
    try:
        body = json.loads(seen)
        process = psutil.Process(int(body["pid"]))
        return abs(process.create_time() - float(body["started"])) < _SAME_START_S and (
            process.status() != psutil.STATUS_ZOMBIE
        )
    except (ValueError, KeyError, TypeError, psutil.Error, OverflowError):
        return False


def _flock(descriptor: int) -> bool:
    """Whether the lock was free; True where there is no such thing."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True

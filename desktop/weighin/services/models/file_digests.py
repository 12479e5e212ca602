"""sha256 of model files, computed away from the window's thread and remembered while a file stays the same."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal

from weighin.core.errors import AppError
from weighin.core.models.model import shard_paths
from weighin.services.evaluations.evaluation_history import Evaluations
from weighin.services.tasks import Failed, TaskRunner

_PIECE = 4 << 20


class FileDigests(QObject):
    """One model after the other. Of a split model: the sha256 of its parts' sha256, one a line."""

    _read = Signal(float)

    def __init__(self, known: Evaluations, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._known = known
        self._tasks = TaskRunner(1, self)
        self._stop = threading.Event()
        self._progress: Callable[[float], None] = lambda _: None
        self._read.connect(lambda share: self._progress(share), Qt.ConnectionType.QueuedConnection)

    def digest(self, path: str, done: Callable[[str], None], failed: Failed, progress: Callable[[float], None]) -> None:
        """The sha256 of the model that `path` is (a part of). progress: share of its bytes read, 0..1. Fails with kind
        "stopped" after `stop`."""
        self._stop.clear()
        self._progress = progress
        self._tasks.run(lambda: self._of_model(Path(path)), done, failed)

    def stop(self) -> None:
        """Break off."""
        self._stop.set()

    def close(self) -> None:
        """Break off, for good."""
        self._stop.set()
        self._tasks.close()

    def _of_model(self, path: Path) -> str:
        parts = shard_paths(path)
        try:
            total = sum(part.stat().st_size for part in parts)
            digests, before = [], 0
            for part in parts:
                digests.append(self._of_file(part, before, total))
                before += part.stat().st_size
        except OSError as error:
            name = Path(error.filename or path).name
            raise AppError(f"{name} cannot be read: {error.strerror or error}.", kind="unreadable") from None
        if len(digests) == 1:
            return digests[0]
        return hashlib.sha256("".join(f"{digest}\n" for digest in digests).encode()).hexdigest()

    def _of_file(self, path: Path, before: int, total: int) -> str:
        key = str(path.absolute()).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        stat = path.stat()
        known = self._known.digest(key, stat.st_size, stat.st_mtime_ns)
        if known is not None:
            return known
        running, done, buffer = hashlib.sha256(), 0, memoryview(bytearray(_PIECE))
        with path.open("rb", buffering=0) as stream:
            while count := stream.readinto(buffer):
                if self._stop.is_set():
                    raise AppError("Stopped.", kind="stopped")
                running.update(buffer[:count])
                done += count
                self._read.emit((before + done) / max(1, total))
        after = path.stat()
        if (after.st_size, after.st_mtime_ns) != (stat.st_size, stat.st_mtime_ns):
            raise AppError(f"{path.name} changed while it was read.", kind="changed")
        self._known.keep_digest(key, stat.st_size, stat.st_mtime_ns, running.hexdigest())
        return running.hexdigest()

"""The few things the program remembers, in one readable JSON file."""

from __future__ import annotations

import contextlib
import json
import logging
import os
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

log = logging.getLogger(__name__)

_MOST_BYTES = 4_000_000


class Settings(QObject):
    """Values by name. Several windows may share the file: each looks again where it was written meanwhile, and names
    that only another version knows stay as they are. A damaged file is put aside and counts as empty; a disk that takes
    nothing costs the setting, not the program. `cleared`: all of them are as in a new profile."""

    cleared = Signal()

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._seen: tuple[int, ...] | None = None
        self._values: dict[str, Any] = {}

    def get(self, key: str, default: Any) -> Any:
        """The value of `key` if there is one of the type of `default`, else `default`."""
        self._look()
        value = self._values.get(key, default)
        if isinstance(value, bool) != isinstance(default, bool) and default is not None:
            return default  # to Python True is a number
        return value if default is None or isinstance(value, type(default)) else default

    def set(self, key: str, value: Any) -> None:
        """Remember a JSON value; written at once, whole or not at all."""
        self._look()
        if key in self._values and _as_text(self._values[key]) == _as_text(value):
            return
        self._values[key] = value
        self._write()

    def clear(self) -> None:
        """Forget all of them."""
        self._values = {}
        self._write()
        self.cleared.emit()

    def _write(self) -> None:
        temporary = self._path.with_suffix(f".{os.getpid()}.tmp")
        try:
            temporary.write_text(_as_text(self._values), "utf-8")
            temporary.replace(self._path)
            self._seen = self._stamp()
        except OSError as error:
            log.warning("settings were not saved: %s", error)

    def _look(self) -> None:
        """Read the file where it is not the one that was seen last."""
        stamp = self._stamp()
        if stamp is None or stamp == self._seen:
            return
        self._seen = stamp
        try:
            with self._path.open("rb") as stream:
                loaded = json.loads(stream.read(_MOST_BYTES + 1).decode("utf-8"))
            if not isinstance(loaded, dict):
                raise ValueError("it is no object")
            self._values = loaded
        except OSError as error:
            log.info("settings cannot be read: %s", error)
        except (ValueError, RecursionError) as error:
            log.info("damaged settings are put aside: %s", error)
            with contextlib.suppress(OSError):
                self._path.replace(self._path.with_suffix(".damaged.json"))

    def _stamp(self) -> tuple[int, ...] | None:
        """Which file it is, when it was written and how long it is; None where there is none."""
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size


def _as_text(value: Any) -> str:
    return json.dumps(value, indent=1, sort_keys=True)

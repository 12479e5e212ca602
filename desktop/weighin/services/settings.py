"""The few things the program remembers, in one readable JSON file."""

from __future__ import annotations

import contextlib
import json
import logging
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject

log = logging.getLogger(__name__)


class Settings(QObject):
    """Values by name. A damaged file counts as empty; a disk that takes nothing costs the setting, not the program."""

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._values: dict[str, Any] = {}
        with contextlib.suppress(OSError, ValueError):
            loaded = json.loads(path.read_text("utf-8"))
            if isinstance(loaded, dict):
                self._values = loaded

    def get(self, key: str, default: Any) -> Any:
        """The value of `key` if there is one of the type of `default`, else `default`."""
        value = self._values.get(key, default)
        return value if default is None or isinstance(value, type(default)) else default

    def set(self, key: str, value: Any) -> None:
        """Remember a JSON value; written at once, whole or not at all."""
        if self._values.get(key) == value:
            return
        self._values[key] = value
        temporary = self._path.with_suffix(".tmp")
        try:
            temporary.write_text(json.dumps(self._values, indent=1, sort_keys=True), "utf-8")
            temporary.replace(self._path)
        except OSError as error:
            log.warning("settings were not saved: %s", error)

"""Files that are opened with this program while its window is open already: they go there."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from weighin.services.processes.open_windows import OpenWindows

log = logging.getLogger(__name__)

_ENDING = ".open"
_TAKEN_WITHIN_S, _LOOK_EVERY_S = 3.0, 0.02
_MOST_BYTES = 1 << 20


def hand_over(windows: OpenWindows, paths: Sequence[str]) -> bool:
    """Give files to the window of this profile that was opened last; whether it took them. Waits a moment for it: not
    for the window's thread."""
    for mark in windows.others():
        request = mark.with_name(mark.name + _ENDING)
        part = mark.with_name(mark.name + ".part")
        try:
            part.write_text(json.dumps(list(paths)))
            part.replace(request)
            if _is_taken(request):
                return True
            request.unlink(missing_ok=True)
        except OSError as error:
            log.info("a window could not be told of files: %s", error)
    return False


class OpenedFiles(QObject):
    """`wanted` carries the paths of files that somebody opens with this program; from `begin` on."""

    wanted = Signal(list)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._request: Path | None = None
        self._watcher = QFileSystemWatcher(self)
        # Not inside the watcher's own call: what is wanted may take a while, and may ask for more.
        self._watcher.directoryChanged.connect(lambda _: QTimer.singleShot(0, self, self._look))

    def begin(self, mark: Path | None) -> None:
        """Look out for them. `mark`: the file that stands for this window, None where it could not be made."""
        if mark is not None:
            self._request = mark.with_name(mark.name + _ENDING)
            self._watcher.addPath(str(mark.parent))
            self._look()

    def _look(self) -> None:
        if self._request is None or not self._request.exists():
            return
        try:
            with self._request.open("rb") as file:
                text = file.read(_MOST_BYTES)
            self._request.unlink()
            said = json.loads(text)
        except (OSError, ValueError, RecursionError) as error:
            log.info("files to open are not known: %s", error)
            return
        if isinstance(said, list) and all(isinstance(path, str) for path in said):
            self.wanted.emit(said)


def _is_taken(request: Path) -> bool:
    never = threading.Event()
    for _ in range(round(_TAKEN_WITHIN_S / _LOOK_EVERY_S)):
        if not request.exists():
            return True
        never.wait(_LOOK_EVERY_S)
    return False

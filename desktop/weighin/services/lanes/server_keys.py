"""Keys of servers: typed ones stay in memory, or go to the system's keyring; never into a file of this program."""

from __future__ import annotations

import os
from collections.abc import Callable

from PySide6.QtCore import QObject

from weighin.core.errors import AppError
from weighin.core.models.server import KEY_VARIABLE, TYPED_KEY_VARIABLE, parse_address
from weighin.services.task_runner import Failed, TaskRunner

# As in weighin.endpoint.entry, which reads it there.
_SERVICE = "weighin"


class ServerKeys(QObject):
    """What a worker for a server is given, and nobody else. Talking to a keyring may take its time: not on the window's
    thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._typed: dict[str, str] = {}
        self._tasks: TaskRunner | None = None

    def environment(self, path: str) -> dict[str, str]:
        """Variables for the worker of the server at address `path`: the key typed for it, and the user's own."""
        typed = self._typed.get(parse_address(path).origin, "")
        known = {TYPED_KEY_VARIABLE: typed, KEY_VARIABLE: os.environ.get(KEY_VARIABLE, "")}
        return {name: key for name, key in known.items() if key}

    def use(self, path: str, key: str) -> None:
        """Use `key` for the server at address `path` until the program ends."""
        self._typed[parse_address(path).origin] = key

    def keep(self, path: str, key: str, done: Callable[[None], None], failed: Failed) -> None:
        """Put a key into the system's keyring. `failed` gets a sentence where there is none, or it refuses."""
        if self._tasks is None:
            self._tasks = TaskRunner(1, self)
        origin = parse_address(path).origin
        self._tasks.run(lambda: _keep(origin, key), done, failed)

    def close(self) -> None:
        """Finish what is being kept."""
        if self._tasks is not None:
            self._tasks.close()


def _keep(origin: str, key: str) -> None:
    """Raises AppError."""
    try:
        import keyring
    except ImportError:
        text = "The key is kept until Weigh-In closes. To keep it longer, install the Python package keyring or set "
        raise AppError(f"{text}{KEY_VARIABLE}.", kind="keyring") from None
    try:
        keyring.set_password(_SERVICE, origin, key)
    except Exception as error:  # noqa: BLE001 - each system's keyring has errors of its own
        text = f"The keyring did not store the key ({type(error).__name__}); it is kept until Weigh-In closes."
        raise AppError(text, kind="keyring") from None

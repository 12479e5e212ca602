"""Which libraries this program stands on, in which versions and under which licences."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import metadata

from PySide6.QtCore import QObject

from weighin.services.task_runner import TaskRunner

_PROGRAM = "weighin"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_LONGEST = 80


@dataclass(frozen=True)
class Library:
    """An installed library. licence: in short, "" where it does not say."""

    name: str
    version: str
    licence: str


class Libraries(QObject):
    """The libraries for those with a window: the answer comes later."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = TaskRunner(1, self)

    def find(self, done: Callable[[tuple[Library, ...]], None]) -> None:
        """All of them, by name."""
        self._tasks.run(libraries, done, lambda _: None)

    def close(self) -> None:
        """Finish what was begun."""
        self._tasks.close()


def libraries() -> tuple[Library, ...]:
    """The libraries of the program that are installed and what those need, by name. Reads files: not for the window's
    thread."""
    found: dict[str, Library] = {}
    waiting = [_PROGRAM]
    while waiting:
        name = waiting.pop()
        try:
            about = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # of another system, or an extra that nobody installed
        key = about.metadata["Name"].lower()
        if key in found:
            continue
        found[key] = Library(about.metadata["Name"], about.version, _licence(about.metadata))
        waiting += _needed(about.requires or (), of_program=key == _PROGRAM)
    found.pop(_PROGRAM, None)
    return tuple(found[key] for key in sorted(found))


def version_of(name: str) -> str:
    """The version of an installed library, "" where it is not installed."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _needed(requirements: Iterable[str], of_program: bool) -> list[str]:
    """Names of what is required; of what only an extra needs, those of the program itself that are for its users."""
    names = []
    for line in requirements:
        extra = re.search(r"extra\s*==\s*['\"]([^'\"]+)", line)
        if extra is None or (of_program and extra[1] == "keyring"):
            names.append(_NAME.match(line)[0])  # type: ignore[index]
    return names


def _licence(about: metadata.PackageMetadata) -> str:
    """What a library says of its licence, in the first of three places that is short enough to be a name."""
    classified = [line for line in about.get_all("Classifier") or () if line.startswith("License ::")]
    names = ", ".join(line.rpartition(" :: ")[2] for line in classified)
    said = (*(about.get_all("License-Expression") or ()), names, *(about.get_all("License") or ()))
    return next((text for text in said if text and len(text) <= _LONGEST and "\n" not in text), "")

"""What keeps Qt or its window from starting here, as one sentence."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from weighin.display import shared_libraries as qt_files
from weighin.display.connections import Attempt, try_wayland, try_x
from weighin.display.shared_libraries import loads, missing_for, not_found

NO_WINDOW = "Weigh-In cannot open its window"
_NO_COMMAND = "Weigh-In cannot start"


@dataclass(frozen=True)
class DisplayCheck:
    """Which of Qt's platforms can show the window, None where Qt is to choose; or the sentence why none can.

    `release` lets go of the display, once Qt holds it."""

    platform: str | None = None
    trouble: str = ""
    release: Callable[[], object] = lambda: None


def look_for_display(environment: Mapping[str, str] = os.environ) -> DisplayCheck:
    """Try the platforms in Qt's order, as far as the first that works. Nothing is tried but on Linux."""
    package = qt_files.package()
    if not sys.platform.startswith("linux") or package is None:
        return DisplayCheck()
    wanted = platforms(environment)
    reasons = []
    for number, platform in enumerate(wanted):
        attempt = _try(platform, package, environment)
        if not attempt.trouble:
            return DisplayCheck(platform if number else None, release=attempt.release)
        reasons.append(attempt.trouble)
    return DisplayCheck(trouble=f"{NO_WINDOW}: {', and '.join(dict.fromkeys(reasons))}")


def platforms(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The platforms that Qt will try, first the one it prefers (QGuiApplicationPrivate::createPlatformIntegration)."""
    if chosen := environment.get("QT_QPA_PLATFORM"):
        return tuple(each.split(":")[0] for each in chosen.split(";") if each)
    wayland = "WAYLAND_DISPLAY" in environment or environment.get("XDG_SESSION_TYPE") == "wayland"
    found = ("wayland",) * wayland + ("xcb",) * ("DISPLAY" in environment)
    return found or ("xcb",)


def import_trouble(error: ImportError, window: bool) -> str:
    """The sentence for an import of PySide6 that failed for want of a library; "" where it failed for another reason.

    `window`: whether a window was to open; a command needs less."""
    package = qt_files.package()
    if package is None or not not_found(str(error)):
        return ""
    if not window:
        return f"{_NO_COMMAND}: {_lacking(str(error), package, *qt_files.modules(package, 'QtCore'))}"
    files = _files_of_window(qt_files.plugin(package, platforms(os.environ)[0]), package)
    return f"{NO_WINDOW}: {_lacking(str(error), package, *files)}"


def _try(platform: str, package: Path, environment: Mapping[str, str]) -> Attempt:
    plugin = qt_files.plugin(package, platform)
    if plugin.exists() and (said := loads(str(plugin))):
        if not_found(said):
            return Attempt(_lacking(said, package, *_files_of_window(plugin, package)))
        return Attempt(f"Qt's {plugin.name} cannot be loaded ({said})")
    if platform == "xcb":
        return try_x(environment)
    return try_wayland(environment) if platform.startswith("wayland") else Attempt()


def _files_of_window(plugin: Path, package: Path) -> list[Path]:
    return [plugin, *qt_files.modules(package, "QtCore", "QtGui", "QtWidgets")]


def missing_words(names: Sequence[str]) -> str:
    """That the libraries `names`, at least one, are missing."""
    if len(names) == 1:
        return f"{names[0]} is missing"
    return f"{', '.join(names[:-1])} and {names[-1]} are missing"


def _lacking(said: str, package: Path, *files: Path) -> str:
    """What is missing of all that `files` load, and what installs it; `said`: the loader's words of the first."""
    return missing_words(missing_for(files, qt_files.bundled(package)) or (not_found(said),)) + _remedy()


def _remedy() -> str:
    from weighin.display.system_packages import distributions_here

    here = distributions_here()
    if len(here) > 1:
        return " (the README lists the packages for each system)"
    return f"; install with: {here[0].for_the_window}"

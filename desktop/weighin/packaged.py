"""The program as a package: one folder with its own Python, libraries and fonts, made by packaging/package.

Standard library only, and nothing here runs in a checkout."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator, MutableMapping
from pathlib import Path

from weighin.display import shared_libraries as qt_files
from weighin.display.shared_libraries import loads, needed

_SEARCHED = "LD_LIBRARY_PATH"
# What PyInstaller's start tells its children: they would take this program's libraries for set up.
_OF_THE_START = "_PYI_"
_FONTS = "FONTCONFIG_FILE"
_FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
# SSE 4.2 and POPCNT in the third register of CPUID's leaf 1: what x86-64-v2 has beyond its elders.
_LEAST_PROCESSOR = 1 << 20 | 1 << 23
_OLD_PROCESSOR = "Weigh-In cannot start: this processor is too old. It needs x86-64-v2 (SSE 4.2), as made since 2009."


def trouble() -> str:
    """Why the package cannot run on this computer, as a sentence; "" where it can."""
    return "" if _is_new_enough() else _OLD_PROCESSOR


def settle(window: bool) -> None:
    """Take what this computer lacks from the package; before Qt is imported. `window`: whether one is to open."""
    restore_environment(os.environ)
    own = Path(sys._MEIPASS)  # type: ignore[attr-defined]
    if sys.platform != "linux":
        return
    names = (*qt_files.CORE, *qt_files.WIDGETS, *qt_files.PLATFORMS["wayland"], *qt_files.PLATFORMS["xcb"])
    bring_libraries(names if window else qt_files.CORE, own / "fallback")
    if window:
        bring_fonts(own / "fonts" / "fonts.conf", os.environ)


def restore_environment(environment: MutableMapping[str, str]) -> None:
    """Programs that are opened from here find the system's libraries, not the package's; a worker, this program again,
    sets its own up anew."""
    for name in [name for name in environment if name.startswith(_OF_THE_START)]:
        del environment[name]
    before = environment.pop(f"{_SEARCHED}_ORIG", "")
    environment.pop(_SEARCHED, None)
    if before:
        environment[_SEARCHED] = before


def bring_libraries(names: tuple[str, ...], folder: Path) -> tuple[str, ...]:
    """Load those of the libraries `names` that the system lacks from `folder`, each after what it needs itself. The
    system's own go first: they fit its drivers. Returns the names of those that were taken from `folder`."""
    taken: list[str] = []

    def bring(name: str) -> None:
        own = folder / name
        if name in taken or not own.exists() or not loads(name):
            return
        for each in needed(own):
            bring(each)
        if not loads(str(own)):
            taken.append(name)

    for name in names:
        bring(name)
    return tuple(taken)


def bring_fonts(settings: Path, environment: MutableMapping[str, str], root: Path = Path("/")) -> None:
    """Write with the package's fonts where this computer has none. `settings`: of fontconfig, which name them."""
    configured = (root / "etc" / "fonts" / "fonts.conf").exists()
    if _FONTS not in environment and not (configured and any(_fonts(root))):
        environment[_FONTS] = str(settings)


def _fonts(root: Path) -> Iterator[Path]:
    for folder in _FONT_FOLDERS:
        place = Path(folder).expanduser() if folder.startswith("~") else root / folder.lstrip("/")
        for ending in ("ttf", "otf", "ttc"):
            yield from place.rglob(f"*.{ending}")


def _is_new_enough() -> bool:
    try:
        ask = ctypes.CDLL(None)["__x86_get_cpuid_feature_leaf"]  # glibc 2.33, x86 only
    except (AttributeError, TypeError, OSError):
        return True
    ask.restype, ask.argtypes = ctypes.POINTER(ctypes.c_uint32), [ctypes.c_uint]
    return ask(0)[2] & _LEAST_PROCESSOR == _LEAST_PROCESSOR

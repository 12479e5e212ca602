"""Small files and counters of the operating system, read without trusting that they are there."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TypeVar

Value = TypeVar("Value")


def psutil() -> ModuleType:
    """psutil, imported at its first use: the window's first paint does not need it."""
    import psutil as found

    return found


def attempt(read: Callable[[], Value]) -> Value | None:
    """What `read` gives; None where this system lacks what it reads, whatever way it says so."""
    try:
        return read()
    except (OSError, ValueError, KeyError, IndexError, AttributeError, RuntimeError, psutil().Error):
        return None


def text_of(path: Path) -> str:
    """A small text file, stripped; "" where it cannot be read."""
    with contextlib.suppress(OSError, ValueError):
        return path.read_text("utf-8", errors="replace").strip()
    return ""


def number_in(path: Path) -> int | None:
    """The whole number a file holds; None where it holds none."""
    text = text_of(path)
    return int(text) if text.isascii() and text.isdigit() else None


def numbers_of_list(text: str) -> set[int]:
    """The numbers of a list as Linux writes them: "0-3,8" is {0, 1, 2, 3, 8}. Raises ValueError."""
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        if first:
            found.update(range(int(first), int(last or first) + 1))
    return found


def sysctl(name: str) -> int | None:
    """A number of macOS's sysctl, for example "hw.l2cachesize"; None elsewhere and where there is none."""
    if sys.platform != "darwin":
        return None
    import ctypes

    value, size = ctypes.c_int64(0), ctypes.c_size_t(8)
    if ctypes.CDLL(None).sysctlbyname(name.encode(), ctypes.byref(value), ctypes.byref(size), None, 0) != 0:
        return None
    return value.value  # also right where the kernel wrote only four bytes: these are little-endian

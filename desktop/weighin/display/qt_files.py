"""The files of Qt that a window loads, and the libraries of the system behind them."""

from __future__ import annotations

import importlib.util
from pathlib import Path

CORE = ("libglib-2.0.so.0", "libgthread-2.0.so.0", "libstdc++.so.6", "libz.so.1", "libzstd.so.1")
WIDGETS = (
    "libEGL.so.1",
    "libGL.so.1",
    "libX11.so.6",
    "libdbus-1.so.3",
    "libfontconfig.so.1",
    "libfreetype.so.6",
    "libxkbcommon.so.0",
)
# What each of Qt's platforms needs beyond; held against the files themselves by a test.
PLATFORMS = {
    "xcb": (
        "libX11-xcb.so.1",
        "libxcb.so.1",
        "libxcb-cursor.so.0",
        "libxcb-icccm.so.4",
        "libxcb-image.so.0",
        "libxcb-keysyms.so.1",
        "libxcb-randr.so.0",
        "libxcb-render.so.0",
        "libxcb-render-util.so.0",
        "libxcb-shape.so.0",
        "libxcb-shm.so.0",
        "libxcb-sync.so.1",
        "libxcb-util.so.1",
        "libxcb-xfixes.so.0",
        "libxcb-xkb.so.1",
        "libxkbcommon-x11.so.0",
    ),
    "wayland": ("libwayland-client.so.0", "libwayland-cursor.so.0"),
    "offscreen": (),
}


def package() -> Path | None:
    """The folder of PySide6 as this Python would import it, without importing it; None where it is not installed."""
    found = importlib.util.find_spec("PySide6")
    return Path(found.origin).parent if found and found.origin else None


def bundled(package: Path) -> tuple[Path, ...]:
    """The folders of libraries that come along with PySide6."""
    return (package, package / "Qt" / "lib", package.parent / "shiboken6")


def modules(package: Path, *names: str) -> list[Path]:
    """The compiled modules of PySide6 of these names, and of what it imports with each of them."""
    found = [*package.glob("Qt*.so"), *(package.parent / "shiboken6").glob("Shiboken*.so")]
    return [file for file in found if file.name.split(".")[0] in (*names, "Shiboken")]


def plugin(package: Path, platform: str) -> Path:
    """The file by which Qt speaks to the platform "xcb", "wayland", "offscreen", ..."""
    return package / "Qt" / "plugins" / "platforms" / f"libq{platform}.so"

"""Which shared libraries a program file loads, and which of them this computer lacks. Linux; nothing is kept loaded
that the file itself would not load."""

from __future__ import annotations

import ctypes
import importlib.util
import mmap
import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

_LOAD, _DYNAMIC = 1, 2  # kinds of segments, elf.h
_NEEDED, _STRING_TABLE = 1, 5  # tags of the dynamic section
_NOT_FOUND = re.compile(r"([^\s/]+): cannot open shared object file")


def loads(file: str) -> str:
    """Load a library by path or name, as whoever needs it will. What the loader says where it cannot, else ""."""
    try:
        ctypes.CDLL(file)
    except OSError as error:
        return str(error)
    return ""


def not_found(said: str) -> str:
    """The library that the loader did not find, by its own words `said`; "" where they say something else."""
    found = _NOT_FOUND.match(said)
    return found[1] if found else ""


def missing(names: Iterable[str]) -> tuple[str, ...]:
    """Those of the libraries `names`, and of what they need in turn, that cannot be found; each once."""
    said = (not_found(loads(name)) for name in names)
    return tuple(dict.fromkeys(name for name in said if name))


def missing_for(files: Sequence[Path], bundled: Sequence[Path]) -> tuple[str, ...]:
    """What `files` need and this computer lacks, all of it at once, sorted; `bundled`: folders of libraries that come
    along with them, which are looked through too."""
    return tuple(sorted(missing(dict.fromkeys(_foreign(files, bundled)))))


def needed(file: Path) -> tuple[str, ...]:
    """Names of the libraries that an ELF file asks for itself (DT_NEEDED); () where it is none or is damaged."""
    try:
        with file.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return tuple(_needed(data))
    except (OSError, OverflowError, ValueError, struct.error):
        return ()


def _foreign(files: Sequence[Path], bundled: Sequence[Path]) -> Iterator[str]:
    """Names that `files` and the bundled libraries they lead to ask for, and that are not bundled."""
    waiting, seen = list(files), set(files)
    while waiting:
        for name in needed(waiting.pop()):
            own = next((folder / name for folder in bundled if (folder / name).exists()), None)
            if own is None:
                yield name
            elif own not in seen:
                seen.add(own)
                waiting.append(own)


def _needed(data: mmap.mmap) -> Iterator[str]:
    """DT_NEEDED of a 64-bit little-endian ELF file. Raises ValueError and struct.error."""
    if data[:6] != b"\x7fELF\x02\x01":
        return
    (table,) = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    segments = [struct.unpack_from("<IIQQQQQQ", data, table + size * number) for number in range(count)]
    tags: list[tuple[int, int]] = []
    for kind, _, offset, _, _, length, *_ in segments:
        if kind == _DYNAMIC:
            tags = list(struct.iter_unpack("<QQ", data[offset : offset + length - length % 16]))
    address = dict(tags).get(_STRING_TABLE, 0)
    for kind, _, offset, begin, _, length, *_ in segments:
        if kind == _LOAD and begin <= address < begin + length:
            strings = offset + address - begin
            for tag, value in tags:
                if tag == _NEEDED:
                    yield data[strings + value : data.find(b"\0", strings + value)].decode("ascii", "replace")


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

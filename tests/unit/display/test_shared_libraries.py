"""Libraries that are not there: read from Qt's own files, one of them changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from weighin.display import shared_libraries as qt_files
from weighin.display.shared_libraries import loads, missing, missing_for, needed, not_found

PACKAGE = qt_files.package()
assert PACKAGE is not None
# What every Linux with the right glibc has.
_LIBC = {f"lib{name}" for name in ("c.so.6", "m.so.6", "dl.so.2", "pthread.so.0", "rt.so.1", "gcc_s.so.1")}
_LIBC |= {"ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}


def everything_of(platform: str) -> set[str]:
    """All libraries of the system behind a platform, by the files themselves."""
    waiting = [qt_files.plugin(PACKAGE, platform), *qt_files.modules(PACKAGE, "QtCore", "QtGui", "QtWidgets")]
    seen, found = set(waiting), set()
    while waiting:
        for name in needed(waiting.pop()):
            own = [folder / name for folder in qt_files.bundled(PACKAGE) if (folder / name).exists()]
            found |= set() if own else {name}
            waiting += [file for file in own if file not in seen]
            seen |= set(own)
    return found - _LIBC


@pytest.mark.parametrize("platform", qt_files.PLATFORMS)
def test_what_is_tried_before_anything_is_installed_is_what_qt_loads(platform: str) -> None:
    tried = {*qt_files.CORE, *qt_files.WIDGETS, *qt_files.PLATFORMS[platform]}
    assert everything_of(platform) == tried


def test_all_that_is_missing_is_named_at_once(tmp_path: Path) -> None:
    plugin = tmp_path / "libqxcb.so"
    whole = qt_files.plugin(PACKAGE, "xcb").read_bytes()
    changed = whole.replace(b"libxcb-icccm.so.4\0", b"libxcb-nobod.so.4\0").replace(b"libX11.so.6\0", b"libX99.so.6\0")
    plugin.write_bytes(changed)
    found = missing_for([plugin], qt_files.bundled(PACKAGE))
    assert {"libxcb-nobod.so.4", "libX99.so.6"} <= set(found)
    assert list(found) == sorted(set(found))
    assert not_found(loads(str(plugin)))


@pytest.mark.parametrize(
    "data", [b"", b"#!/bin/sh\n", b"\x7fELF\x02\x01" + b"\xff" * 100, b"\x7fELF\x01\x01" + bytes(100)]
)
def test_a_file_that_is_no_library_needs_nothing(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.so").write_bytes(data)
    assert needed(tmp_path / "x.so") == ()
    assert needed(tmp_path / "none.so") == ()
    assert loads(str(tmp_path / "x.so"))
    assert not_found(loads(str(tmp_path / "x.so"))) == ""


def test_a_library_cut_short_needs_nothing(tmp_path: Path) -> None:
    (tmp_path / "x.so").write_bytes(qt_files.plugin(PACKAGE, "offscreen").read_bytes()[:2000])
    assert needed(tmp_path / "x.so") == ()


def test_names_are_tried() -> None:
    assert missing(("libc.so.6", "libnobody.so.7", "libc.so.6", "libnobody.so.7")) == ("libnobody.so.7",)

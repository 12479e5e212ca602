"""The program as a package: what it takes from its own folder, and what it leaves to the system."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from weighin import packaged, start
from weighin.display.shared_libraries import loads

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="packages bring libraries on Linux only")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"LD_LIBRARY_PATH": "/opt/weighin/app/_internal"}, {}),
        ({"LD_LIBRARY_PATH": "/opt/w:/usr/x", "LD_LIBRARY_PATH_ORIG": "/usr/x"}, {"LD_LIBRARY_PATH": "/usr/x"}),
        ({"LD_LIBRARY_PATH": "/opt/w", "LD_LIBRARY_PATH_ORIG": ""}, {}),
        ({"_PYI_ARCHIVE_FILE": "/opt/w", "_PYI_PARENT_PROCESS_LEVEL": "1", "_PYI_APPLICATION_HOME_DIR": "/opt"}, {}),
        ({}, {}),
    ],
)
def test_programs_that_are_opened_find_the_systems_libraries(before: dict[str, str], after: dict[str, str]) -> None:
    environment = before | {"PATH": "/bin"}
    packaged.restore_environment(environment)
    assert environment == after | {"PATH": "/bin"}


def _library(place: Path) -> Path:
    """A real library under a name that no system has."""
    source = sorted(Path(sys.prefix).rglob("_multiarray_umath*.so"))[0]
    place.parent.mkdir(exist_ok=True)
    return Path(shutil.copy(source, place))


def test_only_what_the_system_lacks_is_taken_from_the_package(tmp_path: Path) -> None:
    here = next(name for name in ("libstdc++.so.6", "libc.so.6") if not loads(name))
    for name in (here, "libnobody-has.so.7"):
        _library(tmp_path / name)
    (tmp_path / "libbroken.so.1").write_bytes(b"no library")
    wanted = (here, "libnobody-has.so.7", "libbroken.so.1", "libneither.so.2", "libnobody-has.so.7")
    assert packaged.bring_libraries(wanted, tmp_path) == ("libnobody-has.so.7",)
    assert packaged.bring_libraries(wanted, tmp_path / "nowhere") == ()


def test_what_a_library_needs_comes_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    for name in ("libouter.so.1", "libinner.so.1", "libonce.so.1"):
        (tmp_path / name).write_bytes(b"")
    needs = {"libouter.so.1": ("libinner.so.1", "libonce.so.1", "libc.so.6"), "libinner.so.1": ("libonce.so.1",)}

    def loading(file: str) -> str:
        asked.append(file)
        return "" if file.startswith("/") else f"{file}: cannot open shared object file"

    monkeypatch.setattr(packaged, "loads", loading)
    monkeypatch.setattr(packaged, "needed", lambda file: needs.get(file.name, ()))
    assert packaged.bring_libraries(("libouter.so.1",), tmp_path) == ("libonce.so.1", "libinner.so.1", "libouter.so.1")


@pytest.mark.parametrize(
    ("configured", "fonts", "chosen", "ours"),
    [(True, True, "", False), (False, True, "", True), (True, False, "", True), (False, False, "/mine.conf", False)],
)
def test_the_packages_fonts_are_for_computers_without_any(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, configured: bool, fonts: bool, chosen: str, ours: bool
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    if configured:
        (tmp_path / "etc" / "fonts").mkdir(parents=True)
        (tmp_path / "etc" / "fonts" / "fonts.conf").write_text("")
    if fonts:
        (tmp_path / "usr" / "share" / "fonts" / "deep").mkdir(parents=True)
        (tmp_path / "usr" / "share" / "fonts" / "deep" / "a.otf").write_text("")
    environment = {"FONTCONFIG_FILE": chosen} if chosen else {}
    packaged.bring_fonts(Path("/own/fonts.conf"), environment, tmp_path)
    assert environment.get("FONTCONFIG_FILE", "") == ("/own/fonts.conf" if ours else chosen)


def test_this_processor_is_new_enough_and_an_old_one_ends_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert packaged.trouble() == ""
    monkeypatch.setattr(packaged, "_LEAST_PROCESSOR", 1 << 16)  # a bit that no processor sets
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert start.start_window(str(tmp_path)) == 1
    assert capsys.readouterr().err == (
        "Weigh-In cannot start: this processor is too old. It needs x86-64-v2 (SSE 4.2), as made since 2009.\n"
    )


def test_a_package_is_settled_before_qt_is_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    brought: list[tuple[tuple[str, ...], Path]] = []
    monkeypatch.setattr(packaged, "bring_libraries", lambda names, folder: brought.append((names, folder)))
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    monkeypatch.setenv("FONTCONFIG_FILE", "/mine.conf")
    packaged.settle(window=True)
    packaged.settle(window=False)
    assert "LD_LIBRARY_PATH" not in os.environ
    (window, folder), (command, _) = brought
    assert folder == tmp_path / "fallback"
    assert {"libGL.so.1", "libxcb.so.1", "libwayland-client.so.0", "libglib-2.0.so.0"} <= set(window)
    assert "libglib-2.0.so.0" in command and "libGL.so.1" not in command

"""One sentence for whatever keeps the window from opening."""

from __future__ import annotations

from pathlib import Path

import pytest

from weighin.display import shared_libraries as qt_files
from weighin.display import trouble
from weighin.display.connections import Attempt
from weighin.display.trouble import import_trouble, look_for_display, platforms

PACKAGE = qt_files.package()
assert PACKAGE is not None


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, ("xcb",)),
        ({"DISPLAY": ":0"}, ("xcb",)),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, ("wayland", "xcb")),
        ({"XDG_SESSION_TYPE": "wayland"}, ("wayland",)),
        ({"DISPLAY": ":0", "QT_QPA_PLATFORM": "offscreen:option"}, ("offscreen",)),
        ({"QT_QPA_PLATFORM": "wayland;xcb"}, ("wayland", "xcb")),
    ],
)
def test_platforms_in_the_order_of_qt(environment: dict[str, str], expected: tuple[str, ...]) -> None:
    assert platforms(environment) == expected


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What trying each platform gives."""
    answers: dict[str, str] = {}
    monkeypatch.setattr(trouble, "_try", lambda platform, *_: Attempt(answers.get(platform, "")))
    return answers


def test_the_first_platform_that_works_is_taken(tried: dict[str, str]) -> None:
    both = {"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}
    assert look_for_display(both).platform is None
    tried["wayland"] = "the compositor is gone"
    assert (look_for_display(both).platform, look_for_display(both).trouble) == ("xcb", "")
    tried["xcb"] = "the server is gone"
    said = "Weigh-In cannot open its window: the compositor is gone, and the server is gone"
    assert look_for_display(both).trouble == said


@pytest.fixture
def lacking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PySide6 whose xcb plugin wants two libraries that nobody has."""
    package = tmp_path / "PySide6"
    plugin = qt_files.plugin(package, "xcb")
    plugin.parent.mkdir(parents=True)
    (package / "Qt" / "lib").symlink_to(PACKAGE / "Qt" / "lib")
    whole = qt_files.plugin(PACKAGE, "xcb").read_bytes()
    changed = whole.replace(b"libxcb-icccm.so.4\0", b"libxcb-nobod.so.4\0").replace(b"libX11.so.6\0", b"libX99.so.6\0")
    plugin.write_bytes(changed)
    monkeypatch.setattr(qt_files, "package", lambda: package)
    return package


def test_missing_libraries_are_named_with_what_installs_them(lacking: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from weighin.display import system_packages

    debian = system_packages.DISTRIBUTIONS[0]
    monkeypatch.setattr(system_packages, "distributions_here", lambda: (debian,))
    found = look_for_display({"DISPLAY": ":0"})
    assert found.platform is None
    assert found.trouble.startswith("Weigh-In cannot open its window: ")
    for part in ("libX99.so.6", "libxcb-nobod.so.4", " are missing; install with: sudo apt install libgl1 "):
        assert part in found.trouble
    monkeypatch.setattr(system_packages, "distributions_here", lambda: system_packages.DISTRIBUTIONS)
    assert "README lists the packages" in look_for_display({"DISPLAY": ":0"}).trouble


def test_a_plugin_that_is_damaged_is_no_missing_library(lacking: Path) -> None:
    plugin = qt_files.plugin(lacking, "xcb")
    plugin.write_bytes(b"nonsense")
    assert "Qt's libqxcb.so cannot be loaded (" in look_for_display({"DISPLAY": ":0"}).trouble


def test_an_import_that_lacks_a_library_is_a_sentence() -> None:
    error = ImportError("libnobody.so.7: cannot open shared object file: No such file or directory")
    assert import_trouble(error, window=False).startswith("Weigh-In cannot start: libnobody.so.7 is missing")
    assert import_trouble(error, window=True).startswith("Weigh-In cannot open its window: libnobody.so.7 is missing")
    assert import_trouble(ImportError("No module named 'nobody'"), window=True) == ""

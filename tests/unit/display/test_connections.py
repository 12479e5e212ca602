"""Display servers that are not there, hang up, or never answer."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from weighin.display import connections
from weighin.display import shared_libraries as qt_files
from weighin.display.connections import try_wayland, try_x
from weighin.display.shared_libraries import missing

WAIT_S = 0.3
needs_xcb = pytest.mark.skipif(bool(missing(["libxcb.so.1"])), reason="there is no libxcb")
needs_wayland = pytest.mark.skipif(bool(missing(qt_files.PLATFORMS["wayland"])), reason="there is no libwayland-client")


@contextlib.contextmanager
def serving(server: socket.socket, hangs_up: bool) -> Iterator[None]:
    """Takes connections at `server` and says nothing: closes each at once, or holds it."""
    held: list[socket.socket] = []

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                held.append(server.accept()[0])
                if hangs_up:
                    held.pop().close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield
    finally:
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
        for each in (server, *held):
            each.close()


def x_server() -> tuple[socket.socket, str]:
    """A socket at the port of a display, and that display."""
    for number in range(200, 400):
        server = socket.socket()
        try:
            server.bind(("127.0.0.1", 6000 + number))
        except OSError:
            server.close()
            continue
        server.listen()
        return server, f"127.0.0.1:{number}"
    raise AssertionError("no port is free")


def test_no_display_at_all() -> None:
    for environment in ({}, {"DISPLAY": ""}):
        assert try_x(environment).trouble == "there is no display (DISPLAY and WAYLAND_DISPLAY are not set)"


@needs_xcb
def test_an_x_server_that_is_not_there() -> None:
    assert try_x({"DISPLAY": ":4711"}).trouble == (
        "the X server at DISPLAY=:4711 cannot be reached, or refuses this user"
    )
    assert "is not a valid X display" in try_x({"DISPLAY": "nonsense"}).trouble


@needs_xcb
@pytest.mark.parametrize(("hangs_up", "said"), [(True, "cannot be reached"), (False, "does not answer")])
def test_an_x_server_that_says_nothing(hangs_up: bool, said: str) -> None:
    server, display = x_server()
    with serving(server, hangs_up):
        assert said in try_x({"DISPLAY": display}, WAIT_S if not hangs_up else 10).trouble


@needs_wayland
def test_a_wayland_compositor_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    place = str(tmp_path / "wayland-9")
    assert try_wayland({"WAYLAND_DISPLAY": place}).trouble == (
        f"the Wayland compositor at WAYLAND_DISPLAY={place} cannot be reached (No such file or directory)"
    )
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(place)
    assert "Connection refused" in try_wayland({"WAYLAND_DISPLAY": place}).trouble
    assert "XDG_RUNTIME_DIR is not set" in try_wayland({"WAYLAND_DISPLAY": "wayland-9"}).trouble


@needs_wayland
@pytest.mark.parametrize(("hangs_up", "said"), [(True, "cannot be reached"), (False, "does not answer")])
def test_a_wayland_compositor_that_says_nothing(tmp_path: Path, hangs_up: bool, said: str) -> None:
    place = str(tmp_path / "wayland-9")
    server = socket.socket(socket.AF_UNIX)
    server.bind(place)
    server.listen()
    with serving(server, hangs_up):
        assert said in try_wayland({"WAYLAND_DISPLAY": place}, WAIT_S if not hangs_up else 10).trouble


def test_a_connection_that_was_handed_over_is_left_to_qt() -> None:
    assert try_wayland({"WAYLAND_SOCKET": "7"}).trouble == ""


def test_without_the_library_it_is_left_to_qt(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("libxcb.so.1: cannot open shared object file: No such file or directory")

    monkeypatch.setattr(connections.ctypes, "CDLL", refuse)
    assert try_x({"DISPLAY": ":4711"}).trouble == ""
    assert try_wayland({"WAYLAND_DISPLAY": "/nowhere/wayland-0"}).trouble == ""

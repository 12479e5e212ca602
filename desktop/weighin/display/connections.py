"""Tries whether an X server or a Wayland compositor answers, by the libraries that Qt will use for it."""

from __future__ import annotations

import ctypes
import errno
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

ANSWER_S = 10.0
_X_DISPLAY_WORDS, _X_NO_SCREEN = 5, 6  # XCB_CONN_CLOSED_PARSE_ERR, XCB_CONN_CLOSED_INVALID_SCREEN
_Connected = tuple[int, Callable[[], object]]


@dataclass(frozen=True)
class Attempt:
    """What came of connecting to a display server: `trouble` says why it failed, as the rest of a sentence. Where it is
    "", the connection stays until `release`: an X server whose last client leaves begins anew and refuses the next."""

    trouble: str = ""
    release: Callable[[], object] = lambda: None


def try_x(environment: Mapping[str, str], wait_s: float = ANSWER_S) -> Attempt:
    """Connect to the X server that DISPLAY names."""
    display = environment.get("DISPLAY", "")
    if not display:
        return Attempt("there is no display (DISPLAY and WAYLAND_DISPLAY are not set)")
    found = _within(wait_s, lambda: _connect_to_x(display))
    if found is None:
        return Attempt(f"the X server at DISPLAY={display} does not answer")
    code, release = found
    if not code:
        return Attempt(release=release)
    release()
    if code in (_X_DISPLAY_WORDS, _X_NO_SCREEN):
        return Attempt(f"DISPLAY={display} is not a valid X display")
    return Attempt(f"the X server at DISPLAY={display} cannot be reached, or refuses this user")


def try_wayland(environment: Mapping[str, str], wait_s: float = ANSWER_S) -> Attempt:
    """Connect to the Wayland compositor that WAYLAND_DISPLAY names."""
    if environment.get("WAYLAND_SOCKET"):  # a connection that was handed over can be used once only: by Qt
        return Attempt()
    name = environment.get("WAYLAND_DISPLAY", "wayland-0")
    if not name.startswith("/") and not environment.get("XDG_RUNTIME_DIR"):
        return Attempt(f"WAYLAND_DISPLAY={name} cannot be found: XDG_RUNTIME_DIR is not set")
    found = _within(wait_s, lambda: _connect_to_wayland(name))
    if found is None:
        return Attempt(f"the Wayland compositor at WAYLAND_DISPLAY={name} does not answer")
    code, release = found
    if not code:
        return Attempt(release=release)
    release()
    return Attempt(f"the Wayland compositor at WAYLAND_DISPLAY={name} cannot be reached ({os.strerror(code)})")


def _connect_to_x(display: str) -> _Connected:
    """0 where the server accepts us, else what libxcb calls the reason; and what closes the connection."""
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    connection = ctypes.c_void_p(xcb.xcb_connect(os.fsencode(display), None))
    return int(xcb.xcb_connection_has_error(connection)), lambda: xcb.xcb_disconnect(connection)


def _connect_to_wayland(name: str) -> _Connected:
    """0 where the compositor answers, else the errno; and what closes the connection."""
    wayland = ctypes.CDLL("libwayland-client.so.0", use_errno=True)
    wayland.wl_display_connect.restype = ctypes.c_void_p
    wayland.wl_display_connect.argtypes = [ctypes.c_char_p]
    ctypes.set_errno(0)
    display = ctypes.c_void_p(wayland.wl_display_connect(os.fsencode(name)))
    if not display:
        return ctypes.get_errno() or errno.ECONNREFUSED, lambda: None
    failed = wayland.wl_display_roundtrip(display) < 0
    code = int(wayland.wl_display_get_error(display)) or errno.ECONNRESET
    return code if failed else 0, lambda: wayland.wl_display_disconnect(display)


def _within(wait_s: float, ask: Callable[[], _Connected]) -> _Connected | None:
    """What `ask` returns; None where that takes longer than `wait_s` seconds. It is left behind then."""
    answers: list[_Connected] = []

    def work() -> None:
        try:
            answers.append(ask())
        except OSError:  # the library is not there: Qt, which may have another, is to say what it thinks of it
            answers.append((0, lambda: None))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(wait_s)
    return answers[0] if answers else None

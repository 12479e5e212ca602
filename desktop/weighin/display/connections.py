"""Tries whether an X server or a Wayland compositor answers, by the libraries that Qt will use for it."""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable, Mapping

ANSWER_S = 10.0
_X_DISPLAY_WORDS, _X_NO_SCREEN = 5, 6  # XCB_CONN_CLOSED_PARSE_ERR, XCB_CONN_CLOSED_INVALID_SCREEN


def trouble_with_x(environment: Mapping[str, str], wait_s: float = ANSWER_S) -> str:
    """Why no window can open at DISPLAY, as the rest of a sentence; "" where the X server answers."""
    display = environment.get("DISPLAY", "")
    if not display:
        return "there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)"
    code = _within(wait_s, lambda: _x_error(display))
    if code is None:
        return f"the X server at DISPLAY={display} does not answer"
    if code in (_X_DISPLAY_WORDS, _X_NO_SCREEN):
        return f"DISPLAY={display} names no screen of an X server"
    return f"the X server at DISPLAY={display} cannot be reached or refuses this user" if code else ""


def trouble_with_wayland(environment: Mapping[str, str], wait_s: float = ANSWER_S) -> str:
    """Why no window can open at WAYLAND_DISPLAY, as the rest of a sentence; "" where the compositor answers."""
    if environment.get("WAYLAND_SOCKET"):  # a connection that was handed over can be used once only: by Qt
        return ""
    name = environment.get("WAYLAND_DISPLAY", "wayland-0")
    if not name.startswith("/") and not environment.get("XDG_RUNTIME_DIR"):
        return f"WAYLAND_DISPLAY={name} cannot be found, for XDG_RUNTIME_DIR is not set"
    code = _within(wait_s, lambda: _wayland_error(name))
    if code is None:
        return f"the Wayland compositor at WAYLAND_DISPLAY={name} does not answer"
    return f"the Wayland compositor at WAYLAND_DISPLAY={name} cannot be reached ({os.strerror(code)})" if code else ""


def _x_error(display: str) -> int:
    """0 where the server accepts us, else what libxcb calls the reason."""
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    connection = ctypes.c_void_p(xcb.xcb_connect(os.fsencode(display), None))
    try:
        return int(xcb.xcb_connection_has_error(connection))
    finally:
        xcb.xcb_disconnect(connection)


def _wayland_error(name: str) -> int:
    """0 where the compositor answers, else the errno."""
    wayland = ctypes.CDLL("libwayland-client.so.0", use_errno=True)
    wayland.wl_display_connect.restype = ctypes.c_void_p
    wayland.wl_display_connect.argtypes = [ctypes.c_char_p]
    ctypes.set_errno(0)
    display = ctypes.c_void_p(wayland.wl_display_connect(os.fsencode(name)))
    if not display:
        return ctypes.get_errno() or 1
    try:
        failed = wayland.wl_display_roundtrip(display) < 0
        return (int(wayland.wl_display_get_error(display)) or 1) if failed else 0
    finally:
        wayland.wl_display_disconnect(display)


def _within(wait_s: float, ask: Callable[[], int]) -> int | None:
    """What `ask` returns; None where that takes longer than `wait_s` seconds. It is left behind then."""
    answers: list[int] = []
    thread = threading.Thread(target=lambda: answers.append(ask()), daemon=True)
    thread.start()
    thread.join(wait_s)
    return answers[0] if answers else None

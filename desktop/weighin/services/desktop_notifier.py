"""Notifications of the desktop, by the system's own program for them."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QProcess, QProcessEnvironment

_BUS = "DBUS_SESSION_BUS_ADDRESS"
_RUNTIME = "XDG_RUNTIME_DIR"
# What a program needs to find the desktop, and nothing else.
_PASSED = (_BUS, _RUNTIME, "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "HOME", "LANG", "PATH")
_SHOWN_MS = 10_000
_SERVICE = "org.freedesktop.Notifications"


class Notifier(Protocol):
    """Who can show a notification."""

    def tell(self, title: str, text: str) -> None:
        """Show it, as far as that is possible here."""


class DesktopNotifier:
    """By a process of its own, which may fail: Qt's own D-Bus ends the program where a daemon expects another type of
    number. Without a session bus nothing is started."""

    def __init__(self, icon: Path, environment: Mapping[str, str] | None = None) -> None:
        """environment: that of this process where it is not given."""
        self._icon, self._environment = icon, os.environ if environment is None else environment

    def tell(self, title: str, text: str) -> None:
        """Show it and return at once; nothing happens where the desktop has no notifications."""
        command = self._command(title, text)
        if not command:
            return
        process = QProcess()
        known = QProcessEnvironment()
        for name in _PASSED:
            if name in self._environment:
                known.insert(name, self._environment[name])
        process.setProcessEnvironment(known)
        process.setProgram(command[0])
        process.setArguments(command[1:])
        for channel in (process.setStandardOutputFile, process.setStandardErrorFile):
            channel(QProcess.nullDevice())
        process.startDetached()

    def _command(self, title: str, text: str) -> list[str]:
        """What to start, with the arguments of either program; [] for nothing."""
        if not sys.platform.startswith("linux") or not self._has_bus():
            return []
        path = self._environment.get("PATH", os.defpath)
        if program := shutil.which("notify-send", path=path):
            return [program, "--app-name=Weigh-In", f"--icon={self._icon}", "--", title, text]
        if program := shutil.which("gdbus", path=path):
            place = "/" + _SERVICE.replace(".", "/")
            where = ["--session", "--timeout", "5", "--dest", _SERVICE, "--object-path", place]
            icon, head, body = (json.dumps(value) for value in (str(self._icon), title, text))
            values = ['"Weigh-In"', "0", icon, head, body, "[]", "{}", str(_SHOWN_MS)]
            return [program, "call", *where, "--method", f"{_SERVICE}.Notify", "--", *values]
        return []

    def _has_bus(self) -> bool:
        if self._environment.get(_BUS):
            return True
        runtime = self._environment.get(_RUNTIME)
        return runtime is not None and Path(runtime, "bus").exists()

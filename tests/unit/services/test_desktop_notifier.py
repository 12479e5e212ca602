"""A notification is shown by a program of the desktop, and nothing happens where there is none."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

from weighin.services.desktop_notifier import DesktopNotifier

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the desktop's own programs of Linux")
TEXT = 'It took 40 s. "quoted" $HOME -x'


def stand_in(folder: Path, name: str) -> Path:
    """A program that writes its arguments and environment down; where."""
    folder.mkdir(exist_ok=True)
    written = folder / f"{name}.txt"
    program = folder / name
    part = shlex.quote(f"{written}.part")
    program.write_text(
        f'#!/bin/sh\nfor a in "$@"; do printf "%s\\n" "$a"; done > {part}\n'
        f"printf 'TOKEN=%s\\n' \"$HF_TOKEN\" >> {part}\n/bin/mv {part} {shlex.quote(str(written))}\n"
    )
    program.chmod(0o755)
    return written


def environment(folder: Path, **more: str) -> dict[str, str]:
    return {"PATH": str(folder), "HF_TOKEN": "secret", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere", **more}


def lines(written: Path, qtbot: Any) -> list[str]:
    qtbot.waitUntil(written.exists, timeout=10_000)
    return written.read_text("utf-8").splitlines()


def test_notify_send_is_asked_first_and_gets_no_secret(qtbot: Any, tmp_path: Path) -> None:
    written = stand_in(tmp_path / "bin", "notify-send")
    stand_in(tmp_path / "bin", "gdbus")
    DesktopNotifier(Path("/icon.svg"), environment(tmp_path / "bin")).tell("Weigh-In", TEXT)
    assert lines(written, qtbot) == ["--app-name=Weigh-In", "--icon=/icon.svg", "--", "Weigh-In", TEXT, "TOKEN="]


def test_gdbus_where_there_is_no_other(qtbot: Any, tmp_path: Path) -> None:
    written = stand_in(tmp_path / "bin", "gdbus")
    DesktopNotifier(Path("/icon.svg"), environment(tmp_path / "bin")).tell("Weigh-In", TEXT)
    told = lines(written, qtbot)
    assert told[:2] == ["call", "--session"]
    assert "/org/freedesktop/Notifications" in told
    assert '"It took 40 s. \\"quoted\\" $HOME -x"' in told


@pytest.mark.parametrize("variables", [{}, {"DBUS_SESSION_BUS_ADDRESS": ""}, {"XDG_RUNTIME_DIR": "/nowhere"}])
def test_without_a_session_bus_nothing_is_started(tmp_path: Path, variables: dict[str, str]) -> None:
    stand_in(tmp_path / "bin", "notify-send")
    made = DesktopNotifier(Path("/icon.svg"), {"PATH": str(tmp_path / "bin"), **variables})
    assert made._command("a", "b") == []
    made.tell("a", "b")


def test_the_usual_place_of_the_bus_counts_too(tmp_path: Path) -> None:
    program = stand_in(tmp_path / "bin", "notify-send").with_suffix("")
    (tmp_path / "bus").touch()
    made = DesktopNotifier(Path("/i.svg"), {"PATH": str(tmp_path / "bin"), "XDG_RUNTIME_DIR": str(tmp_path)})
    assert made._command("a", "b")[0] == str(program)


def test_without_either_program_nothing_is_started(tmp_path: Path) -> None:
    DesktopNotifier(Path("/icon.svg"), environment(tmp_path)).tell("a", "b")

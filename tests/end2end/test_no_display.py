"""The program where no window can open: one sentence, the log, exit status 1, and commands that work all the same."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

_SESSION = ("DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET", "XDG_SESSION_TYPE", "QT_QPA_PLATFORM")


def run(command: list[str], **session: str) -> subprocess.CompletedProcess[str]:
    """The program in a session of these variables and no others."""
    environment = {name: value for name, value in os.environ.items() if name not in _SESSION}
    return subprocess.run(command, env=environment | session, capture_output=True, text=True, timeout=60)


def log_of(tmp_path: Path) -> str:
    return (tmp_path / "profile" / "logs" / "weighin.log").read_text("utf-8")


@pytest.mark.parametrize(
    ("session", "said"),
    [
        ({}, "Weigh-In cannot open its window: "),
        ({"DISPLAY": ":4711"}, "Weigh-In cannot open its window: "),
        ({"WAYLAND_DISPLAY": "/nowhere/wayland-0"}, "Weigh-In cannot open its window: "),
        ({"QT_QPA_PLATFORM": "nonsense"}, "Weigh-In had to close. Qt says: "),
    ],
)
def test_it_ends_in_one_sentence(weighin: list[str], tmp_path: Path, session: dict[str, str], said: str) -> None:
    done = run(weighin, **session)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith(said)
    assert done.stderr.count("\n") == 1
    assert done.stderr.removeprefix("Weigh-In had to close. Qt says: ").split()[3] in log_of(tmp_path)


@pytest.mark.parametrize(
    ("saying", "said"),
    [
        ("qFatal('')", "[A qFatal() call was made from Python code]"),
        (
            "qWarning('The X11 connection broke (error 1).\\nDid it die?')",
            "The X11 connection broke (error 1). Did it die?",
        ),
    ],
)
def test_the_last_words_of_qt_reach_whoever_started_it(weighin: list[str], saying: str, said: str) -> None:
    source = (
        "from PySide6.QtCore import qFatal, qWarning\n"
        "from weighin.qt_messages import catch_qt_messages\n"
        f"catch_qt_messages()\nqWarning('a remark')\n{saying}\nprint('not reached')"
    )
    done = run([weighin[0], "-c", source])
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1] == f"Weigh-In had to close. Qt says: {said}"


def test_commands_need_no_display(weighin: list[str]) -> None:
    done = run([*weighin, "history", "list"])
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "No comparisons yet.", "")


def test_no_command_loads_what_paints(weighin: list[str]) -> None:
    source = (
        "import sys, weighin.cli.run, weighin.cli.compare, weighin.cli.compare_set, weighin.cli.bench,"
        "weighin.cli.plan, weighin.cli.mmlu, weighin.cli.models_command, weighin.cli.history, weighin.cli.history,"
        "weighin.cli.replay, weighin.cli.doctor\n"
        "print([name for name in ('PySide6.QtGui', 'PySide6.QtWidgets') if name in sys.modules])"
    )
    done = run([weighin[0], "-c", source])
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr

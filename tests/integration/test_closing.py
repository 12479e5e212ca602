"""Whoever opens the database closes it: no file of the profile stays open behind a command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psutil
import pytest

from weighin.cli.parser import parse
from weighin.cli.run import run_command


def left_open(folder: Path) -> list[str]:
    """Files below `folder` that this process holds."""
    return [file.path for file in psutil.Process().open_files() if Path(file.path).is_relative_to(folder)]


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (["history", "list"], 0),
        (["history", "show", "5ae6"], 1),
        (["history", "votes"], 0),
        (["models", "list"], 0),
        (["plan", "no-such-model"], 1),
        (["compare", "starter:dense", "starter:moe", "-p", "Hello", "--follow", "5ae6"], 1),
        (["compare", "starter:dense", "starter:moe", "-p", "What is seven plus five?", "--max-tokens", "4"], 0),
    ],
)
def test_a_command_closes_the_database(
    qtbot: Any, tmp_path: Path, capsys: Any, command: list[str], status: int
) -> None:
    assert run_command(parse(command)) == status
    assert left_open(tmp_path) == []

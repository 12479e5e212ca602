"""Windows on one profile: open ones are counted, closed, killed and foreign ones are not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from weighin.services.processes import owner
from weighin.services.processes.open_windows import OpenWindows


def test_one_alone_is_alone_and_leaves_nothing(tmp_path: Path) -> None:
    windows = OpenWindows(tmp_path / "windows")
    assert not windows.enter()
    assert len(list((tmp_path / "windows").iterdir())) == 1
    windows.leave()
    windows.leave()
    assert list((tmp_path / "windows").iterdir()) == []
    OpenWindows(tmp_path / "never").leave()


def test_another_one_is_told_of_until_it_is_gone(tmp_path: Path) -> None:
    folder = tmp_path / "windows"
    text = f"from weighin.services.processes.open_windows import OpenWindows; import pathlib; \
print(OpenWindows(pathlib.Path({str(folder)!r})).enter(), flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", text], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "False\n"
        first, third = OpenWindows(folder), OpenWindows(folder)
        assert first.enter()
        first.leave()
        assert third.enter(), "it does not matter which of them was first"
        other.kill()
        while psutil.Process(other.pid).status() != psutil.STATUS_ZOMBIE:
            pass
        assert not third.enter()
        assert [file.name for file in folder.iterdir()] == [owner.this_process().replace(":", "-")]


def test_what_is_no_window_is_left_alone(tmp_path: Path) -> None:
    for name in ("999999999-1", "notes.txt", "1-x", "-", "12"):
        (tmp_path / name).write_text("")
    assert not OpenWindows(tmp_path).enter()
    assert {file.name for file in tmp_path.iterdir()} >= {"notes.txt", "1-x", "-", "12"}
    assert not (tmp_path / "999999999-1").exists(), "of a process that is gone"


def test_a_folder_that_takes_no_file_costs_only_the_notice(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "windows").write_text("a file")
    windows = OpenWindows(tmp_path / "windows")
    assert not windows.enter()
    windows.leave()

"""One writer, whatever the file system makes of locks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from weighin.hub import writer_lock as module
from weighin.hub.writer_lock import WriterLock

HOLD = """
import sys
from pathlib import Path
from weighin.hub.writer_lock import WriterLock
print(WriterLock(Path(sys.argv[1])).acquire(), flush=True)
sys.stdin.read()
"""


@pytest.fixture(params=["flock", "no flock"])
def path(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    if request.param == "no flock":
        monkeypatch.setattr(module, "_flock", lambda _: True)
    return tmp_path / "x.lock"


def holder(path: Path) -> subprocess.Popen[str]:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "True"
    return process


def test_there_is_one_writer(path: Path) -> None:
    """Fault 19."""
    first, second = WriterLock(path), WriterLock(path)
    assert first.acquire()
    assert not second.acquire()
    first.release()
    assert second.acquire()
    second.release()
    assert list(path.parent.iterdir()) == []


def test_another_program_holds_it_until_it_dies(path: Path) -> None:
    """Fault 19."""
    process = holder(path)
    mine = WriterLock(path)
    assert not mine.acquire()
    process.kill()
    process.communicate()
    assert mine.acquire()
    mine.release()
    assert list(path.parent.iterdir()) == []


def test_a_number_that_was_given_to_another_process_holds_nothing(path: Path) -> None:
    path.write_text(json.dumps({"pid": os.getppid(), "started": psutil.Process().create_time() - 1e6}))
    assert WriterLock(path).acquire()


@pytest.mark.parametrize("content", ["", "nonsense", "[]", '{"pid": "x"}'])
def test_a_damaged_lock_is_taken_over(path: Path, content: str) -> None:
    path.write_text(content)
    assert WriterLock(path).acquire()

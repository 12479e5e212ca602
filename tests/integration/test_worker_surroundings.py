"""What a worker gets of its surroundings: nothing that could put another engine in the place of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from tests.support.gguf_files import make_model
from tests.support.lanes import Heard

from weighin.core.runs.options import LoadOptions
from weighin.services.lanes.lane import Lane
from weighin.wiring.lanes import new_worker

PROC = Path("/proc/self/environ")


@pytest.mark.skipif(not PROC.exists(), reason="what a process has is known on Linux")
def test_an_engine_sees_its_own_libraries_and_an_empty_folder(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("libggml-cpu-haswell.so", "libggml-other.so"):
        (tmp_path / name).write_bytes(b"no library: loading it would be logged")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GGML_BACKEND_PATH", str(tmp_path / "libggml-other.so"))
    monkeypatch.setenv("LLAMA_CPP_LIB_PATH", str(tmp_path))
    lane = Lane("A", new_worker)
    heard = Heard(lane)
    lane.load(str(make_model(tmp_path / "model.gguf")), LoadOptions(), 1)
    qtbot.waitUntil(lambda: bool(heard.loaded or heard.failures), timeout=60_000)
    assert heard.loaded
    assert lane.engine is not None and lane.engine.warning == ""
    process = Path(f"/proc/{lane.worker_pid}")
    environment = process.joinpath("environ").read_bytes().split(b"\0")
    assert not [entry for entry in environment if entry.startswith((b"GGML_BACKEND_PATH=", b"LLAMA_CPP_LIB_PATH="))]
    folder = process / "cwd"
    assert folder.readlink() != tmp_path
    assert list(folder.iterdir()) == []
    assert not Path(str(folder.readlink()).removesuffix(" (deleted)")).exists(), "it leaves nothing behind"
    lane.close()

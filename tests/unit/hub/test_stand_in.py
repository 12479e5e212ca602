"""Stand-ins for models that are not here, on file systems with and without holes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from weighin.hub import jobs as stand_in
from weighin.hub.jobs import write_stand_in

HEAD = b"GGUF" * 1000
SIZE = 1 << 34


def test_it_has_the_size_of_the_model_and_takes_the_room_of_its_header(tmp_path: Path) -> None:
    write_stand_in(tmp_path / "x.gguf", HEAD, SIZE)
    found = (tmp_path / "x.gguf").stat()
    assert found.st_size == SIZE
    assert found.st_blocks * 512 < 1 << 20


def test_where_a_hole_takes_room_only_the_header_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, sizes = tmp_path / "x.gguf", []
    truncate = os.truncate
    monkeypatch.setattr(os, "truncate", lambda where, size: (sizes.append(size), truncate(where, size))[1])
    monkeypatch.setattr(stand_in, "_room_taken", lambda where: where.stat().st_size)
    write_stand_in(path, HEAD, SIZE)
    assert path.read_bytes() == HEAD
    assert max(sizes) < 32 << 20


def test_where_there_is_no_room_for_a_hole_only_the_header_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    truncate = os.truncate

    def full(where: Path, size: int) -> None:
        if size == SIZE:
            raise OSError(27, "File too large")
        truncate(where, size)

    monkeypatch.setattr(os, "truncate", full)
    write_stand_in(tmp_path / "x.gguf", HEAD, SIZE)
    assert (tmp_path / "x.gguf").read_bytes() == HEAD

"""What a child process leaves before anything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from weighin.confinement import confine


@pytest.mark.parametrize("temporary", ["there", "gone"])
def test_a_worker_leaves_the_folder_it_was_started_in(
    temporary: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen: list[str] = []
    made = tmp_path / "made"

    def new_folder(dir: str) -> str:
        if temporary == "gone":
            raise OSError("read-only")
        made.mkdir()
        return str(made)

    monkeypatch.setattr(confine.tempfile, "mkdtemp", new_folder)
    monkeypatch.setattr(confine.os, "chdir", lambda folder: chosen.append(str(folder)))
    confine.leave_folder()
    assert chosen == [str(made) if temporary == "there" else str(Path(confine.__file__).parent)]
    assert not made.exists()

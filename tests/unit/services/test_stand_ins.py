"""Folders of headers: in the profile, and nothing stays of a program that was killed."""

from __future__ import annotations

import os
from pathlib import Path

from weighin.services.plans.remote_look import new_folder, sweep


def test_what_a_killed_program_left_goes_and_a_running_ones_stays(tmp_path: Path) -> None:
    base = tmp_path / "headers"
    sweep(base)
    mine = Path(new_folder(base))
    for name in ("999999999-1-abc", f"{os.getpid()}-1-abc", "keep-me"):
        (base / name).mkdir()
        (base / name / "x.gguf").write_bytes(b"GGUF")
    sweep(base)
    assert sorted(p.name for p in base.iterdir()) == sorted([mine.name, "keep-me"])


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    base, victim = tmp_path / "headers", tmp_path / "victim"
    victim.mkdir()
    (victim / "precious").write_text("x")
    base.mkdir()
    (base / "999999999-1-abc").symlink_to(victim)
    sweep(base)
    assert (victim / "precious").exists()

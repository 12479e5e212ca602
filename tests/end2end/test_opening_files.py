"""Files that are opened with the program, as by a double click: the first one and one more."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from PySide6.QtWidgets import QApplication
from tests.support.gguf_files import make_model

from weighin.app import Program
from weighin.paths import Profile
from weighin.ui import theme
from weighin.ui.main_window import COMPARE, WORKSTATION


@pytest.fixture
def program(qtbot: Any, tmp_path: Path) -> Iterator[Program]:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    made = Program(application, Profile.locate(str(tmp_path / "profile")))
    made.window.show()
    yield made
    made.window.close()
    made.close()
    shiboken6.delete(made.window)
    shiboken6.delete(theme.current(application))
    application.setStyleSheet("")


def _chosen(program: Program) -> list[str]:
    chosen = (pane.header.picker.chosen for pane in program.window.compare.panes)
    return [Path(model.path).name for model in chosen if model]


def test_files_given_at_the_start_are_in_the_lanes(qtbot: Any, program: Program, tmp_path: Path) -> None:
    files = [str(make_model(tmp_path / name)) for name in ("erste Größe.gguf", "second.gguf")]
    program.restore(files)
    qtbot.waitUntil(lambda: _chosen(program) == ["erste Größe.gguf", "second.gguf"], timeout=20_000)


def test_one_more_goes_to_the_window_that_is_open(
    qtbot: Any, program: Program, weighin: list[str], tmp_path: Path
) -> None:
    program.restore()
    program.window.go_to(WORKSTATION)
    for name, chosen in (("one.gguf", ("one.gguf", None)), ("two.gguf", ("one.gguf", "two.gguf"))):
        make_model(tmp_path / name)
        command = [*weighin, "--profile", str(tmp_path / "profile"), "open", name]
        with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE) as second:
            qtbot.waitUntil(lambda name=name: name in _chosen(program), timeout=30_000)
            assert second.wait(timeout=30) == 0, "it leaves: there is one window"
        assert all(want in (None, have) for want, have in zip(chosen, _chosen(program), strict=True))
    assert program.window.page == COMPARE


def test_what_is_no_model_is_said_in_the_window(qtbot: Any, program: Program, tmp_path: Path) -> None:
    (tmp_path / "notes.gguf").write_text("no model")
    before = _chosen(program)
    program.restore([str(tmp_path / "notes.gguf"), str(tmp_path / "gone.gguf")])
    header = program.window.compare.panes[0].header
    qtbot.waitUntil(lambda: "gone.gguf" in header.refusal, timeout=20_000)
    assert "notes.gguf" in header.refusal
    assert _chosen(program) == before or not before

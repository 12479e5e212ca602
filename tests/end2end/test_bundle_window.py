"""A bundle in the real window: made, opened, run again by real workers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from PySide6.QtWidgets import QApplication

from weighin.app import Program
from weighin.core.comparisons.blind import Choice, Vote, contender
from weighin.core.comparisons.comparison import Comparison
from weighin.paths import Profile
from weighin.ui import theme


@pytest.fixture
def program(qtbot: Any, tmp_path: Path) -> Iterator[Program]:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    made = Program(application, Profile.locate(str(tmp_path / "profile")))
    made.window.resize(1200, 800)
    made.window.show()
    yield made
    made.window.close()
    made.close()
    shiboken6.delete(made.window)
    shiboken6.delete(theme.current(application))
    application.setStyleSheet("")


def test_made_opened_and_replicated(qtbot: Any, program: Program, tmp_path: Path) -> None:
    outcome: list[Comparison] = []
    program.services.runner.finished.connect(outcome.append)
    program.window.compare.prompt.set_text("What is seven plus five?")
    program.window.compare.run()
    qtbot.waitUntil(lambda: bool(outcome), timeout=60_000)
    a, b = (contender(result.setup.model) for result in outcome[0].results)
    voted: list[object] = []
    program.services.votes.add(
        Vote(outcome[0].id, outcome[0].created, a, b, Choice.B_BETTER), voted.append, pytest.fail
    )
    qtbot.waitUntil(lambda: bool(voted))
    path = tmp_path / "made.weighin.json"
    program.window.bundle_controller.export(outcome[0], "bundle", str(path))
    qtbot.waitUntil(lambda: program.window.notice == "Saved: made.weighin.json", timeout=30_000)

    program.window.open_bundle(str(path))
    qtbot.waitUntil(lambda: program.window.bundle_controller.box is not None, timeout=10_000)
    box = program.window.bundle_controller.box
    assert box is not None
    assert "Blind vote: B is better." in box.sentences
    qtbot.waitUntil(box.run.isEnabled, timeout=30_000)
    box.run.click()
    qtbot.waitUntil(lambda: "✓ Replicated" in box.sentences, timeout=60_000)
    assert len(outcome) == 2

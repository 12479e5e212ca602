"""A bundle in the real window: made, opened, run again by real workers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from PySide6.QtWidgets import QApplication
from tests.support.fidelity import measured, model

from weighin.app import Program
from weighin.core import format
from weighin.core.comparisons.blind import Choice, Vote, contender
from weighin.core.comparisons.comparison import Comparison
from weighin.core.runs.lane import LaneSetup
from weighin.paths import Profile
from weighin.services.machine.hardware import this_machine
from weighin.ui import theme
from weighin.ui.main_window import FIDELITY


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


def test_a_measurement_of_fidelity_is_saved_and_opened(qtbot: Any, program: Program, tmp_path: Path) -> None:
    record = measured(LaneSetup(model()), (LaneSetup(model("Q4_K_M")),), chunks=12)
    path = tmp_path / "measured.weighin.json"
    saved: list[object] = []
    program.services.bundles.save_fidelity(record, str(path), saved.append, pytest.fail)
    qtbot.waitUntil(lambda: bool(saved), timeout=30_000)

    program.restore([str(path)])
    qtbot.waitUntil(lambda: program.window.page == FIDELITY, timeout=10_000)
    run = program.window.fidelity_page.run
    here = this_machine()
    assert f" on {here.processor}, {format.plural(here.physical_cores, 'core')}" in run.origin.label.text()
    assert run.sentences.texts[0].startswith("Q4_K_M picks another word in ")

    path.write_text(path.read_text("utf-8").replace('"seconds":0.5', '"seconds":-0.5', 1), "utf-8")
    program.window.open_files([str(path)])
    qtbot.waitUntil(lambda: "measured.weighin.json: This bundle" in program.window.notice, timeout=10_000)
    assert "\n" not in program.window.notice and program.window.page == FIDELITY


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

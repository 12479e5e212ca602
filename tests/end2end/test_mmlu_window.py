"""An evaluation in the real window: real workers, the starter models, the starter questions."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from weighin.app import Program
from weighin.core.evaluations.evaluation import EvaluationRecord
from weighin.core.runs.run_state import RunState
from weighin.paths import Profile
from weighin.ui import theme
from weighin.ui.commands.shortcuts import Shortcuts
from weighin.ui.main_window import MMLU
from weighin.ui.mmlu.mmlu_page import EVALUATE, PAST, MmluPage
from weighin.ui.widgets.saving import export

TIME_MS = 90_000


@pytest.fixture
def program(qtbot: Any, tmp_path: Path) -> Iterator[Program]:
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance()
    assert isinstance(application, QApplication)
    made = Program(application, Profile.locate(str(tmp_path / "profile")))
    made.window.resize(1200, 800)
    made.window.show()
    qtbot.waitUntil(lambda: made.window.findChild(Shortcuts) is not None)  # keys come after the first paint
    yield made
    made.window.close()
    made.close()
    shiboken6.delete(made.window)
    shiboken6.delete(theme.current(application))
    application.setStyleSheet("")


@pytest.fixture
def page(program: Program, qtbot: Any) -> MmluPage:
    """The page as a newcomer finds it, its questions read."""
    qtbot.keyClick(program.window, Qt.Key(Qt.Key.Key_1 + MMLU), Qt.KeyboardModifier.ControlModifier)
    found = program.window.mmlu_page
    qtbot.waitUntil(found.setup.start.isEnabled, timeout=TIME_MS)
    return found


def press(page: MmluPage, text: str, qtbot: Any) -> None:
    button = next(b for b in page.run.bar.findChildren(QPushButton) if b.text() == text and not b.isHidden())
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def ended(program: Program) -> list[EvaluationRecord]:
    """Where records of runs that are over will stand."""
    records: list[EvaluationRecord] = []
    program.services.evaluations.runner.finished.connect(records.append)
    return records


def test_a_dozen_questions_from_start_to_file(program: Program, page: MmluPage, qtbot: Any, tmp_path: Path) -> None:
    assert "small models disagree" in page.setup.forecast.behind
    page.setup.amount.choose(12)
    records = ended(program)
    qtbot.mouseClick(page.setup.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(records), timeout=TIME_MS)
    (record,) = records
    assert record.state is RunState.FINISHED
    assert [lane.n for lane in record.lanes] == [12, 12]
    assert [card.state for card in page.run.lanes] == ["", ""]
    assert f"{record.lanes[0].correct} of 12 right" in page.run.lanes[0].score
    assert " of 12 right. " in page.run.verdict.sentence
    assert page.run.scores.difference.points[-1].n == 12
    assert len(page.run.questions.table.records) == 12
    page.run.questions.table.selectRow(0)
    assert "chosen by" in "".join(page.run.questions.detail.texts)
    # The letters are most of what a trained model expects there.
    assert re.search(r"puts (< )?0\.", page.run.questions.detail.texts[-1])

    said: list[str] = []
    for kind in ("json", "csv", "md"):
        export(program.services.evaluations.kept, record, kind, str(tmp_path / "run"), said.append, said.append)
    qtbot.waitUntil(lambda: len(said) == 3)
    assert said == ["Saved: run.json", "Saved: run.csv", "Saved: run.md"]
    assert len(json.loads((tmp_path / "run.json").read_text("utf-8"))["items"]) == 12
    with (tmp_path / "run.csv").open(encoding="utf-8", newline="") as stream:
        assert len(list(csv.reader(stream))) == 13

    page.tabs.setCurrentIndex(PAST)
    qtbot.waitUntil(lambda: page.past.table.model().rowCount() == 1)
    press(page, "New run", qtbot)
    page.past.table.selectRow(0)
    qtbot.mouseClick(page.past.open, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.tabs.currentIndex() == EVALUATE)
    assert page.run.verdict.sentence
    page.run.bar.new.emit()
    # Now it is known how fast they read.
    qtbot.waitUntil(lambda: "Takes " in page.setup.forecast.text)


def test_a_run_survives_the_death_of_a_model_and_goes_on_to_the_end(
    program: Program, page: MmluPage, qtbot: Any
) -> None:
    page.setup.amount.choose(200)
    records = ended(program)
    qtbot.mouseClick(page.setup.start, Qt.MouseButton.LeftButton)
    runner = program.services.evaluations.runner
    qtbot.waitUntil(lambda: bool(runner.state and runner.state.scores and runner.state.scores[1].n), timeout=TIME_MS)
    os.kill(runner.lanes[0].worker_pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: bool(records), timeout=TIME_MS)
    assert records[0].state is RunState.FAILED
    assert page.run.lanes[0].failure.sentence
    assert 0 < records[0].lanes[0].n < 200
    assert records[0].lanes[1].n == 200
    press(page, "Resume", qtbot)
    qtbot.waitUntil(lambda: len(records) == 2, timeout=TIME_MS)
    assert records[1].state is RunState.FINISHED
    assert [lane.n for lane in records[1].lanes] == [200, 200]
    assert page.run.lanes[0].failure.sentence == ""


def test_closing_the_window_keeps_a_run_that_can_be_resumed(program: Program, page: MmluPage, qtbot: Any) -> None:
    records = ended(program)
    qtbot.mouseClick(page.setup.start, Qt.MouseButton.LeftButton)
    runner = program.services.evaluations.runner
    qtbot.waitUntil(lambda: bool(runner.state and runner.state.scores and runner.state.scores[0].n), timeout=TIME_MS)
    program.window.close_now()
    qtbot.waitUntil(lambda: not program.window.isVisible(), timeout=TIME_MS)
    assert records[0].state is RunState.STOPPED
    assert 0 < records[0].lanes[0].n < 828
    rows: list[Any] = []
    program.services.evaluations.kept.rows(rows.append, rows.append)
    qtbot.waitUntil(lambda: bool(rows))
    assert rows[0][0].can_resume


def test_a_damaged_archive_is_named_beside_the_set(page: MmluPage, qtbot: Any, tmp_path: Path) -> None:
    (tmp_path / "data.tar").write_bytes(b"not a tar archive" * 100)
    page.setup.set.open(str(tmp_path / "data.tar"))
    qtbot.waitUntil(lambda: bool(page.setup.set.error))
    assert page.setup.set.error.startswith("data.tar ")
    assert page.setup.start.isEnabled()


FIRST_PAINT = """
import sys
import weighin.before_qt
early = set(sys.modules)
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication
from weighin.app import Program
from weighin.paths import Profile

late = ('weighin.ui.mmlu', 'weighin.services.evaluations', 'weighin.core.evaluations', 'weighin.core.plans')
late += ('weighin.ui.commands', 'statistics', 'tomllib', 'csv', 'sqlite', 'numpy', 'pygments', 'huggingface_hub')
late += ('httpx2',)

class Spy(QObject):
    def eventFilter(self, watched, event):
        if watched is program.window and event.type() == QEvent.Type.Paint:
            program.window.removeEventFilter(self)
            print([name for name in sys.modules if name.startswith(late) or name == 'platform'])
            print([name for name in early if name.startswith('PySide6')])
            print([name for name in sys.modules if name.startswith('weighin.core') and name not in early])
        return False

app = QApplication([])
program = Program(app, Profile.locate(sys.argv[1]))
spy = Spy()
program.window.installEventFilter(spy)
program.window.show()
while 'weighin.ui.commands.shortcuts' not in sys.modules:
    app.processEvents()
program.close()
"""


def test_nothing_that_the_first_paint_does_not_need_is_imported_for_it(tmp_path: Path) -> None:
    """And what knows nothing of Qt comes before Qt; keys come right after the paint."""
    command = [sys.executable, "-c", FIRST_PAINT, str(tmp_path / "profile")]
    found = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert found.stdout.splitlines() == ["[]"] * 3, found.stderr

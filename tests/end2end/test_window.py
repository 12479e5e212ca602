"""A newcomer's first minute: the real window, the real workers, the starter models."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QPlainTextEdit, QTextEdit

from weighin.app import Program
from weighin.core.comparisons.blind import Choice
from weighin.core.comparisons.comparison import Comparison, ComparisonRequest
from weighin.core.models.shelf import Condition
from weighin.core.runs.answer import StopReason
from weighin.core.runs.chat import Prompt
from weighin.core.runs.lane import LaneSetup, Mode
from weighin.core.runs.options import LoadOptions, SamplingOptions
from weighin.paths import Profile
from weighin.ui import theme
from weighin.ui.commands.shortcuts import Shortcuts
from weighin.ui.main_window import COMPARE, HISTORY, WORKSTATION


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
    end(made)


def end(program: Program) -> None:
    """The program is closed, as by its user."""
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance()
    assert isinstance(application, QApplication)
    program.window.close()
    program.close()
    shiboken6.delete(program.window)
    shiboken6.delete(theme.current(application))
    application.setStyleSheet("")


def ask(qtbot: Any, program: Program, text: str) -> Comparison:
    """Type `text` as a person would and wait for both answers."""
    outcome: list[Comparison] = []
    program.services.runner.finished.connect(outcome.append)
    edit = program.window.compare.prompt.findChild(QPlainTextEdit)
    edit.setFocus()
    edit.selectAll()
    qtbot.keyClicks(edit, text)
    qtbot.keyClick(edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(outcome), timeout=60_000)
    return outcome[0]


def shown(program: Program) -> str:
    """All text the Compare page shows."""
    page = program.window.compare
    texts = [edit.toPlainText() for edit in page.findChildren(QTextEdit)]
    return "\n".join([*texts, *(w.text() for kind in (QLabel, QAbstractButton) for w in page.findChildren(kind))])


def test_a_newcomer_asks_and_finds_it_again_in_history(qtbot: Any, program: Program) -> None:
    assert "Tiny teaching model" in shown(program)
    comparison = ask(qtbot, program, "What is seven plus five?")
    assert [r.answer.text.strip() for r in comparison.results] == ["Twelve.", "Twelve."]
    assert [r.answer.stop_reason for r in comparison.results] == [StopReason.END] * 2
    qtbot.waitUntil(lambda: shown(program).count("Twelve.") >= 2)
    page = program.window.compare
    page.show_details()
    assert "Stop reason | Finished | Finished" in page.card.details.table.lines
    assert page.card.details.proof.sentence == "Same prompt, same options."

    qtbot.keyClick(program.window, Qt.Key(Qt.Key.Key_1 + HISTORY), Qt.KeyboardModifier.ControlModifier)
    table = program.window.history_page.table
    qtbot.waitUntil(lambda: table.model().rowCount() == 1)
    row = " ".join(str(table.model().index(0, c).data()) for c in range(table.model().columnCount()))
    assert "What is seven plus five?" in row


def test_the_workstation_page_measures_this_computer_and_plans_its_files(qtbot: Any, program: Program) -> None:
    qtbot.keyClick(program.window, Qt.Key(Qt.Key.Key_1 + WORKSTATION), Qt.KeyboardModifier.ControlModifier)
    page, station = program.window.workstation_page, program.services.plans.workstation
    qtbot.waitUntil(lambda: "/s" in page.card.facts.get("Memory bandwidth", ""), timeout=60_000)
    assert station.computer.engine is not None and station.computer.hardware is not None
    qtbot.waitUntil(
        lambda: all(station.judge_file(f).mark == "" for f in program.services.library.models()), timeout=60_000
    )
    model = page.runs.table.model()
    rows = [[str(model.index(r, c).data()) for c in range(model.columnCount())] for r in range(2)]
    assert [row[0] for row in rows] == ["Weigh-In Starter Dense", "Weigh-In Starter MoE"]
    assert [row[7] for row in rows] == ["Fits", "Fits"]
    assert model.rowCount() > 250

    # What was planned is a promise when it is run, and what the run took stands beside it.
    program.window.show_page(COMPARE)
    ask(qtbot, program, "What is seven plus five?")
    promises = station.predictions()
    assert {promise.model.name for promise in promises} == {"Weigh-In Starter Dense", "Weigh-In Starter MoE"}
    for promise in promises:
        assert promise.measured is not None and promise.measured.memory_bytes is not None
        assert abs(promise.plan.ram_bytes - promise.measured.memory_bytes) < 32 << 20
    assert page.ledger.table.model().rowCount() == 2


def test_both_lanes_live_after_a_worker_was_killed(qtbot: Any, program: Program) -> None:
    ask(qtbot, program, "Who are you?")
    os.kill(program.services.runner.lanes[0].worker_pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: program.services.runner.lanes[0].worker_pid == 0, timeout=5000)
    comparison = ask(qtbot, program, "What is the opposite of hot?")
    assert [r.answer.failure for r in comparison.results] == [None, None]


def test_a_killed_window_leaves_no_worker(tmp_path: Path) -> None:
    source = (
        "import sys\n"
        "from PySide6.QtCore import QTimer\n"
        "from PySide6.QtWidgets import QApplication\n"
        "from weighin.app import Program\n"
        "from weighin.paths import Profile\n"
        "app = QApplication([])\n"
        "program = Program(app, Profile.locate(sys.argv[1]))\n"
        "program.window.show()\n"
        "program.window.compare.prompt.set_text('Tell me a short story.')\n"
        "QTimer.singleShot(0, program.window.compare.run)\n"
        "app.exec()\n"
    )
    process = subprocess.Popen([sys.executable, "-c", source, str(tmp_path / "p")])
    workers: list[psutil.Process] = []
    for _ in range(200):
        workers = psutil.Process(process.pid).children(recursive=True)
        if len(workers) == 2:
            break
        time.sleep(0.05)
    assert len(workers) == 2
    time.sleep(0.5)
    process.kill()
    process.wait(10)
    assert psutil.wait_procs(workers, timeout=5)[1] == []


def test_closing_the_window_keeps_what_was_written(qtbot: Any, program: Program, endless: Path) -> None:
    opened: list[Any] = []
    program.services.library.open_file(str(endless), opened.append, opened.append)
    qtbot.waitUntil(lambda: bool(opened))
    facts = opened[0]
    outcome: list[Comparison] = []
    program.services.runner.finished.connect(outcome.append)
    setup = LaneSetup(facts, LoadOptions(context=65536), SamplingOptions(max_tokens=60_000))
    program.services.runner.run(ComparisonRequest(Prompt("go on"), Mode.ALONE, (setup, setup)))
    qtbot.waitUntil(lambda: program.services.runner.lanes[0].status.phase == "writing", timeout=20_000)
    program.window.close_now()
    qtbot.waitUntil(lambda: not program.window.isVisible(), timeout=10_000)
    assert outcome[0].results[0].answer.text.startswith("aaa")
    rows: list[Any] = []
    program.services.history.search("go on", rows.append, rows.append)
    qtbot.waitUntil(lambda: bool(rows))
    assert rows[0][0].stop_a == "cancelled"


def test_a_file_that_shrinks_while_it_answers_fails_its_lane_and_is_marked(
    qtbot: Any, program: Program, endless: Path, tmp_path: Path
) -> None:
    """Fault 17."""
    path = shutil.copy(endless, tmp_path / "shrinking.gguf")
    opened: list[Any] = []
    program.services.library.open_file(str(path), opened.append, opened.append)
    qtbot.waitUntil(lambda: bool(opened))
    starter = program.services.library.models()[0]
    outcome: list[Comparison] = []
    program.services.runner.finished.connect(outcome.append)
    setups = (
        LaneSetup(opened[0], LoadOptions(context=65536), SamplingOptions(max_tokens=60_000)),
        LaneSetup(starter, LoadOptions(context=512)),
    )
    program.services.runner.run(ComparisonRequest(Prompt("Who are you?"), Mode.ALONE, setups))
    qtbot.waitUntil(lambda: program.services.runner.lanes[0].status.phase == "writing", timeout=20_000)
    os.truncate(path, 8192)
    qtbot.waitUntil(lambda: bool(outcome), timeout=60_000)
    broken, whole = (result.answer for result in outcome[0].results)
    assert broken.failure is not None
    assert broken.failure.kind == "file_changed"
    assert "changed or shrank on disk" in broken.failure.message
    assert broken.text.startswith("a")
    assert (whole.failure, whole.stop_reason) == (None, StopReason.END)
    shelf = program.services.models.shelf
    qtbot.waitUntil(lambda: shelf.models()[0].condition is Condition.CHANGED, timeout=10_000)
    assert "bytes smaller than before" in shelf.models()[0].problem

    # It stays chosen, and is not run blindly; the other lane is none the worse.
    program.window.compare.panes[0].header.picker.choose(opened[0])
    again = ask(qtbot, program, "What is seven plus five?")
    refused, answered = (result.answer for result in again.results)
    assert refused.failure is not None
    assert "changed on disk" in refused.failure.message
    assert refused.failure.message in shown(program)
    assert answered.text.strip() == "Twelve."


def test_a_file_that_changed_since_it_was_seen_is_noticed_when_it_is_to_run(
    qtbot: Any, program: Program, tiny: Path, tmp_path: Path
) -> None:
    path = Path(shutil.copy(tiny, tmp_path / "altered.gguf"))
    opened: list[Any] = []
    program.services.library.open_file(str(path), opened.append, opened.append)
    qtbot.waitUntil(lambda: bool(opened))
    program.window.compare.panes[0].header.picker.choose(opened[0])
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    refused, answered = (result.answer for result in ask(qtbot, program, "Who are you?").results)
    assert refused.failure is not None
    assert refused.failure.kind == "changed"
    assert answered.failure is None
    qtbot.waitUntil(lambda: program.services.models.shelf.models()[0].condition is Condition.CHANGED)
    # Adding it again says that the user knows.
    program.services.library.open_file(str(path), opened.append, opened.append)
    qtbot.waitUntil(lambda: len(opened) == 2)
    assert [r.answer.failure for r in ask(qtbot, program, "Who are you?").results] == [None, None]


def test_sigterm_closes_the_window_properly(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-m", "weighin", "--profile", str(tmp_path / "p")])
    for _ in range(200):
        if (tmp_path / "p" / "config").exists():
            break
        time.sleep(0.05)
    time.sleep(2.0)
    process.terminate()
    assert process.wait(15) == 0
    settings = tmp_path / "p" / "config" / "settings.json"
    assert not settings.exists() or json.loads(settings.read_text())


def test_a_blind_round_is_kept_after_the_vote_and_not_before(qtbot: Any, program: Program, tmp_path: Path) -> None:
    page = program.window.compare
    page.prompt.blind.setChecked(True)
    page.prompt.set_text("What is seven plus five?")
    page.run()
    view = page.desk.view
    qtbot.waitUntil(lambda: view.bar.is_open, timeout=60_000)
    assert view.shown == ("Twelve.", "Twelve.")
    kept: list[Any] = []
    program.services.history.search("", kept.append, kept.append)
    qtbot.waitUntil(lambda: bool(kept))
    assert kept.pop() == ()
    qtbot.keyClicks(view.bar.buttons[Choice.TIE], "3")
    qtbot.waitUntil(lambda: "1 tie" in view.sentence)
    assert {author.split(" · ")[1] for author in view.authors} == {"Weigh-In Starter Dense", "Weigh-In Starter MoE"}
    program.services.history.search("", kept.append, kept.append)
    qtbot.waitUntil(lambda: bool(kept))
    assert len(kept.pop()) == 1
    done = subprocess.run(
        [sys.executable, "-m", "weighin", "--profile", str(tmp_path / "profile"), "history", "votes", "--json"],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert json.loads(done.stdout)["pairs"][0]["ties"] == 1


def test_a_second_window_on_the_profile_says_so_and_one_after_a_crash_does_not(
    program: Program, tmp_path: Path
) -> None:
    program._windows.enter()
    text = "from weighin.paths import Profile; from weighin.services.processes.open_windows import OpenWindows; \
OpenWindows(Profile.locate(SYS).windows).enter(); print(flush=True); input()"
    folder = str(tmp_path / "profile")
    command = [sys.executable, "-c", text.replace("SYS", repr(folder))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        program.restore()
        assert program.window.notice.startswith("Weigh-In is already open with this profile.")
        program.window.show_notice("")
        other.kill()
    program.restore()
    assert program.window.notice == ""


def test_what_was_chosen_is_there_after_a_restart_and_a_file_that_went_says_so(
    qtbot: Any, tmp_path: Path, tiny: Path
) -> None:
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance()
    assert isinstance(application, QApplication)
    file = Path(shutil.copy(tiny, tmp_path / "mine.gguf"))

    def begin() -> Program:
        made = Program(application, Profile.locate(str(tmp_path / "profile")))
        made.window.show()
        return made

    first = begin()
    pane = first.window.compare.panes[0]
    first.window.compare.choice.open(pane, str(file))
    qtbot.waitUntil(lambda: pane.header.picker.chosen.path == str(file))
    first.window.compare.prompt.mode.set_mode(Mode.TOGETHER)
    first.window.show_page(HISTORY)
    end(first)
    second = begin()
    header = second.window.compare.panes[0].header
    assert header.picker.chosen is not None
    assert header.picker.chosen.path == str(file), "at once, before the shelf is read"
    qtbot.waitUntil(lambda: second.window.page == HISTORY)
    assert second.window.compare.prompt.mode.mode is Mode.TOGETHER
    with qtbot.waitSignal(second.services.library.looked, timeout=60_000):
        second.restore()
    assert header.refusal == ""
    end(second)
    file.unlink()
    third = begin()
    header = third.window.compare.panes[0].header
    with qtbot.waitSignal(third.services.library.looked, timeout=60_000):
        third.restore()
    assert header.picker.chosen is not None
    assert header.picker.chosen.path == str(file)
    assert "is not here any more" in header.refusal
    end(third)

"""Two scripted workers stream 1,000 tokens a second each through real lanes into the real window, for 20 seconds."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import psutil
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication

from tests.bench.window_parts import window_parts
from tests.support.lanes import request
from tests.ui.fakes import FakeLibrary
from weighin.core.comparisons.comparison import ComparisonRequest
from weighin.core.runs.lane import LaneSetup, Mode
from weighin.core.runs.options import SamplingOptions
from weighin.services.comparisons.comparison_runner import ComparisonRunner
from weighin.services.comparisons.history import History
from weighin.services.lanes.lane import Lane
from weighin.services.processes.worker_process import WorkerProcess, worker_command
from weighin.services.records import Records
from weighin.services.settings import Settings
from weighin.ui import theme
from weighin.ui.main_window import MainWindow

SECONDS, RATE, BEAT_MS = 20, 1000, 5
_SENTENCE = "It went on **and on**, with `code` now and then, and a line of its own.\n\n"


def main() -> None:
    """Print how late a 5 ms heartbeat of the window's thread came (targets: p99 16 ms, never above 100)."""
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    script = {"text": _SENTENCE * (SECONDS * RATE // len(_SENTENCE.split(" "))), "tokens_per_s": RATE}
    command = worker_command("fake", json.dumps(script))
    lanes = tuple(Lane(label, lambda parent: WorkerProcess(command, parent)) for label in ("A", "B"))
    runner = ComparisonRunner((lanes[0], lanes[1]), lambda: 2, lambda: None)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(Path(folder) / "s.json")
        theme.apply(application, settings)
        library = FakeLibrary()
        window = MainWindow(
            runner=runner,
            library=library,
            history=History(Records(Path(folder) / "h.db")),
            settings=settings,
            parts=window_parts(runner, library),
        )
        window.resize(1400, 900)
        window.show()
        late = _run(application, runner, _request())
        runner.close()
        window.close()
    late.sort()
    sys.stdout.write(
        f"two fake workers, {RATE} tokens/s each, {SECONDS} s: heartbeat late p50 {late[len(late) // 2]:.1f} ms, "
        f"p99 {late[len(late) * 99 // 100]:.1f} ms (target 16), worst {late[-1]:.1f} ms (target 100)\n"
    )


def _request() -> ComparisonRequest:
    asked = request("Go on.", Mode.TOGETHER)
    sampling = SamplingOptions(max_tokens=SECONDS * RATE)
    lanes = tuple(LaneSetup(lane.model, lane.load, sampling) for lane in asked.lanes)
    return replace(asked, lanes=(lanes[0], lanes[1]))


def _run(application: QApplication, runner: ComparisonRunner, asked: ComparisonRequest) -> list[float]:
    """Lateness of every beat while both lanes write, in ms; prints the growth of memory between a third and the end."""
    late: list[float] = []
    due = [0.0]
    me = psutil.Process()
    sizes: list[int] = []

    def beat() -> None:
        now = time.perf_counter() * 1000
        if due[0] and any(lane.status.phase == "writing" for lane in runner.lanes):
            late.append(max(0.0, now - due[0]))
            if len(late) % 200 == 0:
                sizes.append(me.memory_info().rss)
        due[0] = now + BEAT_MS

    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(beat)
    timer.start(BEAT_MS)
    runner.finished.connect(application.quit)
    runner.run(asked)
    application.exec()
    timer.stop()
    if len(sizes) > 3:
        grown = (sizes[-1] - sizes[len(sizes) // 3]) / 1e6
        sys.stdout.write(f"memory of the window: {sizes[-1] / 1e6:.0f} MB, {grown:+.1f} MB in the last two thirds\n")
    return late

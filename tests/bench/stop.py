"""How soon Stop is seen and obeyed, while reading a long prompt and while writing."""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QTimer

from tests.bench.shapes import QWEN3_06B, write_shape
from weighin.core.runs.chat import Message
from weighin.core.runs.options import LoadOptions, SamplingOptions
from weighin.core.runs.progress import LaneState
from weighin.services.lanes.lane import Lane
from weighin.services.machine.hardware import physical_cores
from weighin.wiring.lanes import new_worker

PROMPT_WORDS = 3000


def main() -> None:
    """Print milliseconds from the click to what the user sees and to an idle worker (targets 100 ms and 2 s)."""
    application = QCoreApplication.instance() or QCoreApplication([])
    with tempfile.TemporaryDirectory() as folder:
        path = write_shape(Path(folder) / "shape.gguf", replace(QWEN3_06B, layers=14))
        lane = Lane("A", new_worker)
        lane.loaded.connect(application.quit)
        lane.load(str(path), LoadOptions(context=16384), physical_cores())
        application.exec()
        for phase, text in (("reading", " w301" * PROMPT_WORDS), ("writing", "x")):
            seen, idle = _one(application, lane, phase, text)
            sys.stdout.write(
                f"stop while {phase}: shown after {seen * 1000:.1f} ms, worker idle after {idle * 1000:.0f} ms\n"
            )
        lane.close()


def _one(application: QCoreApplication, lane: Lane, phase: str, text: str) -> tuple[float, float]:
    """Seconds until the lane shows it, and until the worker is ready again."""
    moments: dict[str, float] = {}

    def on_status(status: object) -> None:
        if lane.status.state is LaneState.STOPPING:
            moments.setdefault("shown", time.perf_counter())
        if lane.status.phase == phase and lane.status.state is LaneState.BUSY and "waiting" not in moments:
            moments["waiting"] = 0
            QTimer.singleShot(700, press)

    def press() -> None:
        moments["pressed"] = time.perf_counter()
        lane.stop()

    def on_answer(_: object) -> None:
        moments["idle"] = time.perf_counter()
        application.quit()

    lane.status_changed.connect(on_status)
    lane.answered.connect(on_answer)
    lane.generate((Message("user", text),), SamplingOptions(max_tokens=10_000), physical_cores(), raw=True)
    application.exec()
    lane.status_changed.disconnect(on_status)
    lane.answered.disconnect(on_answer)
    return moments["shown"] - moments["pressed"], moments["idle"] - moments["pressed"]

"""Lanes on scripted workers, and listeners that remember what happened."""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import QObject

from weighin.core.comparisons.comparison import Comparison, ComparisonRequest
from weighin.core.models.model import ModelFacts
from weighin.core.runs.chat import Message, Prompt
from weighin.core.runs.lane import LaneSetup, Mode
from weighin.core.runs.options import LoadOptions, SamplingOptions
from weighin.services.comparisons.comparison_runner import ComparisonRunner
from weighin.services.lanes.lane import Lane, LaneTimeouts
from weighin.services.processes.worker_process import WorkerProcess, worker_command

# Short enough for a test, long enough for a process to start on a busy machine.
PATIENT = LaneTimeouts(cancel_ms=400, leave_ms=500, silent_ms=15_000, give_up_ms=30_000, watch_ms=100)
# For workers that will never speak again.
HASTE = LaneTimeouts(cancel_ms=400, leave_ms=500, silent_ms=1500, give_up_ms=2500, watch_ms=100)


def fake_lane(label: str = "A", patience: LaneTimeouts = PATIENT, **script: Any) -> Lane:
    """A lane whose workers obey `script` (see weighin.workers.fake_engine)."""
    command = worker_command("fake", json.dumps(script))
    return Lane(label, lambda parent: WorkerProcess(command, parent), patience)


def fake_model(name: str = "Fake", size: int = 1_000_000) -> ModelFacts:
    """Facts of a model whose file nobody opens."""
    return ModelFacts(name, f"/nowhere/{name}.gguf", size, "llama", "Q8_0", 1000, 1000, context_length=4096)


def request(text: str = "hello", mode: Mode = Mode.ALONE, repeat: int = 1, **more: Any) -> ComparisonRequest:
    """A comparison of two fake models."""
    lanes = (LaneSetup(fake_model("One")), LaneSetup(fake_model("Two")))
    return ComparisonRequest(Prompt(text), mode, lanes, repeat, **more)


class Runs:
    """A runner over two lanes, and its order of events."""

    def __init__(self, qtbot: Any, a: Lane, b: Lane, cores: int = 4, available: int | None = None, **more: Any) -> None:
        self.qtbot = qtbot
        self.runner = ComparisonRunner((a, b), lambda: cores, lambda: available, **more)
        self.rounds: list[tuple[str, int]] = []
        self.finished: list[Comparison] = []
        self.runner.round_started.connect(lambda start: self.rounds.append((start.label, start.number)))
        self.runner.finished.connect(self.finished.append)

    def run(self, wanted: ComparisonRequest, timeout: int = 20_000) -> Comparison:
        """The finished comparison."""
        self.runner.run(wanted)
        return self.wait(timeout)

    def wait(self, timeout: int = 20_000) -> Comparison:
        self.qtbot.waitUntil(lambda: bool(self.finished), timeout=timeout)
        return self.finished.pop()

    def close(self) -> None:
        self.runner.close()


class Heard(QObject):
    """What a lane said, in order."""

    def __init__(self, lane: Lane) -> None:
        super().__init__()
        self.states: list[str] = []
        self.text = ""
        self.answers: list[Any] = []
        self.failures: list[Any] = []
        self.loaded: list[Any] = []
        lane.status_changed.connect(lambda s: self.states.append(s.state.value))
        lane.text.connect(self._on_text)
        lane.answered.connect(self.answers.append)
        lane.load_failed.connect(self.failures.append)
        lane.loaded.connect(self.loaded.append)

    def _on_text(self, piece: Any) -> None:
        self.text += piece.text


def load(qtbot: Any, lane: Lane, heard: Heard) -> None:
    """Load something into `lane` and wait for the outcome."""
    lane.load("/nowhere/model.gguf", LoadOptions(), 1)
    qtbot.waitUntil(lambda: bool(heard.loaded or heard.failures), timeout=15_000)


def ask(qtbot: Any, lane: Lane, heard: Heard, text: str = "hello", **sampling: Any) -> Any:
    """The answer of `lane` to `text`."""
    lane.generate((Message("user", text),), SamplingOptions(**sampling), 1)
    qtbot.waitUntil(lambda: bool(heard.answers), timeout=20_000)
    return heard.answers.pop()

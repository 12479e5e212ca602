"""What the walls around a worker cost: confined beside free, and free beside free again, in random order."""

from __future__ import annotations

import random
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

from tests.bench.shapes import QWEN3_06B, write_shape
from tests.support.worker_client import WorkerClient
from weighin.protocol.messages import Bench, Benched
from weighin.services.processes.rights import model_rights

ROUNDS, PROMPT, WRITE, REPEAT = 9, 256, 32, 2
CONFINED, FREE, AGAIN = "confined", "free", "free again"
_PROGRAMS = {CONFINED: "weighin", FREE: "tests.support.free_worker", AGAIN: "tests.support.free_worker"}
_MEASURED = ("start", "load", "reading", "writing")


def main() -> None:
    """Print ratios to a free worker; the confined one's should be no further from 1 than the control's."""
    order = random.Random(5)
    found: dict[str, list[tuple[float, ...]]] = {name: [] for name in _PROGRAMS}
    with tempfile.TemporaryDirectory() as folder:
        path = write_shape(Path(folder) / "shape.gguf", replace(QWEN3_06B, layers=8))
        for number in range(ROUNDS + 1):
            for name in order.sample(sorted(_PROGRAMS), len(_PROGRAMS)):
                seconds = _one(path, _PROGRAMS[name], confined=name == CONFINED)
                if number:  # the first round warms the files
                    found[name].append(seconds)
    for index, what in enumerate(_MEASURED):
        free = median(one[index] for one in found[FREE])
        ratios = [median(one[index] for one in found[name]) / free for name in (CONFINED, AGAIN)]
        sys.stdout.write(f"seconds to {what}: confined / free {ratios[0]:.3f}, free again / free {ratios[1]:.3f}\n")


def _one(path: Path, program: str, confined: bool) -> tuple[float, ...]:
    """Seconds until Hello, of loading, and for each token read and written; with one thread."""
    begin = time.perf_counter()
    with WorkerClient(program=program, rights=model_rights(str(path))) as worker:
        started = time.perf_counter() - begin
        assert worker.hello.engine.confinement.startswith("Landlock" if confined else "none")
        loaded = worker.loaded(path, threads=1)
        end = worker.ask(Bench(worker.next_id(), PROMPT, WRITE, REPEAT, 1))[-1]
    assert isinstance(end, Benched), end
    return started, loaded.load_s, median(end.rounds.prompt_s), median(end.rounds.generation_s)

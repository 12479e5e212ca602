"""Measuring fidelity, beside plain reading of the same chunks by both models.

The files have the shape of real models and random weights: every token of the vocabulary is likely enough to count,
which is the most that comparing can cost. What is timed as plain reading is the same worker that reads a prompt of the
same length: once as it is, with the logits of one position, and once with those that any such measurement needs, as
both models gave their times.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

from tests.bench.shapes import QWEN3_06B, Shape, write_shape
from tests.support.worker_client import WorkerClient
from weighin.core.fidelity.fidelity import CONTEXT
from weighin.core.fidelity.reading import arithmetic_bytes, rows_bytes
from weighin.core.runs.options import LoadOptions
from weighin.protocol.fidelity_messages import (
    BaseRead,
    ChunkPlace,
    CutText,
    OtherRead,
    ReadBase,
    ReadOther,
    TextCut,
    TextFile,
)
from weighin.protocol.messages import Bench, Benched, Load, Plan, Planned
from weighin.services.fidelity.rows_place import SHARED
from weighin.services.machine.hardware import physical_cores

CHUNKS = 4


def main() -> None:
    """Print ratios; targets in brackets."""
    for name, shape, target in (
        ("0.6B shape, 152k vocabulary", QWEN3_06B, 0.8),
        ("0.6B shape, 32k vocabulary", replace(QWEN3_06B, vocabulary=32_000), 0.9),
    ):
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory(dir=_shared()) as shared:
            pair = (Path(folder) / "base.gguf", Path(folder) / "other.gguf")
            for seed, path in enumerate(pair):
                write_shape(path, shape, seed)
            _measure(name, shape, pair, target, Path(folder), Path(shared))


def _shared() -> Path | None:
    return SHARED if SHARED.is_dir() else None


def _measure(name: str, shape: Shape, pair: tuple[Path, Path], target: float, folder: Path, shared: Path) -> None:
    threads = physical_cores()
    tokens, rows = folder / "tokens", shared / "rows"
    rows.touch()
    (folder / "text").write_text(" w" * CONTEXT * (CHUNKS + 2), "utf-8")
    plans = [_plan(path, threads, shape.vocabulary) for path in pair]
    plain, with_logits, measured = [], [], []
    with WorkerClient() as base, WorkerClient() as other, WorkerClient() as reader:
        for worker, path in zip((base, other), pair, strict=True):
            worker.ask(Load(worker.next_id(), str(path), LoadOptions(context=CONTEXT), threads, bare=True))
        reader.loaded(pair[0], threads=threads, context=CONTEXT)
        cut = base.ask(CutText(base.next_id(), (TextFile("", str(folder / "text")),), CONTEXT, str(tokens)))[-1]
        assert isinstance(cut, TextCut), cut
        peaks = [0, 0]
        for number in range(CHUNKS + 1):
            place = ChunkPlace(str(tokens), number, CONTEXT, cut.beginning, str(rows), 0, cut.vocabulary)
            begin = time.perf_counter()
            read = base.ask(ReadBase(base.next_id(), place, "", threads))[-1]
            compared = other.ask(ReadOther(other.next_id(), place, threads))[-1]
            seconds = time.perf_counter() - begin
            assert isinstance(read, BaseRead) and isinstance(compared, OtherRead), (read, compared)
            peaks = [max(a, b.memory.peak_bytes or 0) for a, b in zip(peaks, (read, compared), strict=True)]
            if number:  # the first one brings the weights in
                plain.append(2 * _plain(reader, threads))
                with_logits.append(read.chunk.seconds + compared.chunk.seconds)
                measured.append(seconds)
    ratios = [a / b for a, b in zip(with_logits, measured, strict=True)]
    total, planned = sum(peaks), sum(plans)
    write = sys.stdout.write
    write(f"{name} ({threads} threads, {CHUNKS} chunks of {CONTEXT})\n")
    write(f"  plain reading of both, with the logits needed / measuring = {median(ratios):.3f} ")
    write(f"({min(ratios):.3f} to {max(ratios):.3f}; target {target})\n")
    write(f"  plain reading of both, with one row of logits / measuring = {median(plain) / median(measured):.3f}\n")
    write(f"  memory: measured peaks / planned = {total / planned:.3f} ({total / 1e6:.0f} of {planned / 1e6:.0f} MB; ")
    write(f"target 1.03), beside {rows_bytes(CONTEXT, shape.vocabulary) / 1e6:.0f} MB of logits\n")
    sys.stdout.flush()


def _plan(path: Path, threads: int, vocabulary: int) -> int:
    """Bytes that the engine says reading needs, with those of comparing."""
    with WorkerClient() as planner:
        options = LoadOptions(context=CONTEXT)
        asked = Plan(1, str(path), path.stat().st_size, options, (CONTEXT,), reading=True)
        planned = planner.ask(asked)[-1]
    assert isinstance(planned, Planned), planned
    return planned.plans[0].total_bytes + arithmetic_bytes(vocabulary, threads)


def _plain(worker: WorkerClient, threads: int) -> float:
    """Seconds of reading one prompt."""
    done = worker.ask(Bench(worker.next_id(), CONTEXT, 1, 1, threads))[-1]
    assert isinstance(done, Benched), done
    return done.rounds.prompt_s[0]

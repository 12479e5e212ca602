"""Lanes and runners as the program really uses them: llama.cpp in worker processes."""

from __future__ import annotations

from PySide6.QtCore import QObject

from weighin.core.comparison import LABELS
from weighin.services.comparison import ComparisonRunner
from weighin.services.hardware import available_bytes, physical_cores
from weighin.services.lane import Lane
from weighin.services.worker_process import WorkerProcess, worker_command


def new_worker(parent: QObject) -> WorkerProcess:
    """A worker process for one model, not started yet."""
    return WorkerProcess(worker_command("llama"), parent)


def new_runner(parent: QObject | None = None) -> ComparisonRunner:
    """A runner with two empty lanes."""
    lanes = tuple(Lane(label, new_worker, available_bytes=available_bytes) for label in LABELS)
    runner = ComparisonRunner((lanes[0], lanes[1]), physical_cores, available_bytes, parent)
    for lane in lanes:
        lane.setParent(runner)
    return runner

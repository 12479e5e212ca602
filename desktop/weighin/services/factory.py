"""Lanes and runners as the program really uses them: llama.cpp in worker processes."""

from __future__ import annotations

from PySide6.QtCore import QObject

from weighin.services.comparison import ComparisonRunner
from weighin.services.hardware import available_bytes, physical_cores
from weighin.services.lane import Lane
from weighin.services.worker_process import WorkerProcess, worker_command


def new_worker(parent: QObject) -> WorkerProcess:
    """A worker process for one model, not started yet."""
    return WorkerProcess(worker_command("llama"), parent)


def new_runner(parent: QObject | None = None) -> ComparisonRunner:
    """A runner with two empty lanes."""
    runner = ComparisonRunner((Lane("A", new_worker), Lane("B", new_worker)), physical_cores, available_bytes, parent)
    for lane in runner.lanes:
        lane.setParent(runner)
    return runner

"""Lanes and runners as the program really uses them: work in processes of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from weighin import protocol
from weighin.core.runs.lane import LABELS
from weighin.services.comparisons.comparison_runner import ComparisonRunner
from weighin.services.lanes.lane import Lane, ServerFactory
from weighin.services.lanes.server_keys import ServerKeys
from weighin.services.machine.hardware import available_bytes, physical_cores
from weighin.services.processes.environment import child_environment
from weighin.services.processes.worker_process import WorkerProcess, worker_command

if TYPE_CHECKING:
    from weighin.core.models.model import ModelFacts
    from weighin.core.runs.options import LoadOptions


def new_worker(parent: QObject) -> WorkerProcess:
    """A worker process for one model, not started yet."""
    return WorkerProcess(worker_command("llama"), parent)


def server_workers(keys: ServerKeys) -> ServerFactory:
    """Makes workers for models on servers; each gets the key of its own server and no other secret."""

    def make(parent: QObject, address: str) -> WorkerProcess:
        events = (*protocol.messages.EVENTS, *protocol.server_messages.SERVER_EVENTS)
        environment = child_environment(network=True)
        return WorkerProcess(worker_command("server"), parent, events, environment, keys.environment(address))

    return make


def new_runner(
    planned_bytes: Callable[[ModelFacts, LoadOptions], int | None] = lambda _model, _load: None,
    keys: ServerKeys | None = None,
    parent: QObject | None = None,
) -> ComparisonRunner:
    """A runner with two empty lanes. `planned_bytes`: what a model needs by its plan; a rule of thumb where that is
    None. `keys`: of servers, as the user typed them; without, the environment's."""
    new_server = server_workers(keys or ServerKeys(parent))
    lanes = tuple(Lane(label, new_worker, available_bytes=available_bytes, new_server=new_server) for label in LABELS)
    cores, free = physical_cores, available_bytes
    runner = ComparisonRunner((lanes[0], lanes[1]), cores, free, parent, planned_bytes)
    for lane in lanes:
        lane.setParent(runner)
    return runner

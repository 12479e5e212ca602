"""What this computer is and what it has free, found out away from the window's thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from weighin.core.computer.hardware import Gpu, Hardware
from weighin.core.plans.verdict import Budget
from weighin.core.runs.lane import EngineFacts
from weighin.services.machine.hardware import available_bytes, total_bytes
from weighin.services.machine.memory_bandwidth import MemoryBandwidth
from weighin.services.processes.engine_probe import EngineProbe
from weighin.services.task_runner import TaskRunner

# What comes and goes all the time, as a share of all memory.
_FLICKER = 0.002


@dataclass(frozen=True)
class ComputerSources:
    """Where the facts of a computer come from. The first two are called away from the window's thread."""

    hardware: Callable[[], Hardware]
    budget: Callable[[], Budget | None]
    new_engine_probe: Callable[[], EngineProbe]


class ThisComputer(QObject):
    """`changed`: something else is known of it; `memory_changed`: another part of its memory is free.

    hardware, engine: None until found out."""

    changed = Signal()
    memory_changed = Signal()

    def __init__(self, sources: ComputerSources, bandwidth: MemoryBandwidth, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.bandwidth = bandwidth
        self.hardware: Hardware | None = None
        self.engine: EngineFacts | None = None
        self._sources = sources
        self._tasks = TaskRunner(1, self)
        self._engine_probe: EngineProbe | None = None
        self._budget: Budget | None = None
        self._gpu_free_by_engine: int | None = None
        self._may_measure = False
        bandwidth.changed.connect(self.changed)

    @property
    def budget(self) -> Budget | None:
        """Memory as it was when it was last looked at; None where the system does not tell."""
        if self._budget is None:
            self._budget = self._sources.budget()
        return self.with_gpus(self._budget)

    def with_gpus(self, budget: Budget | None) -> Budget | None:
        """`budget` with what is free on GPUs: as the driver says, else as the engine said when it planned."""
        return with_gpus(budget, self.hardware.gpus if self.hardware else (), self._gpu_free_by_engine)

    def take_gpu_free(self, free_bytes: int | None) -> None:
        """The engine has seen so much free on the GPUs it can use."""
        if free_bytes is not None:
            self._gpu_free_by_engine = free_bytes

    def look(self, measure: bool) -> None:
        """Find out what it is: what it has free now every time, its engine the first time. `measure`: its bandwidth
        too, where that is not known yet."""
        self._tasks.run(lambda: (self._sources.hardware(), self._sources.budget()), self._found, lambda _: None)
        self._may_measure = measure
        if self._engine_probe is None:
            self._engine_probe = self._sources.new_engine_probe()
            self._engine_probe.found.connect(self._engine_found)
            self._engine_probe.start()
        elif self.engine is not None:
            self._measure_once()

    def look_at_memory(self) -> None:
        """What is free now; `memory_changed` follows where that is another amount."""
        self._tasks.run(self._sources.budget, self._take_budget, lambda _: None)

    def close(self) -> None:
        """End what is under way."""
        self.bandwidth.close()
        if self._engine_probe is not None:
            self._engine_probe.close()
        self._tasks.close()

    def _found(self, found: tuple[Hardware, Budget | None]) -> None:
        self.hardware = found[0]
        self.changed.emit()
        self._take_budget(found[1])

    def _engine_found(self, engine: EngineFacts) -> None:
        self.engine = engine
        self.changed.emit()
        # Not before the engine has left: both would compete for the processor.
        self._measure_once()

    def _measure_once(self) -> None:
        if self._may_measure and not self.bandwidth.measuring:
            self.bandwidth.need(lambda _: None)
            self.changed.emit()

    def _take_budget(self, budget: Budget | None) -> None:
        if _differs(budget, self._budget):
            self._budget = budget
            self.memory_changed.emit()


def memory_budget() -> Budget | None:
    """Memory that can be had now and in all; None where the system does not tell."""
    available, total = available_bytes(), total_bytes()
    return None if available is None else Budget(available, total or available)


def with_gpus(budget: Budget | None, gpus: tuple[Gpu, ...], by_engine: int | None) -> Budget | None:
    """`budget` with what is free on `gpus`; where the driver shows none, what the engine says (None: it uses none)."""
    free = sum(gpu.free_bytes for gpu in gpus) if gpus else by_engine
    return budget and replace(budget, gpu_free=free)


def _differs(one: Budget | None, other: Budget | None) -> bool:
    if one is None or other is None:
        return one is not other
    return one.total != other.total or abs(one.available - other.available) > _FLICKER * one.total

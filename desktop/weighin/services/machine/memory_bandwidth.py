"""How fast this computer reads its memory: measured once, kept, measured again when asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from statistics import median
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from weighin.protocol.probe_messages import PROBE_EVENTS, MemoryRead
from weighin.services.machine.cpu import last_level_cache_bytes, physical_cores, processor
from weighin.services.machine.memory import available_bytes, ram_bytes
from weighin.services.processes.worker_process import WorkerEnd, WorkerProcess, worker_command
from weighin.services.settings import Settings

Known = Callable[[float | None], None]

_SETTING = "memory_bandwidth"
_DEADLINE_MS = 10_000
_LEAST, _MOST = 256 << 20, 2 << 30


class MemoryBandwidth(QObject):
    """Bytes a second that all cores read together. `changed` follows every measurement."""

    changed = Signal()

    def __init__(self, settings: Settings, command: list[str] | None = None, parent: QObject | None = None) -> None:
        """`command`: of the worker that measures, where it is another than the program's own."""
        super().__init__(parent)
        self._settings, self._command = settings, command
        self._machine: str | None = None
        self._waiting: list[Known] = []
        self._worker: WorkerProcess | None = None
        self._found: float | None = None
        self._deadline = QTimer(self)
        self._deadline.setSingleShot(True)
        self._deadline.timeout.connect(self._give_up)

    @property
    def known(self) -> float | None:
        """What was measured on this very computer; None where nothing was yet."""
        kept = self._settings.get(_SETTING, {})
        found = kept.get("bytes_per_s") if kept.get("machine") == self._this_machine() else None
        return found if isinstance(found, float) and found > 0 else None

    @property
    def measuring(self) -> bool:
        """Whether a measurement is under way."""
        return self._worker is not None

    def need(self, done: Known) -> None:
        """`done` gets what is known, at once; it is measured first where nothing is."""
        if (known := self.known) is not None:
            done(known)
        else:
            self.measure(done)

    def measure(self, done: Known) -> None:
        """Measure now, in about a second, in a process of its own; `done` gets the result, None where it failed."""
        self._waiting.append(done)
        if self._worker is not None:
            return
        script = json.dumps(
            {"threads": physical_cores(), "bytes": read_size(last_level_cache_bytes(), available_bytes())}
        )
        self._found = None
        self._worker = WorkerProcess(self._command or worker_command("probe", script), self, events=PROBE_EVENTS)
        self._worker.message.connect(self._on_event)
        self._worker.ended.connect(self._settle)
        self._deadline.start(_DEADLINE_MS)
        self._worker.start()

    def close(self) -> None:
        """End a measurement; nobody is told."""
        self._waiting = []
        if self._worker is not None:
            self._worker.kill()
            self._worker.wait_gone(_DEADLINE_MS)

    def _on_event(self, event: Any) -> None:
        if isinstance(event, MemoryRead) and event.bytes_per_s:
            self._found = median(event.bytes_per_s)

    def _give_up(self) -> None:
        if self._worker is not None:
            self._worker.kill()

    def _settle(self, _end: WorkerEnd) -> None:
        self._deadline.stop()
        if self._worker is not None:
            self._worker.deleteLater()
        self._worker = None
        if self._found is not None:
            self._settings.set(_SETTING, {"machine": self._this_machine(), "bytes_per_s": self._found})
        waiting, self._waiting = self._waiting, []
        for done in waiting:
            done(self._found)
        self.changed.emit()

    def _this_machine(self) -> str:
        """What a number is only true for: a profile may be carried to another computer."""
        if self._machine is None:
            self._machine = f"{processor()}, {physical_cores()} cores, {ram_bytes()} bytes"
        return self._machine


def read_size(cache_bytes: int | None, available: int | None) -> int:
    """Bytes to read in a round: eight times the last-level cache, of which then next to nothing is found in it; within
    256 MiB and 2 GiB, and a quarter of what is free."""
    wanted = min(max(8 * (cache_bytes or 0), _LEAST), _MOST)
    return wanted if available is None else max(1 << 20, min(wanted, available // 4))

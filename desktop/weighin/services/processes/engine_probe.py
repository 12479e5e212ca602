"""Asks a short-lived worker which engine this is."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from weighin.protocol.messages import Hello
from weighin.services.processes.worker_process import WorkerEnd, WorkerProcess, worker_command

_DEADLINE_MS = 30_000
_LEAVE_MS = 2000


class EngineProbe(QObject):
    """Emits `found` or `failed` once after `start`."""

    found = Signal(object)  # EngineFacts
    failed = Signal(str)

    def __init__(self, command: list[str] | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = WorkerProcess(command or worker_command("llama"), self)
        self._worker.message.connect(self._on_event)
        self._worker.ended.connect(self._on_ended)
        self._hello: Hello | None = None
        self._deadline = QTimer(self)
        self._deadline.setSingleShot(True)
        self._deadline.timeout.connect(self._worker.kill)

    def start(self) -> None:
        """Launch the worker."""
        self._deadline.start(_DEADLINE_MS)
        self._worker.start()

    def close(self) -> None:
        """End the worker; nobody is told."""
        self.blockSignals(True)
        self._worker.kill()
        self._worker.wait_gone(_LEAVE_MS)

    def _on_event(self, event: Any) -> None:
        if isinstance(event, Hello):
            self._hello = event
            self._worker.shut_down(_LEAVE_MS)

    def _on_ended(self, end: WorkerEnd) -> None:
        self._deadline.stop()
        if self._hello:
            self.found.emit(self._hello.engine)
        else:
            self.failed.emit(end.log.strip().splitlines()[-1] if end.log.strip() else f"status {end.code}")

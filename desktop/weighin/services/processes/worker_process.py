"""One child process with its wire: typed events in, requests out, and how it ended."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QDir, QObject, QProcess, QProcessEnvironment, QTemporaryDir, QTimer, Signal

from weighin import protocol
from weighin.confinement.rights import Rights
from weighin.protocol import wire
from weighin.services.processes.environment import child_environment

LOG_BYTES = 64 << 10
NO_RIGHTS = Rights()


@dataclass(frozen=True)
class WorkerEnd:
    """How a process ended. `crashed`: by signal `code`; else `code` is its exit status. `protocol_error`: why it was
    ended for talking nonsense. `log`: the last it printed."""

    crashed: bool
    code: int
    log: str
    protocol_error: str = ""
    failed_to_start: bool = False


def worker_command(kind: str, script: str = "") -> list[str]:
    """The command line of a worker of `kind`: this very program, frozen or not."""
    program = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "weighin"]
    return [*program, "worker", kind, *([script] if script else [])]


class WorkerProcess(QObject):
    """Wraps QProcess once. `message` carries every event of the worker, `ended` comes exactly once after `start`.

    `events`: the messages it may send. `environment`: that of a process with a model where None; `more_environment`:
    variables to set. `rights`: what it keeps where `start` is not told.
    """

    message = Signal(object)
    ended = Signal(object)  # WorkerEnd

    def __init__(
        self,
        command: list[str],
        parent: QObject | None = None,
        events: tuple[type, ...] | None = None,
        environment: QProcessEnvironment | None = None,
        more_environment: dict[str, str] | None = None,
        rights: Rights = NO_RIGHTS,
    ) -> None:
        super().__init__(parent)
        self._command, self._rights = command, rights
        self._events = events or protocol.messages.EVENTS
        self._splitter = wire.LineSplitter()
        self._log = bytearray()
        self._protocol_error = ""
        self._over = False
        # Of its own and empty: nothing that lies where the user happens to be is ever taken for a library.
        self._folder = QTemporaryDir(QDir.tempPath() + "/weighin-empty-XXXXXX")
        self._process = QProcess(self)
        environment = environment or child_environment()
        for name, value in (more_environment or {}).items():
            environment.insert(name, value)
        self._process.setProcessEnvironment(environment)
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.readyReadStandardError.connect(self._read_log)
        self._process.finished.connect(self._on_finished)
        self._process.errorOccurred.connect(self._on_error)
        self._kill_timer = QTimer(self)
        self._kill_timer.setSingleShot(True)
        self._kill_timer.timeout.connect(self.kill)

    @property
    def pid(self) -> int:
        """Process id, 0 when not running."""
        return self._process.processId()

    def start(self, rights: Rights | None = None) -> None:
        """Launch the process; it keeps `rights`, and no others."""
        self._process.setWorkingDirectory(self._folder.path() if self._folder.isValid() else "/")
        self._process.start(self._command[0], self._command[1:])
        self._process.write((rights or self._rights).line())

    def send(self, request: Any) -> None:
        """Write one request. Raises wire.WireError where it is over the limit of a line."""
        self._process.write(wire.encode(request))

    def shut_down(self, within_ms: int) -> None:
        """Ask the worker to leave; it is killed when it is still there after `within_ms`."""
        if not self._over:
            self.send(protocol.messages.Shutdown(0))
            self._process.closeWriteChannel()
            self._kill_timer.start(within_ms)

    def kill(self) -> None:
        """End the process now. Also ends one that is stopped or hangs in native code."""
        self._process.kill()

    def wait_gone(self, milliseconds: int) -> bool:
        """Block until the process is gone; only for the very end of the program."""
        return self._process.state() == QProcess.ProcessState.NotRunning or self._process.waitForFinished(milliseconds)

    def log_tail(self) -> str:
        """The last the process printed."""
        return self._log.decode("utf-8", "replace")

    def _read(self) -> None:
        try:
            for line in self._splitter.feed(bytes(self._process.readAllStandardOutput().data())):
                event = wire.decode(line, self._events)
                if isinstance(event, protocol.messages.Log):
                    self._keep_log(event.text.encode() + b"\n")
                else:
                    self.message.emit(event)
        except wire.WireError as error:
            if not self._protocol_error:
                self._protocol_error = str(error)
                self.kill()

    def _read_log(self) -> None:
        self._keep_log(bytes(self._process.readAllStandardError().data()))

    def _keep_log(self, data: bytes) -> None:
        self._log += data
        if len(self._log) > LOG_BYTES:
            del self._log[: len(self._log) - LOG_BYTES]

    def _on_finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._read()
        self._read_log()
        self._finish(WorkerEnd(status == QProcess.ExitStatus.CrashExit, code, self.log_tail(), self._protocol_error))

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._finish(WorkerEnd(False, -1, self._process.errorString(), failed_to_start=True))

    def _finish(self, end: WorkerEnd) -> None:
        if not self._over:
            self._over = True
            self._kill_timer.stop()
            self._folder.remove()
            self.ended.emit(end)

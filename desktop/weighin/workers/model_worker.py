"""The loop of a worker: one thread reads requests, one works on them, one gives signs of life."""

from __future__ import annotations

import os
import queue
import threading
from dataclasses import replace
from typing import Any

from weighin.core.runs.answer import MemoryReceipt, StopReason, Timing
from weighin.protocol import wire
from weighin.protocol.failing import failed
from weighin.protocol.fidelity_messages import FIDELITY_REQUESTS
from weighin.protocol.messages import (
    PROTOCOL,
    REQUESTS,
    Bench,
    Cancel,
    CountTokens,
    Forecast,
    Generate,
    Generated,
    Hello,
    Load,
    Log,
    Plan,
    Pulse,
    Score,
    Shutdown,
    Survey,
    Tokenize,
)
from weighin.workers.engine import Engine, EngineError

PULSE_S = 0.25


class ModelWorker:
    """Carries requests from a descriptor to an engine and its events back."""

    requests = REQUESTS

    def __init__(self, engine: Engine, read_descriptor: int, write_descriptor: int, confinement: str = "") -> None:
        """`confinement`: what walls this process is behind, in words."""
        self._engine = engine
        self._confinement = confinement
        self._in = read_descriptor
        self._out = write_descriptor
        self._write_lock = threading.Lock()
        self._state_lock = threading.Lock()
        self._jobs: queue.Queue[Any] = queue.Queue()
        self._current: int | None = None
        self._cancelled: set[int] = set()

    def run(self) -> int:
        """Serve until Shutdown; the exit status of the process."""
        self.emit(Hello(PROTOCOL, os.getpid(), replace(self._engine.facts(), confinement=self._confinement)))
        threading.Thread(target=self._read_requests, daemon=True).start()
        threading.Thread(target=self._pulse, daemon=True).start()
        while True:
            request = self._jobs.get()
            if isinstance(request, Shutdown):
                return 0
            if not self._work(request):
                return 70

    def emit(self, event: Any) -> None:
        """Write one event; whole lines only, from any thread. Raises EngineError for one that cannot be sent: rather a
        request that failed than an answer of which something is missing."""
        try:
            line = wire.encode(event)
        except wire.WireError as error:
            raise EngineError("unsendable", f"The model process cannot pass on its result: {error}.") from None
        with self._write_lock:
            view = memoryview(line)
            while view:
                view = view[os.write(self._out, view) :]

    def _work(self, request: Any) -> bool:
        """Do one request; False when the engine is beyond use."""
        with self._state_lock:
            early = request.id in self._cancelled
            self._current = request.id
        try:
            if early:
                self.emit(_cancelled(request))
                return True
            self.emit(self.run_job(request))
        except EngineError as error:
            self.emit(failed(request.id, error.kind, error.message, error.detail))
            return not error.fatal
        except MemoryError:
            self.emit(failed(request.id, "memory", "Not enough memory for this request."))
        except Exception as error:  # noqa: BLE001 - the process boundary: whatever went wrong must become an event
            self.emit(failed(request.id, "bug", f"Error in the model process: {type(error).__name__}: {error}"))
        finally:
            with self._state_lock:
                self._current = None
                self._cancelled.discard(request.id)
                self._engine.clear_cancel()
        return True

    def run_job(self, request: Any) -> Any:
        """The terminal event of `request`. Raises EngineError."""
        if isinstance(request, Load):
            return self._engine.load(request, self.emit)
        if isinstance(request, Generate):
            return self._engine.generate(request, self.emit)
        if isinstance(request, Tokenize):
            return self._engine.tokenize(request)
        if isinstance(request, CountTokens):
            return self._engine.count_tokens(request)
        if isinstance(request, Plan):
            return self._engine.plan(request)
        if isinstance(request, Survey):
            return self._engine.survey(request)
        if isinstance(request, Score):
            return self._engine.score(request, self.emit)
        if isinstance(request, FIDELITY_REQUESTS):
            return self._engine.fidelity(request)
        if isinstance(request, Forecast):
            return self._engine.forecast(request)
        assert isinstance(request, Bench)
        return self._engine.bench(request, self.emit)

    def _read_requests(self) -> None:
        splitter = wire.LineSplitter()
        while data := os.read(self._in, 65536):
            try:
                for line in splitter.feed(data):
                    self._accept(wire.decode(line, self.requests))
            except wire.WireError as error:
                self.emit(Log("error", f"bad request: {error}"))
                os._exit(65)
        os._exit(0)  # the window is gone: nobody is left to work for

    def _accept(self, request: Any) -> None:
        if isinstance(request, Cancel):
            with self._state_lock:
                self._cancelled.add(request.target)
                if self._current == request.target:
                    self._engine.cancel()
            return
        self._jobs.put(request)

    def _pulse(self) -> None:
        beat = threading.Event()
        while True:
            beat.wait(PULSE_S)
            current = self._current
            if current is not None:
                phase, done, total = self._engine.progress()
                self.emit(Pulse(current, phase, done, total, self._engine.sample_memory()))


def _cancelled(request: Any) -> Any:
    """The terminal event of a request that was cancelled before it began."""
    if isinstance(request, Generate):
        return Generated(request.id, StopReason.CANCELLED, Timing(), MemoryReceipt())
    return failed(request.id, "cancelled", "Stopped before it started.")

"""One side of the scale: a model with its options and its worker process."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from weighin import protocol
from weighin.confinement.rights import NO_RIGHTS, Rights
from weighin.core.models.model import SERVER_SCHEMES
from weighin.core.runs.answer import Counting, Failure, StopReason, Timing
from weighin.core.runs.chat import Message
from weighin.core.runs.failures import process_failure
from weighin.core.runs.lane import EngineFacts
from weighin.core.runs.options import LoadOptions, SamplingOptions
from weighin.core.runs.progress import LaneState, LaneStatus, TextPiece
from weighin.protocol.wire import WireError
from weighin.services.lanes.answer_record import AnswerRecord
from weighin.services.lanes.lane_run import LoadedModel
from weighin.services.processes.rights import model_rights
from weighin.services.processes.worker_process import WorkerEnd, WorkerProcess

# Below this much free memory a SIGKILL is the kernel's doing.
LOW_MEMORY = 512 << 20

WorkerFactory = Callable[[QObject], WorkerProcess]
# For a model on a server; gets its address too, because the key that the process is given depends on it.
ServerFactory = Callable[[QObject, str], WorkerProcess]


@dataclass(frozen=True)
class LaneTimeouts:
    """How long a lane waits, in milliseconds: for a cancelled job before the worker is killed, for a worker to leave,
    before silence is shown, before a silent worker is ended, and before it is shown that a worker which still gives
    signs of life takes no step further (a large model may need minutes for a batch: only the user ends that)."""

    cancel_ms: int = 2000
    leave_ms: int = 2000
    silent_ms: int = 20_000
    give_up_ms: int = 60_000
    stuck_ms: int = 30_000
    watch_ms: int = 1000


class Lane(QObject):
    """Loads one model at a time into a worker and puts prompts to it.

    Every load ends in exactly one `loaded` or `load_failed`, every generate in exactly one `answered`, every measure in
    one `measured` or `measure_failed`, whatever happens to the worker."""

    status_changed = Signal(object)  # LaneStatus
    loaded = Signal(object)  # LoadedModel
    load_failed = Signal(object)  # Failure
    text = Signal(object)  # TextPiece
    was_reasoning = Signal()  # all text of the answer so far
    point = Signal(object)  # LivePoint
    answered = Signal(object)  # Answer
    measured = Signal(object)  # BenchRounds, or what another kind of job ends with
    measure_failed = Signal(object)  # Failure
    vacated = Signal()  # the worker is gone, its memory given back

    def __init__(
        self,
        label: str,
        new_worker: WorkerFactory,
        patience: LaneTimeouts | None = None,
        available_bytes: Callable[[], int | None] = lambda: None,
        parent: QObject | None = None,
        new_server: ServerFactory | None = None,
    ) -> None:
        super().__init__(parent)
        self._available = available_bytes
        self._new_server = new_server
        self._least_available: int | None = None
        self.label = label
        self.engine: EngineFacts | None = None
        self._new_worker = new_worker
        self._patience = patience or LaneTimeouts()
        self._worker: WorkerProcess | None = None
        self._status = LaneStatus(LaneState.EMPTY)
        self._model: LoadedModel | None = None
        self._signature: tuple[int, int] | None = None
        self._pending: Any = None
        self._record: AnswerRecord | None = None
        self._next_id = 1
        self._asked_to_stop = False
        self._last_sign = self._last_step = time.monotonic()
        self._pulse_step = ("", 0, 0)
        self._gave_up = False
        self._watch = QTimer(self)
        self._watch.setInterval(self._patience.watch_ms)
        self._watch.timeout.connect(self._look_for_life)
        self._cancel_timer = QTimer(self)
        self._cancel_timer.setSingleShot(True)
        self._cancel_timer.timeout.connect(self._end_worker)

    @property
    def status(self) -> LaneStatus:
        """State, phase and progress now."""
        return self._status

    @property
    def model(self) -> LoadedModel | None:
        """What is loaded, None when nothing is."""
        return self._model

    @property
    def context(self) -> int | None:
        """Tokens that what is loaded can hold; None where nothing is, or a server does not say."""
        return self._model.context if self._model else None

    @property
    def is_measuring(self) -> bool:
        """Whether random tokens are being timed."""
        return isinstance(self._pending, protocol.messages.Bench)

    @property
    def worker_pid(self) -> int:
        """Process id of the worker, 0 without one."""
        return self._worker.pid if self._worker else 0

    def holds(self, path: str, options: LoadOptions) -> bool:
        """Whether this very file is loaded with these options and ready: unchanged on disk, or gone from there (what
        is mapped stays)."""
        return (
            self._status.state is LaneState.READY
            and self._model is not None
            and (self._model.path, self._model.options) == (path, options)
            and _signature(path) in (self._signature, None)
        )

    def load(self, path: str, options: LoadOptions, threads: int, bare: bool = False, also: Rights = NO_RIGHTS) -> None:
        """Put a model into memory, in a fresh worker. EMPTY, READY, FAILED: begins. Otherwise: the caller's error.
        `bare`: for scoring questions, not for answering; `also`: what its process may read and change besides."""
        assert self._pending is None, "a lane does one thing at a time"
        self._discard_worker()
        self._signature = _signature(path)
        self._worker = self._worker_for(path)
        self._worker.message.connect(self._on_event)
        self._worker.ended.connect(self._on_ended)
        self._begin(protocol.messages.Load(self._take_id(), path, options, threads, bare))
        self._set(LaneState.STARTING, "loading", 0, 100)
        self._worker.start(model_rights(path, also))

    def generate(
        self, messages: tuple[Message, ...], sampling: SamplingOptions, threads: int, raw: bool = False
    ) -> None:
        """Put a prompt to the loaded model. READY: begins. Otherwise answers at once with a failure."""
        self._record = AnswerRecord()
        self._ask(protocol.messages.Generate(self._take_id(), messages, sampling, threads, raw), "reading")

    def measure(self, prompt_tokens: int, generate_tokens: int, repeat: int, threads: int) -> None:
        """Time reading and writing of random tokens. READY: begins."""
        self._ask(protocol.messages.Bench(self._take_id(), prompt_tokens, generate_tokens, repeat, threads), "reading")

    def stop(self) -> None:
        """Stop what runs, in any phase; a worker that does not obey in time is ended. Nothing runs: does nothing."""
        if self._pending is None or self._asked_to_stop or self._worker is None:
            return
        self._asked_to_stop = True
        self._set(LaneState.STOPPING, self._status.phase, self._status.done, self._status.total)
        self._worker.send(protocol.messages.Cancel(self._take_id(), self._pending.id))
        self._cancel_timer.start(self._patience.cancel_ms)

    def unload(self) -> None:
        """Give the memory back. `vacated` follows when the worker is gone; at once when there is none."""
        if self._worker is None:
            self._set(LaneState.EMPTY)
            self.vacated.emit()
            return
        self.stop()
        self._set(LaneState.STOPPING)
        self._worker.shut_down(self._patience.leave_ms)

    def refuse(self, failure: Failure) -> None:
        """Say why this lane is not even tried. EMPTY, READY or FAILED: shows it. Nothing else follows."""
        self._set(LaneState.FAILED, failure=failure)

    def close(self, milliseconds: int = 2000) -> None:
        """End all workers for good, also those that were just leaving; only for the end of the program."""
        self._watch.stop()
        self._worker = None
        for worker in self.findChildren(WorkerProcess):
            worker.blockSignals(True)
            worker.kill()
            worker.wait_gone(milliseconds)

    def _worker_for(self, path: str) -> WorkerProcess:
        if self._new_server is not None and path.startswith(SERVER_SCHEMES):
            return self._new_server(self, path)
        return self._new_worker(self)

    def _ask(self, request: Any, phase: str) -> None:
        if self._status.state is not LaneState.READY or self._worker is None:
            self._settle_failure(request, Failure("not_loaded", "No model is loaded."))
            return
        self._begin(request)
        self._set(LaneState.BUSY, phase, 0, 0)
        try:
            self._worker.send(request)
        except WireError:
            self._pending = None
            self._watch.stop()
            self._set(LaneState.READY)
            self._settle_failure(request, Failure("prompt_too_long", "The prompt is too long: over one megabyte."))

    def _begin(self, request: Any) -> None:
        self._pending = request
        self._asked_to_stop = False
        self._last_sign = self._last_step = time.monotonic()
        self._gave_up = False
        self._least_available = None
        self._watch.start()

    def _on_event(self, event: Any) -> None:
        self._last_sign = time.monotonic()
        if not isinstance(event, protocol.messages.Pulse):
            self._last_step = self._last_sign
        if isinstance(event, protocol.messages.Hello):
            self._on_hello(event)
            return
        if self._pending is None or event.id != self._pending.id:
            return  # a late word about something that is over
        if isinstance(event, protocol.messages.TERMINAL):
            self._on_terminal(event)
        elif isinstance(event, protocol.messages.LoadProgress):
            self._show_progress("loading", round(event.fraction * 100), 100)
        elif isinstance(event, protocol.messages.Pulse):
            self._on_pulse(event)
        elif isinstance(event, protocol.messages.PromptRead) and self._record:
            self._record.prompt(event.rendered, event.tokens)
            self._show_progress("reading", 0, event.tokens)
        elif isinstance(event, protocol.messages.Tokens) and self._record:
            self._record.piece(event.text, event.count, event.kind)
            self._show_progress("writing", self._record.tokens, self._status.total)
            self.text.emit(TextPiece(event.text, event.count, event.kind))
        elif isinstance(event, protocol.messages.WasReasoning) and self._record:
            self._record.was_reasoning()
            self.was_reasoning.emit()

    def _on_hello(self, hello: protocol.messages.Hello) -> None:
        self.engine = hello.engine
        if hello.protocol != protocol.messages.PROTOCOL:
            self._end_worker()
        elif self._worker is not None and self._pending is not None:
            self._set(LaneState.STOPPING if self._asked_to_stop else LaneState.LOADING, "loading", 0, 100)
            self._worker.send(self._pending)
            if self._asked_to_stop:  # asked while the process was starting: the request had not been sent yet
                self._worker.send(protocol.messages.Cancel(self._take_id(), self._pending.id))

    def _on_pulse(self, pulse: protocol.messages.Pulse) -> None:
        step = (pulse.phase, pulse.done, pulse.total)
        if step != self._pulse_step:
            self._pulse_step = step
            self._last_step = self._last_sign
        elif self._status.silent_s:
            return  # alive, but no step further: the status goes on saying so
        self._show_progress(pulse.phase or self._status.phase, pulse.done, pulse.total)
        if self._record:
            self.point.emit(self._record.point(pulse.memory))

    def _on_terminal(self, event: Any) -> None:
        request, self._pending = self._pending, None
        self._watch.stop()
        self._cancel_timer.stop()
        if isinstance(event, protocol.messages.Failed):
            failure = Failure(event.kind, event.message, event.detail)
            if isinstance(request, protocol.messages.Load):
                stopped = event.kind == "cancelled"
                self._set(LaneState.EMPTY if stopped else LaneState.FAILED, failure=None if stopped else failure)
                self._discard_worker()
            else:
                self._set(LaneState.READY)
            self._settle_failure(request, failure)
        elif isinstance(event, protocol.messages.Loaded):
            self._model = LoadedModel(
                request.path, request.options, event.context, event.load_s, event.template, event.memory,
                event.buffers, event.notices,
            )  # fmt: skip
            self._set(LaneState.READY)
            self.loaded.emit(self._model)
        elif isinstance(event, protocol.messages.Generated) and self._record:
            record, self._record = self._record, None
            self._set(LaneState.READY)
            notices = (self._model.notices if self._model else ()) + event.notices
            given = (event.stop_reason, event.timing, event.memory, self.context, notices)
            self.answered.emit(record.answer(*given, proof=event.proof, left_out=event.left_out))
        else:
            self._set(LaneState.READY)
            self.measured.emit(event.rounds if isinstance(event, protocol.messages.Benched) else event)

    def _on_ended(self, end: WorkerEnd) -> None:
        sender, worker = self.sender(), self._worker
        if worker is None or sender is not worker:
            return
        self._worker = None
        worker.deleteLater()
        self._watch.stop()
        self._cancel_timer.stop()
        request, self._pending = self._pending, None
        phase = self._status.phase
        model, self._model = self._model, None
        if request is None:
            expected = self._status.state is LaneState.STOPPING
            failure = None if expected else process_failure(end.crashed, end.code, "", end.log)
            self._set(LaneState.EMPTY if expected else LaneState.FAILED, failure=failure)
        else:
            failure = self._failure_of(end, phase)
            self._set(LaneState.EMPTY if failure.kind == "cancelled" else LaneState.FAILED, failure=failure)
            self._settle_failure(request, failure, model)
        self.vacated.emit()

    def _failure_of(self, end: WorkerEnd, phase: str) -> Failure:
        if self._asked_to_stop:
            return Failure("cancelled", "Stopped. The model process had to be ended.", end.log)
        if end.failed_to_start:
            return Failure("start", f"The model process could not be started: {end.log}")
        if end.protocol_error:
            text = "The model process was ended because it sent an invalid message."
            return Failure("protocol", text, f"{end.protocol_error}\n{end.log}")
        if self._gave_up:
            text = f"The model process did not respond for {self._status.silent_s:.0f} seconds and was ended."
            return Failure("silent", text, end.log)
        low = self._least_available is not None and self._least_available < LOW_MEMORY
        features = self.engine.features if self.engine else ""
        return process_failure(end.crashed, end.code, phase, end.log, low, features)

    def _settle_failure(self, request: Any, failure: Failure, model: LoadedModel | None = None) -> None:
        """The one terminal signal of a request that failed; text written so far is kept. `model`: what was loaded,
        where it is not any more."""
        model = model or self._model
        if isinstance(request, protocol.messages.Load):
            self.load_failed.emit(failure)
        elif isinstance(request, protocol.messages.Generate):
            record, self._record = self._record or AnswerRecord(), None
            stopped = failure.kind == "cancelled"
            reason = StopReason.CANCELLED if stopped else StopReason.FAILED
            timing = Timing(
                load_s=model.load_s if model else None,
                prompt_tokens=record.prompt_tokens,
                generated_tokens=record.tokens,
                threads=None if _is_remote(model) else request.threads,
                counting=Counting.PIECES if _is_remote(model) else Counting.WORKER,
            )
            context = model.context if model else None
            said = None if stopped else failure
            self.answered.emit(record.answer(reason, timing, record.last_memory(), context, (), said))
        else:
            self.measure_failed.emit(failure)

    def _look_for_life(self) -> None:
        """Called every second while something runs: says so when the worker has gone silent, and ends it at last."""
        available = self._available()
        if available is not None:
            self._least_available = min(available, self._least_available or available)
        now = time.monotonic()
        silent_ms, stuck_ms = (now - self._last_sign) * 1000, (now - self._last_step) * 1000
        if silent_ms >= self._patience.silent_ms or stuck_ms >= self._patience.stuck_ms:
            self._set(self._status.state, self._status.phase, self._status.done, self._status.total, stuck_ms / 1000)
        if silent_ms >= self._patience.give_up_ms:
            self._gave_up = True
            self._end_worker()

    def _end_worker(self) -> None:
        if self._worker is not None:
            self._worker.kill()

    def _discard_worker(self) -> None:
        """Let go of a worker that has nothing to do; it leaves by itself or is killed."""
        worker, self._worker = self._worker, None
        self._model = None
        if worker is not None:
            worker.ended.connect(worker.deleteLater)
            worker.shut_down(self._patience.leave_ms)

    def _show_progress(self, phase: str, done: int, total: int) -> None:
        status = self._status
        if (phase, done, total, 0.0) != (status.phase, status.done, status.total, status.silent_s):
            self._set(status.state, phase, done, total)

    def _set(
        self,
        state: LaneState,
        phase: str = "",
        done: int = 0,
        total: int = 0,
        silent_s: float = 0.0,
        failure: Failure | None = None,
    ) -> None:
        self._status = LaneStatus(state, phase, done, total, silent_s, failure)
        self.status_changed.emit(self._status)

    def _take_id(self) -> int:
        self._next_id += 1
        return self._next_id


def _is_remote(model: LoadedModel | None) -> bool:
    return model is not None and model.path.startswith(SERVER_SCHEMES)


def _signature(path: str) -> tuple[int, int] | None:
    """Size and time of change of a file: a loaded model whose file changed is loaded again."""
    try:
        stat = Path(path).stat()
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns

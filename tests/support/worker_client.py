"""Talks to a real worker process over its wire, without Qt."""

from __future__ import annotations

import contextlib
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any

from weighin.confinement.rights import Rights
from weighin.core.runs.answer import MemoryReceipt, StopReason, Timing
from weighin.core.runs.chat import Message
from weighin.core.runs.options import LoadOptions, SamplingOptions
from weighin.protocol import wire
from weighin.protocol.messages import EVENTS, TERMINAL, Generate, Hello, Load, Loaded, Shutdown, Tokens, WasReasoning
from weighin.services.lanes.answer_record import AnswerRecord

# Of tests that ask about the engine, not about its walls.
ALL_FILES = Rights(read=("/",), write=(tempfile.gettempdir(), "/dev/shm"))


class WorkerClient:
    """One worker; `ask` sends a request and gathers its events up to the terminal one."""

    def __init__(
        self, *arguments: str, address_space: int | None = None, program: str = "weighin", rights: Rights | None = None
    ) -> None:
        """`address_space`: the most bytes the worker may map. `program`: the module that is run. `rights`: to read all
        files where None."""
        limit = None if address_space is None else lambda: resource.setrlimit(resource.RLIMIT_AS, (address_space,) * 2)
        self._process = subprocess.Popen(
            [sys.executable, "-m", program, "worker", *(arguments or ("llama",))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            preexec_fn=limit,
        )
        assert self._process.stdin
        self._process.stdin.write((rights or ALL_FILES).line())
        self._process.stdin.flush()
        self.hello: Hello = self.read()
        self._id = 0

    @property
    def pid(self) -> int:
        return self._process.pid

    def __enter__(self) -> WorkerClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def next_id(self) -> int:
        self._id += 1
        return self._id

    def send(self, request: Any) -> None:
        assert self._process.stdin
        self._process.stdin.write(wire.encode(request))
        self._process.stdin.flush()

    def read(self) -> Any:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise EOFError(f"the worker left with {self._process.wait()}")
        return wire.decode(line, EVENTS)

    def until_terminal(self) -> list[Any]:
        events = [self.read()]
        while not isinstance(events[-1], TERMINAL):
            events.append(self.read())
        return events

    def ask(self, request: Any) -> list[Any]:
        self.send(request)
        return self.until_terminal()

    def load(self, path: Path, threads: int = 1, **options: Any) -> Any:
        """The terminal event of a load."""
        return self.ask(Load(self.next_id(), str(path), LoadOptions(**options), threads))[-1]

    def loaded(self, path: Path, **options: Any) -> Loaded:
        event = self.load(path, **options)
        assert isinstance(event, Loaded), event
        return event

    def generate(self, text: str, raw: bool = False, system: str = "", **sampling: Any) -> list[Any]:
        """All events of one answer."""
        messages = (*((Message("system", system),) if system else ()), Message("user", text))
        return self.ask(Generate(self.next_id(), messages, SamplingOptions(**sampling), 1, raw))

    def close(self) -> int:
        """Shut the worker down; its exit status."""
        if self._process.poll() is None:
            with contextlib.suppress(BrokenPipeError):
                self.send(Shutdown(0))
        assert self._process.stdin and self._process.stdout
        self._process.stdout.read()
        status = self._process.wait(10)
        for stream in (self._process.stdin, self._process.stdout):
            stream.close()
        return status


def text_of(events: list[Any], kind: str = "answer") -> str:
    """The text of one kind in the events of an answer."""
    record = AnswerRecord()
    for event in events:
        if isinstance(event, Tokens):
            record.piece(event.text, event.count, event.kind)
        elif isinstance(event, WasReasoning):
            record.was_reasoning()
    answer = record.answer(StopReason.END, Timing(), MemoryReceipt(), None, ())
    return answer.text if kind == "answer" else answer.reasoning

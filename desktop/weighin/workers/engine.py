"""What a server needs of an engine, and what an engine may say while it works."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from weighin.core.answer import MemorySample
from weighin.core.comparison import EngineFacts
from weighin.protocol.messages import Bench, Generate, Load, Plan, Score, Survey, Tokenize

Emit = Callable[[Any], None]


class EngineError(Exception):
    """A request cannot be done: a stable `kind`, a sentence for the user, native lines as detail.

    `fatal`: the process is of no further use and leaves after saying so."""

    def __init__(self, kind: str, message: str, detail: str = "", fatal: bool = False) -> None:
        super().__init__(message)
        self.kind, self.message, self.detail, self.fatal = kind, message, detail, fatal


class Engine(Protocol):
    """One model at a time, one job at a time. Job methods return their terminal event or raise EngineError;
    `cancel` is called from another thread and only sets flags."""

    def facts(self) -> EngineFacts: ...
    def load(self, request: Load, emit: Emit) -> Any: ...
    def generate(self, request: Generate, emit: Emit) -> Any: ...
    def tokenize(self, request: Tokenize) -> Any: ...
    def bench(self, request: Bench, emit: Emit) -> Any: ...
    def plan(self, request: Plan) -> Any: ...
    def survey(self, request: Survey) -> Any: ...
    def score(self, request: Score, emit: Emit) -> Any: ...
    def cancel(self) -> None: ...
    def clear_cancel(self) -> None: ...
    def progress(self) -> tuple[str, int, int]: ...
    def sample_memory(self) -> MemorySample: ...

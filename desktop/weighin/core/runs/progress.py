"""What a lane says while it works, for those who watch it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from weighin.core.runs.answer import Failure, MemorySample


class LaneState(Enum):
    """EMPTY -> STARTING -> LOADING -> READY <-> BUSY -> STOPPING -> EMPTY or READY; FAILED from anywhere."""

    EMPTY = "empty"
    STARTING = "starting"
    LOADING = "loading"
    READY = "ready"
    BUSY = "busy"
    STOPPING = "stopping"
    FAILED = "failed"


@dataclass(frozen=True)
class LaneStatus:
    """State of a lane. `phase`: "", "loading", "reading" or "writing"; done of total in that phase (per cent when
    loading, tokens else). `silent_s`: seconds without a sign of life, 0 while all is well. `failure`: with FAILED."""

    state: LaneState
    phase: str = ""
    done: int = 0
    total: int = 0
    silent_s: float = 0.0
    failure: Failure | None = None


@dataclass(frozen=True)
class TextPiece:
    """New text of an answer; `kind` is "answer" or "reasoning", `count` the number of tokens in it."""

    text: str
    count: int
    kind: str


@dataclass(frozen=True)
class LivePoint:
    """One moment for the live chart: seconds since the request, tokens written so far, tokens/s over the last
    moments (None while not writing), memory of the worker."""

    seconds: float
    tokens: int
    tokens_per_s: float | None
    memory: MemorySample

"""What a lane says while it works, for those who watch it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from weighin.core import format
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
    moments (None while not writing), memory of the worker, seconds from the request to the first text as seen by the
    window (None before it)."""

    seconds: float
    tokens: int
    tokens_per_s: float | None
    memory: MemorySample
    first_text_s: float | None = None


def state_words(status: LaneStatus, tokens: int = 0) -> str:
    """One short phrase. `tokens`: written so far in this answer."""
    if status.state is LaneState.LOADING:
        return f"Loading {status.done} %"
    if status.state is LaneState.BUSY:
        return _busy_words(status, tokens)
    return {
        LaneState.EMPTY: "Not loaded",
        LaneState.STARTING: "Starting",
        LaneState.READY: "Ready",
        LaneState.STOPPING: "Stopping",
        LaneState.FAILED: "Failed",
    }[status.state]


def silence_words(status: LaneStatus) -> str:
    """What to say of a lane that gives no sign of life; nothing while all is well."""
    return f"not responding for {status.silent_s:.0f} s" if status.silent_s > 0 else ""


def _busy_words(status: LaneStatus, tokens: int) -> str:
    if status.phase == "reading":
        if status.total and status.done:
            return f"Reading {format.count(status.done)} of {format.plural(status.total, 'token')}"
        return f"Reading {format.plural(status.total, 'token')}" if status.total else "Reading"
    if status.phase == "writing":
        return f"Answering · {format.plural(max(tokens, status.done), 'token')}"
    return status.phase.capitalize() or "Working"

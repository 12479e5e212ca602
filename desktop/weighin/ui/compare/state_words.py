"""What a lane says about itself while it works."""

from __future__ import annotations

from weighin.core import format
from weighin.core.runs.progress import LaneState, LaneStatus

ACTIVE = frozenset({LaneState.STARTING, LaneState.LOADING, LaneState.BUSY, LaneState.STOPPING})


def state_words(status: LaneStatus, tokens: int) -> str:
    """One short phrase. `tokens`: written so far in this answer."""
    if status.state is LaneState.LOADING:
        return f"loading {status.done} %"
    if status.state is LaneState.BUSY:
        return _busy_words(status, tokens)
    return {
        LaneState.EMPTY: "loads when you press Run",
        LaneState.STARTING: "starting",
        LaneState.READY: "ready",
        LaneState.STOPPING: "stopping",
        LaneState.FAILED: "failed",
    }[status.state]


def silence_words(status: LaneStatus) -> str:
    """What to say of a lane that gives no sign of life; nothing while all is well."""
    return f"not responding for {status.silent_s:.0f} s" if status.silent_s > 0 else ""


def _busy_words(status: LaneStatus, tokens: int) -> str:
    if status.phase == "reading":
        if status.total and status.done:
            return f"reading {format.count(status.done)} of {format.plural(status.total, 'token')}"
        return f"reading {format.plural(status.total, 'token')}" if status.total else "reading"
    if status.phase == "writing":
        return f"writing · {format.plural(max(tokens, status.done), 'token')}"
    return status.phase or "working"

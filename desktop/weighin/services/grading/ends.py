"""What all processes that judge answers have in common."""

from __future__ import annotations

import signal

from weighin.confinement.rights import Rights
from weighin.services.processes.worker_process import WorkerEnd

# Nothing at all, nor more time or memory than they were given.
GRADER_RIGHTS = Rights(limits=False)


def how_ended(end: WorkerEnd) -> str:
    """In a word or two: "SIGKILL", "status 1"."""
    if not end.crashed:
        return f"status {end.code}"
    try:
        return signal.Signals(end.code).name
    except ValueError:
        return f"signal {end.code}"

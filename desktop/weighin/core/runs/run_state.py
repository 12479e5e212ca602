"""Where a long run is: an evaluation, or a measurement of fidelity."""

from __future__ import annotations

from enum import Enum


class RunState(str, Enum):
    """PREPARING: what is asked, and checksums; RUNNING; PAUSED; STOPPING. Then the state a record keeps: FINISHED (all
    done, or decided), STOPPED (by the user), FAILED (a lane could not go on), INTERRUPTED (the program ended)."""

    PREPARING = "preparing"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


STATES = {
    RunState.PREPARING: "Preparing",
    RunState.RUNNING: "Running",
    RunState.PAUSED: "Paused",
    RunState.STOPPING: "Stopping",
    RunState.FINISHED: "Finished",
    RunState.STOPPED: "Stopped",
    RunState.FAILED: "Failed",
    RunState.INTERRUPTED: "Interrupted",
}

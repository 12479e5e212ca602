"""What a worker asks of the operating system: die with the window, be the first to go when memory is short."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import tempfile
import time
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_IN_MEMORY = "/dev/shm"


def harden() -> None:
    """Best effort on each system: no core dumps of prompts, SIGKILL with the parent, preferred by the OOM killer."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        # Also reaches a worker that is stopped (SIGSTOP) and would never read the end of its input.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("500")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in a terminal reaches the whole group; the parent decides


def leave_folder() -> None:
    """Work in an empty folder, in memory and without a name: an engine looks for libraries in the current one, too."""
    try:
        empty = tempfile.mkdtemp(dir=_IN_MEMORY)
        os.chdir(empty)
        Path(empty).rmdir()
    except OSError:
        os.chdir(Path(__file__).parent)  # another system: there are no libraries either


def major_faults() -> int | None:
    """Pages this process had to read from disk so far; None where the system does not count them."""
    try:
        import resource
    except ImportError:
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_majflt


def suspended_seconds() -> float:
    """Time this computer has slept since it started, where it can be told; a growth spoils a timing."""
    if not hasattr(time, "CLOCK_BOOTTIME"):
        return 0.0
    return time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)

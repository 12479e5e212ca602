"""What a worker asks of the operating system while it works."""

from __future__ import annotations

import time


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

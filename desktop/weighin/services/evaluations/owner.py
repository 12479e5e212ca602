"""Which process works on something that is kept on disk: a number and a time of start, for numbers are used again."""

from __future__ import annotations

import psutil


def this_process() -> str:
    """The mark of this process."""
    process = psutil.Process()
    return f"{process.pid}:{round(process.create_time() * 100)}"


def is_another(owner: str) -> bool:
    """Whether `owner` is a process that lives and is not this one."""
    if not owner or owner == this_process():
        return False
    number, _, started = owner.partition(":")
    try:
        return abs(round(psutil.Process(int(number)).create_time() * 100) - int(started)) <= 1
    except (psutil.Error, ValueError):
        return False

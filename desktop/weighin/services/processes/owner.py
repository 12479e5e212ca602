"""Which process works on something that is kept on disk: a number and a time of start, for numbers are used again."""

from __future__ import annotations

import os

# Where the clock was set meanwhile a start moves a little; a number given to another process is far off.
_SAME_START_S = 60.0


def this_process() -> str:
    """The mark of this process: its number and its start in hundredths of a second."""
    import psutil  # seldom wanted: not before the first paint

    return f"{os.getpid()}:{round(psutil.Process().create_time() * 100)}"


def is_mark(owner: str) -> bool:
    """Whether `owner` has the shape of a mark."""
    number, _, started = owner.partition(":")
    return all(part.isascii() and part.isdigit() and len(part) < 16 for part in (number, started))


def is_this(owner: str) -> bool:
    """Whether `owner` is this very process."""
    return _number(owner) == os.getpid() and _lives_as(owner)


def is_another(owner: str) -> bool:
    """Whether `owner` is a process that lives and is not this one."""
    return _number(owner) not in (0, os.getpid()) and _lives_as(owner)


def is_at_work(owner: str) -> bool:
    """Whether the process that something is noted to belong to lives, this one or another."""
    return is_this(owner) or is_another(owner)


def lives(number: int, started: float) -> bool:
    """Whether the process with this number lives and is the one that began then (seconds since 1970)."""
    import psutil

    try:
        process = psutil.Process(number)
        # One that was killed may still be waiting for its parent to notice.
        return abs(process.create_time() - started) < _SAME_START_S and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.NoSuchProcess, ValueError, OverflowError):
        return False
    except psutil.Error:
        return True


def _number(owner: str) -> int:
    return int(owner.partition(":")[0]) if is_mark(owner) else 0


def _lives_as(owner: str) -> bool:
    return is_mark(owner) and lives(_number(owner), int(owner.partition(":")[2]) / 100)

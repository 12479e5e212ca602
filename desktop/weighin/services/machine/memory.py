"""Memory of this computer, or of the container this program runs in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from weighin.services.machine.sources import attempt, number_in, psutil, text_of

_CGROUP = Path("/sys/fs/cgroup")
_OWN = Path("/proc/self/cgroup")
# An unlimited group of version 1 says so with a number close to 2^63.
_UNLIMITED = 1 << 60


@dataclass(frozen=True)
class Limit:
    """What a container may use at most, and what of that is left, in bytes."""

    total: int
    left: int


def available_bytes() -> int | None:
    """Memory that can be had now without swapping."""
    free = attempt(lambda: int(psutil().virtual_memory().available))
    limit = container_limit()
    known = [n for n in (free, limit.left if limit else None) if n is not None]
    return min(known, default=None)


def total_bytes() -> int | None:
    """Memory this program can have at most: all of this computer's, or its container's; None where unknown."""
    limit = container_limit()
    known = [n for n in (ram_bytes(), limit.total if limit else None) if n is not None]
    return min(known, default=None)


def ram_bytes() -> int | None:
    """Memory this computer has in all."""
    return attempt(lambda: int(psutil().virtual_memory().total))


def swap_bytes() -> int | None:
    """Swap in all."""
    return attempt(lambda: int(psutil().swap_memory().total))


def container_limit(root: Path = _CGROUP, own: Path = _OWN) -> Limit | None:
    """The tightest limit of the control groups this process is in (versions 1 and 2); None without one.

    What the kernel keeps of files in memory counts as used in a group; it goes when memory is wanted, so it is left
    out here, as it is in the kernel's own MemAvailable."""
    limits = [limit for folder in _groups(root, text_of(own)) if (limit := _limit(folder)) is not None]
    return min(limits, key=lambda limit: limit.left, default=None)


def _groups(root: Path, own: str) -> list[Path]:
    """Folders of the groups this process is in and of all above them."""
    found = []
    for line in own.splitlines():
        _, controllers, path = [*line.split(":", 2), "", ""][:3]
        if controllers and "memory" not in controllers.split(","):
            continue
        for base in (root / "memory",) if controllers else (root, root / "unified"):
            # Inside a container the path may be the host's and lead nowhere: the limit then stands at the base.
            group = base / path.lstrip("/")
            found += [folder for folder in (group, *group.parents) if folder == base or base in folder.parents]
    return found


def _limit(folder: Path) -> Limit | None:
    for most, used, of_files in (
        ("memory.max", "memory.current", ("active_file", "inactive_file")),
        ("memory.limit_in_bytes", "memory.usage_in_bytes", ("total_active_file", "total_inactive_file")),
    ):
        total, usage = number_in(folder / most), number_in(folder / used)
        if total is not None and usage is not None and total < _UNLIMITED:
            fields = dict(line.split()[:2] for line in text_of(folder / "memory.stat").splitlines() if " " in line)
            kept = sum(int(fields[name]) for name in of_files if fields.get(name, "").isdigit())
            return Limit(total, max(0, total - max(0, usage - kept)))
    return None

"""The processor: its name, its cores, its last cache."""

from __future__ import annotations

import os
from pathlib import Path

from weighin.services.machine.sources import attempt, number_in, numbers_of_list, psutil, sysctl, text_of

_SYS = Path("/sys/devices")
_CPUINFO = Path("/proc/cpuinfo")
_UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def processor() -> str:
    """The name its maker gave it, as far as the system tells."""
    for line in text_of(_CPUINFO).splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    import platform  # not before the first paint

    return platform.processor() or platform.machine()


def physical_cores() -> int:
    """Cores this process may use, without hyper-threads."""
    physical = attempt(lambda: psutil().cpu_count(logical=False)) or os.cpu_count() or 1
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else physical
    return max(1, min(physical, allowed))


def logical_cores() -> int:
    """Cores with hyper-threads."""
    return os.cpu_count() or 1


def performance_cores(devices: Path = _SYS) -> int | None:
    """Physical cores that are faster than the others; None where all are alike or nobody knows.

    Linux: the logical processors of `cpu_core` on Intel's hybrids, else those with more than half of the largest
    `cpu_capacity` on ARM, each core counted once. macOS: performance level 0, the fastest."""
    if sysctl("hw.nperflevels") not in (None, 1):
        return sysctl("hw.perflevel0.physicalcpu")
    fast = attempt(lambda: numbers_of_list(text_of(devices / "cpu_core" / "cpus"))) or _most_capable(devices)
    if not fast:
        return None
    return len({text_of(_cpu(devices, n) / "topology" / "thread_siblings_list") or str(n) for n in fast})


def last_level_cache_bytes(devices: Path = _SYS) -> int | None:
    """All caches of the last level together (a processor may have several); None where the system does not tell."""
    if (size := sysctl("hw.l3cachesize") or sysctl("hw.l2cachesize")) is not None:
        return size
    caches: dict[str, int] = {}
    last = 0
    for place in sorted((devices / "system" / "cpu").glob("cpu[0-9]*/cache/index[0-9]*")):
        level, size = number_in(place / "level"), _size(text_of(place / "size"))
        if level is None or size is None or level < last or text_of(place / "type") == "Instruction":
            continue
        if level > last:
            last, caches = level, {}
        caches[text_of(place / "shared_cpu_list") or str(place)] = size
    return sum(caches.values()) or None


def _most_capable(devices: Path) -> set[int]:
    """Logical processors with more than half of the largest capacity; none where all are alike."""
    places = (devices / "system" / "cpu").glob("cpu[0-9]*")
    capacities = {int(p.name[3:]): c for p in places if (c := number_in(p / "cpu_capacity")) is not None}
    fast = {n for n, capacity in capacities.items() if 2 * capacity > max(capacities.values())}
    return set() if len(fast) == len(capacities) else fast


def _cpu(devices: Path, number: int) -> Path:
    return devices / "system" / "cpu" / f"cpu{number}"


def _size(text: str) -> int | None:
    """ "32768K" in bytes."""
    digits = text.rstrip("KMG")
    return int(digits) * _UNITS.get(text[-1], 1) if digits.isascii() and digits.isdigit() else None

"""What this computer is and what it has free now."""

from __future__ import annotations

import os
import platform
import shutil
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType


@dataclass(frozen=True)
class Hardware:
    """This computer; sizes in bytes, None where it does not tell. on_battery: None without a battery."""

    system: str
    processor: str
    physical_cores: int
    logical_cores: int
    ram_total_bytes: int
    ram_available_bytes: int
    swap_total_bytes: int
    disk_free_bytes: int | None
    on_battery: bool | None


def _psutil() -> ModuleType:
    """psutil, imported at its first use: the window's first paint does not need it."""
    import psutil

    return psutil


def physical_cores() -> int:
    """Cores this process may use, without hyper-threads."""
    physical = _psutil().cpu_count(logical=False) or os.cpu_count() or 1
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else physical
    return max(1, min(physical, allowed))


def available_bytes() -> int | None:
    """Memory that can be had now without swapping."""
    try:
        return _psutil().virtual_memory().available
    except (_psutil().Error, OSError):
        return None


def total_bytes() -> int | None:
    """Memory in all; None where the system does not tell."""
    try:
        return int(_psutil().virtual_memory().total)
    except (OSError, AttributeError):
        return None


def disk_free_bytes(folder: Path) -> int | None:
    """Free space where `folder` is or will be; None where that cannot be told."""
    for place in (folder, *folder.parents):
        try:
            return shutil.disk_usage(place).free
        except OSError:
            continue
    return None


def probe(disk: Path) -> Hardware:
    """Everything at once; `disk` is a folder on the disk that matters."""
    memory = _psutil().virtual_memory()
    try:
        free: int | None = shutil.disk_usage(disk).free
    except OSError:
        free = None
    return Hardware(
        system=f"{platform.system()} {platform.release()} ({platform.machine()}), Python {platform.python_version()}",
        processor=_processor(),
        physical_cores=physical_cores(),
        logical_cores=_psutil().cpu_count() or 1,
        ram_total_bytes=memory.total,
        ram_available_bytes=memory.available,
        swap_total_bytes=_psutil().swap_memory().total,
        disk_free_bytes=free,
        on_battery=_on_battery(),
    )


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _on_battery() -> bool | None:
    try:
        battery = _psutil().sensors_battery()
    except (AttributeError, OSError, _psutil().Error):
        return None
    return None if battery is None else not battery.power_plugged

"""What this computer is and what it has free now."""

from __future__ import annotations

import functools
import shutil
from pathlib import Path

from weighin.core.computer.hardware import Hardware, MachineFacts, machine_of
from weighin.services.machine.cpu import (
    last_level_cache_bytes,
    logical_cores,
    performance_cores,
    physical_cores,
    processor,
)
from weighin.services.machine.memory import available_bytes, container_limit, ram_bytes, swap_bytes, total_bytes
from weighin.services.machine.sources import attempt, psutil

__all__ = ["available_bytes", "disk_free_bytes", "physical_cores", "probe", "this_machine", "total_bytes"]


def disk_free_bytes(folder: Path) -> int | None:
    """Free space where `folder` is or will be; None where that cannot be told."""
    for place in (folder, *folder.parents):
        try:
            return shutil.disk_usage(place).free
        except OSError:
            continue
    return None


@functools.cache
def this_machine() -> MachineFacts:
    """What of this computer belongs to the numbers it gives. Takes up to some 100 ms, once."""
    return machine_of(probe(Path()))


def probe(disk: Path) -> Hardware:
    """Everything at once; `disk` is a folder on the disk that matters, there or not. Takes up to some 100 ms."""
    import platform  # not before the first paint

    from weighin.services.machine.gpus import gpus

    limit = container_limit()
    return Hardware(
        system=f"{platform.system()} {platform.release()} ({platform.machine()}), Python {platform.python_version()}",
        processor=processor(),
        physical_cores=physical_cores(),
        logical_cores=logical_cores(),
        ram_total_bytes=ram_bytes(),
        ram_available_bytes=available_bytes(),
        swap_total_bytes=swap_bytes(),
        disk_free_bytes=disk_free_bytes(disk),
        on_battery=_on_battery(),
        performance_cores=performance_cores(),
        last_level_cache_bytes=last_level_cache_bytes(),
        ram_limit_bytes=limit.total if limit else None,
        gpus=gpus(),
    )


def _on_battery() -> bool | None:
    battery = attempt(lambda: psutil().sensors_battery())
    return None if battery is None else not battery.power_plugged

"""What this computer is and what it has free: values, and how they are said in JSON."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Gpu:
    """One graphics processor; sizes in bytes."""

    name: str
    total_bytes: int
    free_bytes: int


@dataclass(frozen=True)
class Hardware:
    """This computer; sizes in bytes, None where it does not tell. on_battery: None without a battery.

    performance_cores: those physical cores that are faster than the others, None where all are alike.
    last_level_cache_bytes: all caches of the last level together. ram_limit_bytes: what the container this program runs
    in may use at most, None without one; ram_available_bytes is never more than is left of it."""

    system: str
    processor: str
    physical_cores: int
    logical_cores: int
    ram_total_bytes: int | None
    ram_available_bytes: int | None
    swap_total_bytes: int | None
    disk_free_bytes: int | None
    on_battery: bool | None
    performance_cores: int | None = None
    last_level_cache_bytes: int | None = None
    ram_limit_bytes: int | None = None
    gpus: tuple[Gpu, ...] = ()


def machine_json(hardware: Hardware, bandwidth: float | None) -> dict[str, Any]:
    """The "machine" of `weighin plan`. `bandwidth`: of reading memory as it was measured, bytes/s."""
    return {
        "ram_total_bytes": hardware.ram_total_bytes,
        "ram_available_bytes": hardware.ram_available_bytes,
        "cores": hardware.physical_cores,
        "gpus": [asdict(gpu) for gpu in hardware.gpus],
        "memory_bandwidth_bytes_per_s": bandwidth,
    }


@dataclass(frozen=True)
class MachineFacts:
    """The computer that gave the numbers, without its name or its user's; sizes in bytes."""

    processor: str
    system: str
    physical_cores: int
    ram_total_bytes: int | None = None
    gpus: tuple[str, ...] = ()

    def computes_like(self, other: MachineFacts) -> bool:
        """Whether numbers of both may stand side by side: the same processor, cores and GPUs; systems come and go."""
        mine, its = ((m.processor, m.physical_cores, m.gpus) for m in (self, other))
        return mine == its


def machine_of(hardware: Hardware) -> MachineFacts:
    """What of this computer may be handed on: no name of it or of its user."""
    return MachineFacts(
        hardware.processor,
        re.sub(r"-\S+", "", hardware.system),  # what follows the number of a kernel is its builder's business
        hardware.physical_cores,
        hardware.ram_total_bytes,
        tuple(gpu.name for gpu in hardware.gpus),
    )


# Of a record from elsewhere that does not say where it was made.
UNKNOWN_MACHINE = MachineFacts("", "", 0)

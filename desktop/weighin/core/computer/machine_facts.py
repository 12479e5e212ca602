"""What of a computer belongs to the numbers it gave."""

from __future__ import annotations

import re
from dataclasses import dataclass

from weighin.core.computer.hardware import Hardware


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

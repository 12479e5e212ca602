"""What of a computer belongs to the numbers it gave."""

from __future__ import annotations

from dataclasses import dataclass


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


# Of a record from elsewhere that does not say where it was made.
UNKNOWN_MACHINE = MachineFacts("", "", 0)

"""What an answer cost in electricity, where the computer counts it."""

from __future__ import annotations

from dataclasses import dataclass

PROCESSOR, MEMORY, GPUS = "processor", "memory", "GPUs"


@dataclass(frozen=True)
class Energy:
    """Joules between request and end of an answer. source: who counted what, for example "RAPL: processor, memory".

    What is counted is the whole part with everything that ran on it, idle current included, not one process."""

    joules: float
    source: str


@dataclass(frozen=True)
class EnergyReading:
    """A counter at one moment. part: one of PROCESSOR, MEMORY, GPUS; by: whose counter ("RAPL", "NVML"). wraps_at:
    value at which the counter begins again from 0, None where it never does."""

    name: str
    by: str
    part: str
    joules: float
    wraps_at: float | None = None


# What draws more than this is not on a desk: a counter that could have wrapped twice is not believed. Those of memory
# are four times shorter, so the same figure for both would silence them after three minutes.
_MOST_WATTS = {PROCESSOR: 400.0, MEMORY: 100.0}


def spent(before: tuple[EnergyReading, ...], after: tuple[EnergyReading, ...], seconds: float) -> Energy | None:
    """What was used in the `seconds` between two sets of readings; None where no counter told anything, one may have
    gone round more than once, or one told only at one of the two moments: a sum without it would be too small."""
    then = {reading.name: reading for reading in before}
    if then.keys() != {now.name for now in after}:
        return None
    pairs = [(then[now.name], now) for now in after]
    total = 0.0
    for old, now in pairs:
        used = now.joules - old.joules
        if now.wraps_at is not None:
            if seconds * _MOST_WATTS.get(now.part, 0.0) > now.wraps_at:
                return None
            used %= now.wraps_at
        if used < 0:
            return None
        total += used
    # A counter that stands still tells nothing: virtual machines show such ones.
    return Energy(total, _source(pairs)) if total > 0 else None


def _source(pairs: list[tuple[EnergyReading, EnergyReading]]) -> str:
    said: dict[str, list[str]] = {}
    for _, now in pairs:
        parts = said.setdefault(now.by, [])
        if now.part not in parts:
            parts.append(now.part)
    return "; ".join(f"{by}: {', '.join(parts)}" for by, parts in said.items())

"""Counters of energy: RAPL through Linux's powercap, NVML for NVIDIA's GPUs. None elsewhere.

Where they lie: Documentation/power/powercap/powercap.rst of Linux; NVML API Reference,
nvmlDeviceGetTotalEnergyConsumption."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from weighin.core.runs.energy import GPUS, MEMORY, PROCESSOR, Energy, EnergyReading, spent
from weighin.services.machine.sources import number_in, text_of

if TYPE_CHECKING:
    from weighin.services.machine.gpus import GpuCounters

_POWERCAP = Path("/sys/class/powercap")
# Counters are renewed about every millisecond; what is shorter than this would be mostly their step.
_SHORTEST_S = 0.05


@dataclass(frozen=True)
class _Begin:
    seconds: float
    readings: tuple[EnergyReading, ...]
    with_gpus: bool


class EnergyMeter:
    """`begin` before an answer, `end` after it."""

    def __init__(
        self,
        powercap: Path = _POWERCAP,
        gpus: GpuCounters | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._powercap, self._gpus, self._clock = powercap, gpus, clock

    def begin(self, with_gpus: bool) -> _Begin:
        """The counters now; those of the GPUs where the model may use them."""
        readings = rapl_readings(self._powercap)
        if with_gpus:
            readings += tuple(EnergyReading(f"gpu{n}", "NVML", GPUS, v / 1e3) for n, v in enumerate(self._counters()))
        return _Begin(self._clock(), readings, with_gpus)

    def _counters(self) -> tuple[int, ...]:
        """Millijoules of each GPU so far; the driver's library is looked for when a model may use one."""
        if self._gpus is None:
            from weighin.services.machine.gpus import GpuCounters

            self._gpus = GpuCounters()
        return self._gpus.millijoules()

    def end(self, begin: _Begin, on_gpu: bool) -> Energy | None:
        """What was used since. on_gpu: whether the model did lie on a GPU, without whose counter the sum is none."""
        now = self.begin(begin.with_gpus)
        seconds = now.seconds - begin.seconds
        counted = any(reading.part == GPUS for reading in begin.readings)
        if seconds < _SHORTEST_S or (on_gpu and not counted):
            return None
        before, after = (
            tuple(reading for reading in each.readings if on_gpu or reading.part != GPUS) for each in (begin, now)
        )
        return spent(before, after, seconds)


def rapl_readings(folder: Path) -> tuple[EnergyReading, ...]:
    """Of every processor package and of its memory; () where there are none or some may not be read (since 2020 Linux
    shows them to root only): a sum without one of them would be too small."""
    found = []
    for zone in sorted(folder.glob("intel-rapl:*")):
        part = {"package": PROCESSOR, "dram": MEMORY}.get(text_of(zone / "name").split("-")[0])
        microjoules = number_in(zone / "energy_uj")
        if part is None:
            continue
        if microjoules is None:
            return ()
        most = number_in(zone / "max_energy_range_uj")
        found.append(EnergyReading(zone.name, "RAPL", part, microjoules / 1e6, most / 1e6 if most else None))
    return tuple(found)

"""What else happened on the computer while a model answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# What other programs may do and still disturb nothing: a quarter of a core, which a desktop at rest stays below while
# it draws the window, or a tenth of the cores the models use, which costs no more than two medians may differ by. Idle
# cores excuse nobody: memory, cache and clock are shared.
_TOLERATED_CORES, _TOLERATED_SHARE = 0.25, 0.1


@dataclass(frozen=True)
class Conditions:
    """During one answer; None where the system does not tell.

    on_battery: at its end. power_changed: plugged in or out meanwhile. throttled: the processor was slowed down because
    it was too hot. suspended: the computer slept. other_cores: how many cores other programs kept busy on average;
    used_cores: how many the model used (both of them, together), None where it did not run on this computer;
    spare_cores: how many it left to others."""

    on_battery: bool | None = None
    power_changed: bool = False
    throttled: bool | None = None
    suspended: bool | None = False
    other_cores: float | None = None
    spare_cores: float = 0.0
    used_cores: float | None = None

    @property
    def disturbances(self) -> tuple[str, ...]:
        """What spoils a measurement, in words; empty where nothing did."""
        return disturbances((self,))

    @property
    def is_crowded(self) -> bool:
        """Whether other programs were busier than a measurement bears."""
        tolerated = max(_TOLERATED_CORES, _TOLERATED_SHARE * (self.used_cores or 0))
        return self.other_cores is not None and self.other_cores > tolerated

    @property
    def words(self) -> str:
        """All that is known, in words; "" where nothing is."""
        parts = list(self.disturbances)
        if self.on_battery is not None:
            parts.append("on battery" if self.on_battery else "on AC power")
        if self.other_cores is not None and not any("other programs" in part for part in parts):
            parts.append(f"background load {self.other_cores:.1f} cores")
        return ", ".join(parts)


def disturbances(found: Iterable[Conditions]) -> tuple[str, ...]:
    """What spoiled these measurements, in words, each reason once; empty where nothing did."""
    known = tuple(found)
    reasons = [
        words
        for words, happened in (
            ("the computer slept", any(one.suspended for one in known)),
            ("power was plugged in or out", any(one.power_changed for one in known)),
            ("the processor was throttled", any(one.throttled for one in known)),
        )
        if happened
    ]
    busy = [one.other_cores for one in known if one.is_crowded and one.other_cores is not None]
    if busy:
        low, high = f"{min(busy):.1f}", f"{max(busy):.1f}"
        reasons.append(f"other programs used {low if low == high else f'{low} to {high}'} cores")
    return tuple(reasons)

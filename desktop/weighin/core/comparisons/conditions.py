"""What else happened on the computer while a model answered."""

from __future__ import annotations

from dataclasses import dataclass

# Cores that other programs may keep busy without taking anything from the model, as long as it leaves that many idle.
_TOLERATED_CORES = 0.5


@dataclass(frozen=True)
class Conditions:
    """During one answer; None where the system does not tell.

    on_battery: at its end. power_changed: plugged in or out meanwhile. throttled: the processor was slowed down because
    it was too hot. suspended: the computer slept. other_cores: how many cores other programs kept busy on average;
    spare_cores: how many the model (both of them, together) left to them."""

    on_battery: bool | None = None
    power_changed: bool = False
    throttled: bool | None = None
    suspended: bool = False
    other_cores: float | None = None
    spare_cores: float = 0.0

    @property
    def disturbances(self) -> tuple[str, ...]:
        """What spoils a measurement, in words; empty where nothing did."""
        found = []
        if self.suspended:
            found.append("the computer slept")
        if self.power_changed:
            found.append("plugged in or out meanwhile")
        if self.throttled:
            found.append("the processor was throttled")
        if self.other_cores is not None and self.other_cores > max(_TOLERATED_CORES, self.spare_cores / 2):
            found.append(f"other programs kept {self.other_cores:.1f} cores busy")
        return tuple(found)

    @property
    def words(self) -> str:
        """All that is known, in words; "" where nothing is."""
        parts = list(self.disturbances)
        if self.on_battery is not None:
            parts.append("on battery" if self.on_battery else "on mains")
        if self.other_cores is not None and not any("other programs" in part for part in parts):
            parts.append("no other load to speak of")
        return ", ".join(parts)

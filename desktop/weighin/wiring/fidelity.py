"""Measurements of fidelity as the program really makes them; imported when they are first wanted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from weighin.paths import Profile
from weighin.services.fidelity.fidelity_history import FidelityHistory
from weighin.services.fidelity.fidelity_runner import FidelityRunner
from weighin.services.fidelity.fidelity_start import FidelityContext
from weighin.services.fidelity.reading_lane import ReadingLane
from weighin.services.fidelity.reading_planner import ReadingPlanner
from weighin.services.machine.hardware import available_bytes, physical_cores
from weighin.wiring.lanes import new_worker
from weighin.wiring.models import ModelServices


@dataclass(frozen=True)
class FidelityServices:
    """Everything about fidelity."""

    kept: FidelityHistory
    runner: FidelityRunner

    def close(self) -> None:
        """End what runs, then finish what is being written."""
        self.runner.close()
        self.kept.close()


def new_fidelity_services(
    profile: Profile, resources: Path, models: ModelServices, reason_to_wait: Callable[[], str]
) -> FidelityServices:
    """The kept measurements and a runner, which asks `models` for checksums. reason_to_wait: why nothing may begin now,
    "" where it may."""
    kept = FidelityHistory(models.records)
    around = FidelityContext(
        kept, models.digests, ReadingPlanner(new_worker), resources, profile.rows, physical_cores, available_bytes,
        reason_to_wait,
    )  # fmt: skip
    runner = FidelityRunner(lambda label: ReadingLane(label, new_worker, available_bytes=available_bytes), around)
    return FidelityServices(kept, runner)

"""The services behind a measured window: fakes, but the real gate through which every comparison comes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests.ui.fakes import FakeLibrary, FakeModels, FakeSettings, FakeVotes
from tests.ui.workstation_fakes import new_station
from weighin.services.comparisons.blind_round import BlindRound
from weighin.services.run_defaults import KeptRunDefaults


def window_parts(runner: Any, library: FakeLibrary) -> SimpleNamespace:
    """What a window on the runner (real or fake) asks for beside it; the pages not shown are never made."""
    models = FakeModels()
    return SimpleNamespace(
        models=models,
        blind=BlindRound(runner, lambda: False),
        votes=FakeVotes(),
        run_defaults=KeptRunDefaults(FakeSettings()),  # type: ignore[arg-type]
        workstation=new_station(library, models).workstation,
    )

"""What is expected of models follows what was measured."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot
from tests.ui.fakes import OTHER

from weighin.core.plans.plan import MemoryPlan
from weighin.core.runs.options import LoadOptions
from weighin.paths import Profile, resources
from weighin.services.comparisons.blind_round import BlindRound
from weighin.services.models.library import Library
from weighin.services.records import Records
from weighin.services.settings import Settings
from weighin.wiring.lanes import new_runner
from weighin.wiring.models import new_model_services
from weighin.wiring.plans import new_plan_services


def test_a_measurement_changes_what_is_expected(qtbot: QtBot, tmp_path: Path, records: Records) -> None:
    """Seen: after a speed test the head of a lane went on without the speed until something else changed."""
    profile = Profile.locate(str(tmp_path))
    settings = Settings(profile.settings)
    models = new_model_services(profile, records, settings)
    runner = new_runner()
    library = Library(resources(), settings, models.shelf)
    plans = new_plan_services(records, settings, library, models, runner, BlindRound(runner))
    with qtbot.waitSignal(plans.outlook.changed):
        plans.ledger.promise(OTHER, LoadOptions(), MemoryPlan(4096, 10, 10, 1, 0, 1, 1, 1, 14), None, 2)
    plans.close()
    runner.close()
    models.close()

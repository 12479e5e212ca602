"""What is expected of models follows what was measured."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from pytestqt.qtbot import QtBot
from tests.ui.fakes import OTHER

from weighin.core.plans.plan import MemoryPlan
from weighin.core.runs.options import LoadOptions
from weighin.paths import Profile
from weighin.wiring.services import Services


def test_a_measurement_changes_what_is_expected(qtbot: QtBot, tmp_path: Path) -> None:
    """Seen: after a speed test the head of a lane went on without the speed until something else changed."""
    with closing(Services(Profile.locate(str(tmp_path)))) as services:
        plans = services.plans
        with qtbot.waitSignal(plans.outlook.changed):
            plans.ledger.promise(OTHER, LoadOptions(), MemoryPlan(4096, 10, 10, 1, 0, 1, 1, 1, 14), None, 2)

"""What is said of each lane's model before it runs."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QObject, Qt, Signal

from tests.ui.conftest import Kit
from tests.ui.fakes import DENSE, MOE, answer, by_hand
from weighin.core.models.model import ModelFacts
from weighin.core.plans.plan import FitVerdict, MemoryPlan, SpeedForecast, SpeedMethod, VerdictKind
from weighin.core.runs.answer import MemoryReceipt
from weighin.core.runs.options import LoadOptions
from weighin.services.plans.outlook import Expectation
from weighin.ui.lane.lane_outlooks import LaneOutlooks
from weighin.ui.pickers.lane_header import ModelPopover

PLAN = MemoryPlan(4096, 4_000_000_000, 4_000_000_000, 500_000_000, 0, 30_000_000, 600_000, 60_000_000, 4_700_000_000)
RUNS = FitVerdict(VerdictKind.RUNS, "Needs 4.6 GB at 4k context; 8.0 GB free now. Runs.", 32_768)
TIGHT = FitVerdict(VerdictKind.TIGHT, "Needs 4.6 GB at 4k context; 4.7 GB free now. Tight.", 4096)
NOT = FitVerdict(VerdictKind.NO, "Needs 4.6 GB at 4k context; 1.0 GB free now. It would run elsewhere.")
SPEED = SpeedForecast(12.3, 10.8, 13.8, 140.0, SpeedMethod.SLICE)


class FakeOutlook(QObject):
    """Expects what a test puts there."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.expected: dict[str, Expectation] = {}
        self.asked: list[tuple[str, LoadOptions]] = []
        self.extra: dict[str, int] = {}
        self.told: list[str] = []

    def ask(self, model: ModelFacts, load: LoadOptions) -> None:
        self.asked.append((model.path, load))

    def of(self, model: ModelFacts, load: LoadOptions, extra_bytes: int = 0) -> Expectation | None:
        self.extra[model.path] = extra_bytes
        return self.expected.get(model.path)

    def begin(self) -> None:
        self.told.append("begin")

    def end(self) -> None:
        self.told.append("end")

    @by_hand
    def expect(self, model: ModelFacts, verdict: FitVerdict, forecast: SpeedForecast | None = None) -> None:
        self.expected[model.path] = Expectation(PLAN, verdict, forecast)
        self.changed.emit()


@pytest.fixture
def outlook(kit: Kit) -> FakeOutlook:
    made = FakeOutlook()
    made.lanes = LaneOutlooks(made, kit.runner, kit.page, kit.window)  # type: ignore[arg-type, attr-defined]
    return made


def headers(kit: Kit) -> list[Any]:
    return [pane.header for pane in kit.page.panes]


def test_nothing_is_said_before_anything_is_known(kit: Kit, outlook: FakeOutlook) -> None:
    assert [h.outlook for h in headers(kit)] == ["", ""]


def test_both_models_are_planned_soon_after_the_start(kit: Kit, outlook: FakeOutlook, qtbot: Any) -> None:
    qtbot.waitUntil(lambda: len(outlook.asked) == 2)
    assert {path for path, _ in outlook.asked} == {DENSE.path, MOE.path}


def test_whether_it_fits_stands_beside_the_model_in_a_word(kit: Kit, outlook: FakeOutlook) -> None:
    outlook.expect(DENSE, RUNS, SPEED)
    outlook.expect(MOE, NOT)
    a, b = headers(kit)
    assert (a.outlook, b.outlook) == ("fits", "does not fit")
    assert (a._fit.property("tone"), b._fit.property("tone")) == ("good", "red")
    for tip in (a.outlook_tip, a._fit.toolTip()):
        assert RUNS.sentence in tip and "KV cache 500 MB" in tip and "10.8 to 13.8" in tip
    assert NOT.sentence in b.outlook_tip
    outlook.expect(MOE, TIGHT)
    assert (b.outlook, b._fit.property("tone")) == ("tight", "amber")


def test_everything_else_of_a_model_is_behind_a_button(kit: Kit, outlook: FakeOutlook, qtbot: Any) -> None:
    outlook.expect(DENSE, RUNS, SPEED)
    a, _ = headers(kit)
    a._more.click()
    (popover,) = a.findChildren(ModelPopover)
    qtbot.waitUntil(popover.isVisible)
    rows = dict(popover.rows)
    assert rows["File"] == DENSE.path and RUNS.sentence in rows["Memory here"]
    assert "Chat template: " in popover.accessibleDescription()
    room = popover.screen().availableGeometry()
    assert room.contains(popover.geometry())
    qtbot.keyClick(popover, Qt.Key.Key_Escape)
    assert not popover.isVisible()


def test_another_model_or_other_options_are_asked_for_again(kit: Kit, outlook: FakeOutlook, qtbot: Any) -> None:
    qtbot.waitUntil(lambda: len(outlook.asked) == 2)
    headers(kit)[0].picker.choose(MOE)
    qtbot.waitUntil(lambda: len(outlook.asked) == 4)
    assert outlook.asked[2][0] == MOE.path
    kit.page.drawer.form("A").field("context").set_text("8192")
    qtbot.waitUntil(lambda: len(outlook.asked) == 6)
    assert outlook.asked[4][1].context == 8192


def test_memory_of_the_other_lane_is_not_counted_as_free(kit: Kit, outlook: FakeOutlook) -> None:
    class Held:
        memory = MemoryReceipt(own_bytes=100, model_file_bytes=7000)

    kit.runner.lanes[1].model = Held()
    outlook.expect(DENSE, RUNS)
    assert outlook.extra[DENSE.path] == -7000
    assert outlook.extra[MOE.path] == 100


def test_nothing_is_to_be_planned_while_models_run(kit: Kit, outlook: FakeOutlook) -> None:
    kit.start()
    assert outlook.told == ["begin"]
    kit.runner.finish(answer(), answer())
    assert outlook.told == ["begin", "end"]

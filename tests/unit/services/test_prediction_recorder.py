"""What goes into the ledger when a comparison begins."""

from __future__ import annotations

from dataclasses import replace

from tests.ui.fakes import OTHER
from tests.ui.workstation_fakes import FakeForecaster, FakeLedger, FakePlanner

from weighin.core.comparisons.comparison import ComparisonRequest
from weighin.core.plans.plan import SpeedForecast, SpeedMethod
from weighin.core.runs.answer import Failure
from weighin.core.runs.chat import Prompt
from weighin.core.runs.lane import LaneSetup, Mode
from weighin.core.runs.options import LoadOptions
from weighin.wiring.plans import PredictionRecorder

SMALL = replace(OTHER, path="/m/small.gguf", context_length=2048)


def test_every_planned_model_is_promised_at_the_context_it_will_have() -> None:
    planner, forecaster, ledger = FakePlanner(), FakeForecaster(), FakeLedger()
    planner.give(OTHER, 18_000_000_000)
    planner.give(SMALL, 5_000_000_000)
    slice_ = forecaster.forecasts[SMALL.path] = SpeedForecast(1.0, 0.5, 2.0, None, SpeedMethod.SLICE)
    load = LoadOptions(context=8192)
    request = ComparisonRequest(Prompt("x"), Mode.ALONE, (LaneSetup(OTHER, load), LaneSetup(SMALL, load)))
    PredictionRecorder(planner, forecaster, ledger).begin(request)
    (one, other) = ledger.promised
    assert one[:2] == (OTHER, load)
    assert [promised[2].context for promised in (one, other)] == [8192, 2048]
    assert [promised[3] for promised in (one, other)] == [None, slice_]


def test_what_was_not_planned_or_cannot_run_is_not_promised() -> None:
    planner, ledger = FakePlanner(), FakeLedger()
    planner.give(SMALL, 5, "This engine build does not know `xyz`.")
    planner.give(OTHER, 5)
    broken = LaneSetup(OTHER, refusal=Failure("changed", "It changed."))
    unplanned = LaneSetup(replace(OTHER, path="/m/new.gguf"))
    for lanes in ((broken, unplanned), (LaneSetup(SMALL), unplanned)):
        PredictionRecorder(planner, FakeForecaster(), ledger).begin(
            ComparisonRequest(Prompt("x"), Mode.TOGETHER, lanes)
        )
    assert ledger.promised == []

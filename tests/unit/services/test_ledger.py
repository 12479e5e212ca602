"""The ledger finds earlier runs and corrections without going through everything again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.ui.fakes import OTHER

from weighin.core.models.model import ModelFacts
from weighin.core.plans.plan import MemoryPlan
from weighin.core.plans.prediction import Measured, Prediction
from weighin.core.runs.options import LoadOptions
from weighin.services.plans import ledger as module
from weighin.services.plans.ledger import Ledger
from weighin.services.records import Records

PLAN = MemoryPlan(4096, 10, 10, 1, 0, 1, 1, 1, 14)
LOAD = LoadOptions()


def run(number: int, model: ModelFacts = OTHER, rate: float = 10.0) -> Prediction:
    created = f"2026-01-01T00:00:00.{number:06d}+00:00"
    return Prediction(f"p{number}", created, model, LOAD, PLAN, None, 2, Measured(10, rate, None, is_measured=True))


@pytest.fixture
def ledger(records: Records) -> Ledger:
    return Ledger(records)


def test_a_long_ledger_is_gone_through_once_for_many_models(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger._predictions = {p.id: p for p in (run(n) for n in range(500))}
    asked: list[ModelFacts] = []
    shape, active = module._shape, module.active_bytes
    monkeypatch.setattr(module, "_shape", lambda model: (asked.append(model), shape(model))[1])
    monkeypatch.setattr(module, "active_bytes", lambda model: (asked.append(model), active(model))[1])
    for _ in range(100):
        assert ledger.earlier_runs(OTHER, LOAD, 2) is not None
        ledger.correction("MoE", 40e9)
    assert len(asked) <= 500 + 100 + 500


def test_what_is_no_measurement_is_no_history(ledger: Ledger) -> None:
    """Short or disturbed, or from a version that did not tell."""
    busy = run(1, rate=2.0)
    assert busy.measured is not None
    ledger._keep(replace(busy, measured=replace(busy.measured, disturbed=True, is_measured=False)))
    assert ledger.earlier_runs(OTHER, LOAD, 2) is None
    assert ledger.correction("MoE", 40e9) == 1.0
    ledger._keep(run(0, rate=10.0))
    clean = ledger.earlier_runs(OTHER, LOAD, 2)
    assert clean is not None
    assert (clean.generation_tokens_per_s, clean.disturbances) == (10.0, ())


def test_what_was_run_since_counts(ledger: Ledger) -> None:
    ledger._keep(run(1, rate=10.0))
    first = ledger.earlier_runs(OTHER, LOAD, 2)
    before = ledger.correction("MoE", 40e9)
    ledger._keep(run(2, rate=30.0))
    second = ledger.earlier_runs(OTHER, LOAD, 2)
    assert first is not None and second is not None
    assert (first.generation_tokens_per_s, second.generation_tokens_per_s) == (10.0, 20.0)
    assert ledger.correction("MoE", 40e9) == pytest.approx(2 * before)
    assert [p.id for p in ledger.predictions()] == ["p2", "p1"]
    assert ledger.earlier_runs(replace(OTHER, layers=7), LOAD, 2) is None
    assert ledger.earlier_runs(OTHER, replace(LOAD, kv_type="q8_0"), 2) is None

"""Expectations of models, the promises they become, and the memory a runner refuses by."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.bench.shapes import Shape, write_shape
from tests.support.lanes import Runs, fake_lane, fake_model, request

from weighin.core.models.header_facts import model_facts
from weighin.core.plans.plan import MemoryPlan, PlanMethod, VerdictKind
from weighin.core.plans.verdict import Budget
from weighin.core.runs.answer import StopReason
from weighin.core.runs.options import LoadOptions
from weighin.protocol.messages import Planned
from weighin.services.comparisons.comparison_runner import ComparisonRunner
from weighin.services.plans.forecaster import Forecaster
from weighin.services.plans.ledger import Ledger
from weighin.services.plans.outlook import Outlook
from weighin.services.plans.planner import Planner, _line
from weighin.services.processes.worker_process import WorkerProcess, worker_command
from weighin.services.records import Records
from weighin.wiring.plans import PredictionRecorder

ONE, TWO = fake_model("One"), fake_model("Two")
LOAD = LoadOptions()


class Kit:
    """An outlook on scripted workers."""

    def __init__(self, qtbot: Any, records: Records, available: int = 10**9, **script: Any) -> None:
        def worker(parent: Any) -> WorkerProcess:
            return WorkerProcess(worker_command("fake", json.dumps(script)), parent)

        self.qtbot = qtbot
        self.ledger = Ledger(records)
        self.planner = Planner(worker)
        self.forecaster = Forecaster(worker, self.ledger, lambda: None, lambda _: 1)
        self.available = available
        self.outlook = Outlook(self.planner, self.forecaster, lambda: Budget(self.available, 10**10))

    def planned(self, *models: Any) -> None:
        for model in models:
            self.outlook.ask(model, LOAD)
        self.qtbot.waitUntil(lambda: all(self.planner.known(m, LOAD) for m in models), timeout=30_000)

    def close(self) -> None:
        self.planner.close()
        self.forecaster.close()


def test_an_expectation_follows_the_plan_and_the_memory_there_is(qtbot: Any, records: Records) -> None:
    kit = Kit(qtbot, records)
    assert kit.outlook.of(ONE, LOAD) is None
    with qtbot.waitSignal(kit.outlook.changed, timeout=30_000):
        kit.outlook.ask(ONE, LOAD)
    expected = kit.outlook.of(ONE, LOAD)
    assert expected is not None
    assert expected.verdict.kind is VerdictKind.RUNS
    assert expected.plan.context == 4096
    worse = kit.outlook.of(ONE, LOAD, extra_bytes=-999_999_999)
    assert worse is not None
    assert worse.verdict.kind is VerdictKind.NO
    kit.close()


def test_a_model_this_engine_cannot_run_is_refused_in_its_words(qtbot: Any, records: Records, tmp_path: Path) -> None:
    kit = Kit(qtbot, records, fail_plan={"kind": "architecture", "message": "It does not know it."})
    path = tmp_path / "real.gguf"
    from tests.support.gguf_files import make_model

    from weighin.core.models.header_facts import model_facts

    model = model_facts(make_model(path))
    kit.planned(model)
    expected = kit.outlook.of(model, LOAD)
    assert expected is not None
    assert (expected.verdict.kind, expected.verdict.sentence) == (VerdictKind.NO, "It does not know it.")
    kit.close()


def test_what_was_said_is_a_promise_when_the_models_begin_and_settled_when_they_end(
    qtbot: Any, records: Records
) -> None:
    kit = Kit(qtbot, records)
    kit.planned(ONE)
    runs = Runs(qtbot, fake_lane("A", tokens=20, tokens_per_s=200), fake_lane("B", tokens=20))
    promises = PredictionRecorder(kit.planner, kit.forecaster, kit.ledger)  # type: ignore[arg-type]
    runs.runner.started.connect(promises.begin)
    runs.runner.finished.connect(kit.ledger.settle)
    runs.run(request())
    (kept,) = kit.ledger.predictions()
    assert kept.model == ONE, "of the other model nothing was said"
    assert kept.measured is not None
    assert kept.measured.memory_bytes
    runs.close()
    kit.close()


def test_nothing_is_planned_while_models_run(qtbot: Any, records: Records) -> None:
    kit = Kit(qtbot, records)
    kit.outlook.begin()
    kit.outlook.ask(ONE, LOAD)
    assert kit.planner.known(ONE, LOAD) is None
    kit.outlook.end()
    qtbot.waitUntil(lambda: kit.planner.known(ONE, LOAD) is not None, timeout=30_000)
    kit.close()


def test_a_runner_refuses_by_the_plan(qtbot: Any, records: Records) -> None:
    kit = Kit(qtbot, records)
    kit.planned(ONE, TWO)
    needed = kit.planner.needed_bytes(ONE, LOAD)
    assert needed is not None
    lanes = (fake_lane("A"), fake_lane("B"))
    runs = Runs(qtbot, *lanes)
    runs.runner = ComparisonRunner(lanes, lambda: 2, lambda: needed - 1, None, kit.planner.needed_bytes)
    runs.runner.finished.connect(runs.finished.append)
    refused = runs.run(request())
    assert [r.answer.stop_reason for r in refused.results] == [StopReason.FAILED] * 2
    assert [r.answer.failure.kind for r in refused.results if r.answer.failure] == ["memory"] * 2
    runs.close()
    kit.close()


def test_whoever_asks_for_a_plan_while_models_run_gets_it_afterwards(qtbot: Any, records: Records) -> None:
    kit = Kit(qtbot, records)
    kit.outlook.begin()
    plans: list[object] = []
    kit.planner.plan(ONE, LOAD, plans.append)
    assert kit.planner._running is None
    kit.outlook.end()
    qtbot.waitUntil(lambda: len(plans) == 1, timeout=30_000)
    kit.close()


def test_another_commit_of_a_model_at_the_hub_is_planned_again(qtbot: Any, records: Records) -> None:
    kit = Kit(qtbot, records)
    old, new = (replace(ONE, path="hub:o/r/x.gguf", sha256=digit * 64) for digit in "ab")
    kit.planned(old)
    assert kit.planner.known(old, LOAD) is not None
    assert kit.planner.known(new, LOAD) is None
    kit.close()


def test_a_stand_in_without_a_hole_is_calculated_and_not_taken_for_a_broken_model(
    qtbot: Any, records: Records, tmp_path: Path
) -> None:
    kit = Kit(qtbot, records)
    whole = write_shape(tmp_path / "whole.gguf", Shape("qwen3", 2, 64, 2, 1, 32, 128, 512))
    facts = replace(model_facts(whole), path="hub:o/r/whole.gguf", file_bytes=whole.stat().st_size + 1)
    plans: list[Any] = []
    kit.planner.plan(facts, LOAD, plans.append, stand_in=str(whole))
    qtbot.waitUntil(lambda: len(plans) == 1, timeout=30_000)
    assert plans[0].refusal == ""
    assert plans[0].line.upper.method is PlanMethod.FORMULA
    assert "does not support sparse files" in plans[0].line.upper.notices[0]
    kit.close()


def test_where_formula_and_engine_differ_it_is_said_by_how_much() -> None:
    engine = MemoryPlan(4096, 1000, 1000, 200 << 20, 0, 0, 0, 0, 0)
    near, far = (replace(engine, kv_bytes=kv << 20) for kv in (210, 300))
    assert _line(Planned(1, (engine,), (near,))).upper.notices == ()
    (notice,) = _line(Planned(1, (engine,), (far,))).upper.notices
    assert notice == "The formula says 105 MB more; the engine's plan is used."

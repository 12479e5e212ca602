"""The engine's own plans, from real headers in real workers, and what becomes of bad ones."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from gguf import GGMLQuantizationType as QT
from tests.bench.shapes import Shape, write_shape
from tests.support.gguf_files import make_model
from tests.support.questions import make_questions
from tests.support.worker_client import WorkerClient

from weighin.core.evaluations.evaluation import STANDARD
from weighin.core.evaluations.mmlu_prompt import prompt_block
from weighin.core.evaluations.scoring_plan import PLANNED_CELLS, ScoringPlan
from weighin.core.models.header_facts import model_facts
from weighin.core.plans.plan import PlanMethod
from weighin.core.runs.answer import Failure
from weighin.core.runs.chat import Message
from weighin.core.runs.options import LoadOptions, SamplingOptions
from weighin.protocol.messages import Failed, Generate, Load, Plan, Planned, Score, ScoreDone
from weighin.services.plans.planner import ModelPlan as FoundPlan
from weighin.services.plans.planner import Planner
from weighin.services.processes.worker_process import WorkerProcess, worker_command
from weighin.wiring.lanes import new_worker

VOCABULARY = 16_384
SHAPES = {
    "grouped": Shape("qwen3", 4, 256, 4, 2, 64, 512, VOCABULARY),
    "ungrouped, tied, repacked": Shape("llama", 4, 256, 4, 4, 64, 512, VOCABULARY, kind=QT.Q4_K, tied=True),
    "experts": Shape("qwen3moe", 4, 256, 4, 2, 64, 256, VOCABULARY, experts=8, used=2),
    "window": Shape("gemma3", 6, 256, 2, 1, 128, 512, VOCABULARY, tied=True, window=512),
    "hybrid": Shape("qwen35", 4, 256, 4, 2, 64, 512, VOCABULARY, groups=4),
    "drafting": Shape("qwen35", 4, 256, 4, 2, 64, 512, VOCABULARY, kind=QT.Q4_K, drafting=1, groups=4),
}


@pytest.fixture(scope="module")
def shaped(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The file of a shape, written once."""
    folder = tmp_path_factory.mktemp("shapes")
    return functools.cache(lambda name: write_shape(folder / f"{list(SHAPES).index(name)}.gguf", SHAPES[name]))


@pytest.mark.parametrize(
    ("name", "context"),
    [*((name, 16_384) for name in SHAPES), *((name, 2048) for name in ("grouped", "window", "hybrid"))],
)
def test_the_plan_is_what_the_kernel_counts_afterwards(shaped: Callable[[str], Path], name: str, context: int) -> None:
    path = shaped(name)
    options = LoadOptions(context=context)
    with WorkerClient() as worker:
        planned = worker.ask(Plan(worker.next_id(), str(path), path.stat().st_size, options, (context,)))[-1]
    assert isinstance(planned, Planned), planned
    with WorkerClient() as worker:
        worker.ask(Load(worker.next_id(), str(path), options, 1))
        prompt = (Message("user", "w1 " * 600),)
        answer = worker.ask(Generate(worker.next_id(), prompt, SamplingOptions(max_tokens=32), 1))[-1]
    (plan,) = planned.plans
    assert plan.method is PlanMethod.ENGINE
    assert plan.mapped_bytes == pytest.approx(answer.memory.model_file_bytes, abs=64 << 10)
    assert plan.total_bytes == pytest.approx(answer.memory.total_bytes, rel=0.03, abs=16 << 20)
    (formula,) = planned.formula
    assert formula.kv_bytes == pytest.approx(plan.kv_bytes, rel=0.001)
    assert formula.state_bytes == pytest.approx(plan.state_bytes, rel=0.01)


@pytest.mark.parametrize("name", ["grouped", "window"])
@pytest.mark.parametrize(
    "load", [{"kv_type": "q8_0"}, {"v_type": "q4_0"}, {"kv_type": "q8_0", "v_type": "f16", "flash_attn": "off"}]
)
def test_a_cache_stored_otherwise_is_planned_as_the_engine_makes_it(
    tmp_path: Path, name: str, load: dict[str, str]
) -> None:
    path = write_shape(tmp_path / "model.gguf", SHAPES[name])
    options = LoadOptions(context=2048, **load)
    with WorkerClient() as worker:
        planned = worker.ask(Plan(worker.next_id(), str(path), path.stat().st_size, options, (2048,)))[-1]
        worker.ask(Load(worker.next_id(), str(path), options, 1))
        answer = worker.ask(Generate(worker.next_id(), (Message("user", "w1"),), SamplingOptions(max_tokens=8), 1))[-1]
    (plan,), (formula,) = planned.plans, planned.formula
    assert formula.kv_bytes == pytest.approx(plan.kv_bytes, abs=8 << 10)  # the engine prints hundredths of MiB
    assert answer.timing.generated_tokens == 8 or answer.text


@pytest.mark.parametrize("name", SHAPES)
def test_the_plan_of_scoring_is_what_the_kernel_counts_afterwards(shaped: Callable[[str], Path], name: str) -> None:
    path = shaped(name)
    with WorkerClient() as worker:
        request = Plan(worker.next_id(), str(path), path.stat().st_size, LoadOptions(), PLANNED_CELLS, scoring=True)
        planned = worker.ask(request)[-1]
    assert isinstance(planned, Planned), planned
    plan = ScoringPlan(model_facts(path), planned.shapes, planned.plans)
    assert plan.usual.sequences == (9 if SHAPES[name].arch == "qwen35" else 33)
    examples, questions = make_questions("odd_jobs", "dev", 5), make_questions("odd_jobs", "test", 34)
    # As many as are computed together at most; read alone, one takes as much memory as all.
    for shape, count in ((plan.usual, 34), (plan.least, 1)):
        block = prompt_block(STANDARD, "odd_jobs", examples, 5, questions[:count])
        with WorkerClient() as worker:
            worker.ask(Load(worker.next_id(), str(path), LoadOptions(), 1, bare=True))
            done = worker.ask(Score(worker.next_id(), block, shape, 1))[-1]
        assert isinstance(done, ScoreDone), done
        expected = plan.at(shape)
        assert expected.method is PlanMethod.ENGINE
        spare = 36 << 20 if SHAPES[name].arch == "qwen35" else 8 << 20
        assert done.memory.peak_bytes == pytest.approx(expected.ram_bytes, rel=0.03, abs=spare)


def test_a_hole_behind_the_header_is_enough(shaped: Callable[[str], Path], tmp_path: Path) -> None:
    whole = shaped("grouped")
    size = whole.stat().st_size
    stand_in = tmp_path / "stand-in.gguf"
    with stand_in.open("wb") as stream:
        stream.write(whole.read_bytes()[: 1 << 20])
        stream.truncate(size)
    plans = []
    for path in (whole, stand_in):
        with WorkerClient() as worker:
            plans.append(worker.ask(Plan(worker.next_id(), str(path), size, LoadOptions(), (4096,)))[-1].plans[0])
    assert replace(plans[0], overhead_bytes=0, loading_peak_bytes=0) == replace(
        plans[1], overhead_bytes=0, loading_peak_bytes=0
    )


@pytest.mark.parametrize(
    ("architecture", "kind"), [("unheard-of", "architecture"), ("llama", "not_gguf"), ("llama", "truncated")]
)
def test_a_header_that_is_no_good_is_refused_in_words(tmp_path: Path, architecture: str, kind: str) -> None:
    path = make_model(tmp_path / "model.gguf", arch=architecture)
    if kind == "not_gguf":
        path.write_bytes(b"<html>please log in</html>")
    elif kind == "truncated":
        path.write_bytes(path.read_bytes()[:3000])
    with WorkerClient() as worker:
        found = worker.ask(Plan(worker.next_id(), str(path), 1000, LoadOptions(), (1024,)))[-1]
    assert isinstance(found, Failed)
    assert found.kind == kind


# ------------------------------------------------------------------ the service


def planned_by(qtbot, planner: Planner, path: Path, options: LoadOptions | None = None) -> FoundPlan:
    found: list[FoundPlan] = []
    planner.plan(model_facts(path), options or LoadOptions(), found.append)
    qtbot.waitUntil(lambda: bool(found), timeout=60_000)
    return found[0]


def test_the_service_plans_many_contexts_at_once_and_remembers(qtbot, tmp_path: Path) -> None:
    path = make_model(tmp_path / "model.gguf", context=8192)
    planner = Planner(new_worker)
    plan = planned_by(qtbot, planner, path)
    assert [point.context for point in plan.line.points] == [1024, 2048, 4096, 8192]
    assert plan.refusal == ""
    facts = model_facts(path)
    assert planner.known(facts, LoadOptions()) is plan
    assert planner.known(facts, LoadOptions(kv_type="q8_0")) is None
    make_model(path, context=8192, layers=3)
    assert planner.known(model_facts(path), LoadOptions()) is None
    planner.close()


def fake_worker(script: dict[str, object]):
    return lambda parent: WorkerProcess(worker_command("fake", json.dumps(script)), parent)


def test_a_header_that_ends_the_engine_gets_a_formula_and_the_reason(qtbot, tmp_path: Path) -> None:
    path = make_model(tmp_path / "model.gguf")
    planner = Planner(fake_worker({"at": {"planning": "sigabrt"}}))
    plan = planned_by(qtbot, planner, path)
    assert plan.refusal.startswith("The engine crashed on this header")
    assert {point.method for point in plan.line.points} == {PlanMethod.FORMULA}
    planner.close()


@pytest.mark.parametrize("action", ["sigkill", "exit3"])
def test_what_happens_to_a_planner_from_outside_is_no_refusal_of_the_model(qtbot, tmp_path: Path, action: str) -> None:
    path = make_model(tmp_path / "model.gguf")
    planner = Planner(fake_worker({"at": {"planning": action}}))
    plan = planned_by(qtbot, planner, path)
    assert plan.refusal == ""
    assert plan.line.points[0].notices[0].startswith("Estimated by formula: The engine crashed on this header")
    planner.close()


def test_a_plan_writes_nothing_to_the_disk(
    shaped: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = shaped("ungrouped, tied, repacked")
    room = tmp_path / "room"
    room.mkdir()
    monkeypatch.setenv("TMPDIR", str(room))
    before = room.stat().st_mtime_ns
    with WorkerClient() as worker:
        found = worker.ask(Plan(worker.next_id(), str(path), path.stat().st_size, LoadOptions(), (1024,)))[-1]
    assert isinstance(found, Planned)
    assert found.plans[0].weights_bytes > path.stat().st_size  # copies were found without a file to try
    assert room.stat().st_mtime_ns == before


def test_a_model_that_does_not_write_text_is_refused_before_it_is_loaded(tmp_path: Path) -> None:
    path = make_model(tmp_path / "model.gguf", arch="llada")
    with WorkerClient() as worker:
        found = worker.ask(Plan(worker.next_id(), str(path), path.stat().st_size, LoadOptions(), (1024,)))[-1]
    assert isinstance(found, Failed), found
    assert (found.kind, "diffusion" in found.message) == ("kind", True)


def test_an_unknown_architecture_is_a_refusal(qtbot, tmp_path: Path) -> None:
    path = make_model(tmp_path / "model.gguf", arch="unheard-of")
    planner = Planner(new_worker)
    assert "unheard-of" in planned_by(qtbot, planner, path).refusal
    planner.close()


def test_a_file_that_vanished_is_said_once_to_everyone_who_asked(qtbot, tmp_path: Path) -> None:
    path = make_model(tmp_path / "model.gguf")
    facts = model_facts(path)
    path.unlink()
    planner = Planner(new_worker)
    errors: list[object] = []
    for _ in range(2):
        planner.plan(facts, LoadOptions(), lambda _: None, errors.append)
    qtbot.waitUntil(lambda: len(errors) == 2, timeout=60_000)
    planner.close()


def test_closing_while_planning_leaves_nobody_behind(qtbot, tmp_path: Path) -> None:
    path = make_model(tmp_path / "model.gguf")
    answers: list[FoundPlan | Failure] = []
    planner = Planner(fake_worker({"at": {"planning": "hang"}}))
    planner.plan(model_facts(path), LoadOptions(), answers.append)
    planner.close()
    assert answers == []

"""Slices timed by real workers, the ledger that holds promises against runs, and what is left behind: nothing."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from gguf import GGMLQuantizationType as QT
from tests.bench.shapes import Shape, write_shape
from tests.support.gguf_files import make_model
from tests.support.lanes import fake_model
from tests.support.worker_client import WorkerClient

from weighin.core.comparisons.comparison import Comparison, ComparisonRequest, LaneResult
from weighin.core.comparisons.speed_test import SpeedTest
from weighin.core.errors import AppError
from weighin.core.models.header_facts import model_facts
from weighin.core.plans.plan import MemoryPlan, SpeedForecast, SpeedMethod
from weighin.core.plans.prediction import past_errors
from weighin.core.runs.answer import Answer, MemoryReceipt, StopReason, Timing
from weighin.core.runs.chat import Prompt
from weighin.core.runs.conditions import Conditions
from weighin.core.runs.lane import LaneSetup, Mode
from weighin.core.runs.options import LoadOptions
from weighin.protocol.messages import Cancel, Failed, Forecast, Forecasted
from weighin.services.plans.forecaster import Forecaster
from weighin.services.plans.ledger import Ledger
from weighin.services.processes.worker_process import WorkerProcess, worker_command
from weighin.services.records import Records
from weighin.wiring.lanes import new_worker

MIB = 1 << 20
SHAPES = {
    "dense": Shape("qwen3", 6, 256, 4, 2, 64, 512, 1024),
    "experts": Shape("qwen3moe", 6, 256, 4, 2, 64, 256, 1024, experts=8, used=2, kind=QT.Q4_K),
    "window": Shape("gemma3", 12, 256, 4, 1, 64, 512, 1024, tied=True, window=512),
    "hybrid": Shape("qwen35", 8, 512, 8, 2, 64, 512, 1024),
    "halves": Shape("llama", 4, 256, 4, 4, 64, 512, 1024, kind=QT.F16),
}


def ask(path: Path, most: int = 1 << 30, seconds: float = 0.2, folder: str = "") -> Forecasted | Failed:
    with WorkerClient() as worker:
        request = Forecast(worker.next_id(), str(path), LoadOptions(), 1, most, MIB, seconds, folder)
        found: Forecasted | Failed = worker.ask(request)[-1]
        return found


@pytest.mark.parametrize("name", SHAPES)
def test_slices_of_every_kind_of_model_are_loaded_and_timed(tmp_path: Path, name: str) -> None:
    found = ask(write_shape(tmp_path / "model.gguf", SHAPES[name]))
    assert isinstance(found, Forecasted), found
    assert found.small.blocks < found.large.blocks <= SHAPES[name].layers
    assert len(found.large.token_s) >= 4
    assert found.forecast.method is SpeedMethod.SLICE
    assert found.forecast.generation_tokens_per_s > 0


def test_the_header_alone_is_enough_and_nothing_is_left(tmp_path: Path) -> None:
    whole = write_shape(tmp_path / "whole.gguf", SHAPES["dense"])
    stand_in, room = tmp_path / "stand-in.gguf", tmp_path / "room"
    room.mkdir()
    with stand_in.open("wb") as stream:
        stream.write(whole.read_bytes()[: 200 << 10])
        stream.truncate(whole.stat().st_size)
    assert isinstance(ask(stand_in, folder=str(room)), Forecasted)
    assert list(room.iterdir()) == []


def test_a_worker_that_is_killed_while_timing_leaves_no_slice(tmp_path: Path) -> None:
    path = write_shape(tmp_path / "model.gguf", SHAPES["dense"])
    room = tmp_path / "room"
    room.mkdir()
    with WorkerClient() as worker:
        worker.send(Forecast(worker.next_id(), str(path), LoadOptions(), 1, 1 << 30, MIB, 60.0, str(room)))
        deadline = time.monotonic() + 60
        while not _open_slices(worker.pid, room) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert _open_slices(worker.pid, room)
        psutil.Process(worker.pid).kill()
        psutil.Process(worker.pid).wait(10)
    assert list(room.iterdir()) == []


def _open_slices(pid: int, room: Path) -> list[str]:
    links = []
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            links.append(str(entry.readlink()))
        except OSError:
            continue
    return [link for link in links if link.startswith(str(room))]


def test_no_room_and_no_blocks_are_said(tmp_path: Path) -> None:
    path = write_shape(tmp_path / "model.gguf", SHAPES["dense"])
    small = ask(path, most=1000)
    assert isinstance(small, Failed)
    assert "larger than there is room for" in small.message
    missing = ask(path, folder=str(tmp_path / "nowhere"))
    assert isinstance(missing, Failed)
    assert missing.kind == "disk"
    strange = ask(make_model(tmp_path / "strange.gguf", arch="unheard-of"))
    assert isinstance(strange, Failed)
    assert "unheard-of" in strange.message


def test_a_slice_timed_beside_a_busy_program_says_so(tmp_path: Path) -> None:
    path = write_shape(tmp_path / "model.gguf", SHAPES["dense"])
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        found = ask(path, seconds=2.0)
    finally:
        busy.kill()
        busy.wait()
    assert isinstance(found, Forecasted), found
    assert [said.split(" used")[0] for said in found.forecast.disturbances] == ["other programs"]


def test_timing_can_be_stopped(tmp_path: Path) -> None:
    path = write_shape(tmp_path / "model.gguf", SHAPES["dense"])
    with WorkerClient() as worker:
        number = worker.next_id()
        worker.send(Forecast(number, str(path), LoadOptions(), 1, 1 << 30, MIB, 600.0))
        worker.send(Cancel(worker.next_id(), number))
        found: Any = None
        while not isinstance(found, Failed):
            found = worker.read()
    assert found.kind == "cancelled"


# ------------------------------------------------------------------ services

PLAN = MemoryPlan(4096, 900, 900, 50, 0, 30, 5, 15, 1000)
SLOW = SpeedForecast(10.0, 9.0, 11.0, None, SpeedMethod.SLICE)


def comparison(speed: float, mode: Mode = Mode.ALONE, memory: int = 1100) -> Comparison:
    setups = (LaneSetup(fake_model("One")), LaneSetup(fake_model("Two")))
    timing = Timing(generated_tokens=101, generation_s=100 / speed, prompt_tokens=200, prompt_s=2.0)
    receipt = MemoryReceipt(total_bytes=memory)
    results = tuple(
        LaneResult(label, setup, Answer("text", "", StopReason.END, timing, receipt))
        for label, setup in zip("AB", setups, strict=True)
    )
    return Comparison("id", "2026-01-01T00:00:00+00:00", ComparisonRequest(Prompt("p"), mode, setups), results)


def test_promises_are_settled_by_runs_kept_and_summed_up(qtbot: Any, records: Records) -> None:
    ledger = Ledger(records)
    one = fake_model("One")
    ledger.promise(one, LoadOptions(), PLAN, None, 2)
    ledger.promise(one, LoadOptions(), PLAN, SLOW, 2)
    assert len(ledger.predictions()) == 1, "a promise made again before a run replaces the first"
    ledger.settle(comparison(12.5))
    (kept,) = ledger.predictions()
    assert kept.memory_error == pytest.approx((1000 - 1100) / 1100)
    assert kept.speed_error == pytest.approx(-0.2)
    ledger.settle(replace(comparison(99.0), id="other"))
    assert ledger.predictions() == (kept,), "what was measured once is not measured again"
    again = Ledger(records)
    read: list[None] = []
    again.restore(lambda: read.append(None))
    qtbot.waitUntil(lambda: bool(read))
    assert again.predictions() == (kept,)
    memory, speed = past_errors(again.predictions())
    assert (memory.what, memory.runs, round(memory.worst, 3)) == ("memory", 1, 0.091)
    assert (speed.kind, speed.what, round(speed.median, 3)) == ("dense", "speed", 0.2)


def test_a_speed_test_that_comes_later_settles_the_same_promise(qtbot: Any, records: Records) -> None:
    ledger = Ledger(records)
    ledger.promise(fake_model("One"), LoadOptions(), PLAN, SLOW, 2)
    made = comparison(12.5)
    short = replace(made.results[0].answer.timing, generated_tokens=9, generation_s=0.1)
    result = replace(made.results[0], answer=replace(made.results[0].answer, timing=short))
    ledger.settle(replace(made, results=(result,)))
    (kept,) = ledger.predictions()
    assert kept.measured is not None and kept.measured.generation_tokens_per_s == pytest.approx(80.0)
    assert kept.measured.speed is None and kept.speed_error is None
    assert ledger.earlier_runs(fake_model("One"), LoadOptions(), 2) is None
    assert kept.when == made.created, "the moment under which History has it"
    test = SpeedTest(made.created, 2, 128, (20.0, 20.1, 19.9, 20.0), 256, (300.0, 300.0))
    ledger.settle(replace(made, results=(replace(result, speed_test=test),)))
    (kept,) = ledger.predictions()
    assert kept.measured is not None and kept.measured.from_test
    assert kept.speed_error == pytest.approx(-0.5)
    earlier = ledger.earlier_runs(fake_model("One"), LoadOptions(), 2)
    assert earlier is not None and earlier.generation_tokens_per_s == pytest.approx(20.0)


def test_runs_together_say_nothing_of_speed(qtbot: Any, records: Records) -> None:
    ledger = Ledger(records)
    ledger.promise(fake_model("One"), LoadOptions(), PLAN, SLOW, 2)
    ledger.settle(comparison(5.0, Mode.TOGETHER))
    (kept,) = ledger.predictions()
    assert kept.memory_error is not None
    assert kept.speed_error is None


def test_rounds_beside_busy_programs_say_nothing_of_speed(qtbot: Any, records: Records) -> None:
    ledger = Ledger(records)
    one = fake_model("One")
    ledger.promise(one, LoadOptions(), PLAN, SLOW, 2)
    calm, beside = comparison(12.5), comparison(5.0)
    disturbed = replace(beside.results[0].answer.timing, conditions=Conditions(other_cores=1.0, used_cores=2.0))
    rounds = (calm.results[0].answer.timing, disturbed)
    ledger.settle(replace(calm, results=(replace(calm.results[0], rounds=rounds),)))
    (kept,) = ledger.predictions()
    assert kept.speed_error == pytest.approx(-0.2)
    ledger.promise(one, LoadOptions(), PLAN, SLOW, 2)
    ledger.settle(replace(calm, id="next", results=(replace(calm.results[0], rounds=(disturbed,)),)))
    (last,) = (p for p in ledger.predictions() if p.id != kept.id)
    assert last.memory_error is not None and last.speed_error is None
    assert last.measured is not None and last.measured.generation_tokens_per_s == pytest.approx(5.0)


def test_earlier_runs_of_the_same_shape_are_the_first_choice(qtbot: Any, records: Records) -> None:
    ledger = Ledger(records)
    forecaster = Forecaster(new_worker, ledger, lambda: 10e9, lambda _: 1)
    one = replace(fake_model("One", 1_000_000_000), parameters=10**9, active_parameters=10**9)
    rough = forecaster.known(one, LoadOptions())
    assert rough is not None
    assert rough.method is SpeedMethod.BANDWIDTH
    measured = comparison(4.0)
    lanes = tuple(replace(setup, model=one) for setup in measured.request.lanes)
    results = tuple(replace(r, setup=replace(r.setup, model=one)) for r in measured.results[:1])
    ledger.promise(one, LoadOptions(), PLAN, rough, 1)
    ledger.settle(replace(measured, request=replace(measured.request, lanes=lanes), results=results))  # type: ignore[arg-type]
    known = forecaster.known(one, LoadOptions())
    assert known is not None
    assert (known.method, known.generation_tokens_per_s) == (SpeedMethod.HISTORY, pytest.approx(4.0))
    tuned = replace(one, path="/tuned", file_bytes=one.file_bytes + 4096)
    assert forecaster.known(tuned, LoadOptions()) == known, "the same shape, whatever its template"
    other_threads = Forecaster(new_worker, ledger, lambda: 10e9, lambda _: 2).known(one, LoadOptions())
    assert other_threads is not None and other_threads.method is SpeedMethod.BANDWIDTH
    bigger = replace(one, path="/other", file_bytes=2_000_000_000, parameters=2 * 10**9, active_parameters=2 * 10**9)
    refined = forecaster.known(bigger, LoadOptions())
    assert refined is not None
    assert refined.method is SpeedMethod.BANDWIDTH
    assert refined.generation_tokens_per_s == pytest.approx(2.0), "the same share of bandwidth as the run reached"


def test_the_service_times_a_slice_and_remembers_it(qtbot: Any, records: Records, tmp_path: Path) -> None:
    ledger = Ledger(records)
    forecaster = Forecaster(_fake({}), ledger, lambda: None, lambda _: 1)
    model = model_facts(make_model(tmp_path / "m.gguf"))
    found: list[SpeedForecast] = []
    errors: list[AppError] = []
    forecaster.forecast(model, LoadOptions(), found.append, errors.append)
    forecaster.forecast(model, LoadOptions(), found.append, errors.append)
    assert errors[0].kind == "busy"
    qtbot.waitUntil(lambda: bool(found), timeout=30_000)
    assert forecaster.known(model, LoadOptions()) == found[0]
    forecaster.close()


@pytest.mark.parametrize(
    "script", [{"at": {"slicing": "sigabrt"}}, {"fail_forecast": {"kind": "slice", "message": "No."}}]
)
def test_a_slice_that_fails_is_a_sentence(qtbot: Any, records: Records, tmp_path: Path, script: dict[str, Any]) -> None:
    ledger = Ledger(records)
    forecaster = Forecaster(_fake(script), ledger, lambda: None, lambda _: 1)
    errors: list[AppError] = []
    forecaster.forecast(model_facts(make_model(tmp_path / "m.gguf")), LoadOptions(), lambda _: None, errors.append)
    qtbot.waitUntil(lambda: bool(errors), timeout=30_000)
    assert errors[0].user_text
    assert not forecaster.timing


def test_nothing_is_timed_while_models_run(qtbot: Any, records: Records, tmp_path: Path) -> None:
    ledger = Ledger(records)
    forecaster = Forecaster(_fake({}), ledger, lambda: None, lambda _: 1, busy=lambda: True)
    errors: list[AppError] = []
    forecaster.forecast(model_facts(make_model(tmp_path / "m.gguf")), LoadOptions(), lambda _: None, errors.append)
    assert errors[0].kind == "busy"


def _fake(script: dict[str, Any]):
    return lambda parent: WorkerProcess(worker_command("fake", json.dumps(script)), parent)


def test_the_usual_folder_is_the_systems(tmp_path: Path) -> None:
    before = set(Path(tempfile.gettempdir()).glob("weighin-slice-*"))
    ask(write_shape(tmp_path / "model.gguf", SHAPES["dense"]))
    assert set(Path(tempfile.gettempdir()).glob("weighin-slice-*")) <= before


def test_a_promise_made_at_the_hub_is_settled_by_the_file_that_came_from_there(qtbot: Any, records: Records) -> None:
    ledger = Ledger(records)
    here = fake_model("One", 1_000_000)
    there = replace(here, path="hub:o/r/One.gguf", sha256=None)
    ledger.promise(there, LoadOptions(), PLAN, None, 1)
    measured = comparison(4.0)
    results = tuple(replace(r, setup=replace(r.setup, model=here)) for r in measured.results[:1])
    ledger.settle(replace(measured, results=results))  # type: ignore[arg-type]
    (kept,) = ledger.predictions()
    assert kept.measured is not None and kept.model.path == here.path
    other = replace(there, parameters=5)
    ledger.promise(other, LoadOptions(), PLAN, None, 1)
    ledger.settle(replace(measured, results=results))  # type: ignore[arg-type]
    assert [p.measured is None for p in ledger.predictions()].count(True) == 1, "another shape is another promise"

"""Evaluations from beginning to end: order, interruptions of every kind, and that nothing is lost or mixed."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.support.evaluations import Evaluating, model_file, real_setup, same_answers
from tests.support.questions import write_folder

from weighin.core.errors import AppError
from weighin.core.evaluations.evaluation import EvaluationChoice, EvaluationRequest, Order
from weighin.core.evaluations.sample import BLOCK
from weighin.core.evaluations.scoring_plan import ScoringPlan
from weighin.core.plans.plan import PlanMethod
from weighin.core.runs.lane import LaneSetup
from weighin.core.runs.run_state import RunState
from weighin.core.statistics.paired import Verdict
from weighin.paths import Profile
from weighin.services.evaluations.scoring_lane import ScoringLane

STARTER = Path(__file__).resolve().parents[2] / "resources" / "starter"
DENSE, MOE = STARTER / "weighin-starter-dense-Q8_0.gguf", STARTER / "weighin-starter-moe-Q8_0.gguf"
FAKE: dict[str, Any] = {"opinions": 1}
OTHER: dict[str, Any] = {"opinions": 2}
SLOW: dict[str, Any] = {"opinions": 1, "question_s": 0.02}


@pytest.fixture
def new(qtbot: Any) -> Iterator[Callable[..., Evaluating]]:
    made: list[Evaluating] = []

    def make(*scripts: dict[str, Any] | None, **more: Any) -> Evaluating:
        made.append(Evaluating(qtbot, *scripts, **more))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def setups(tmp_path: Path) -> tuple[LaneSetup, LaneSetup]:
    return LaneSetup(model_file(tmp_path, "one")), LaneSetup(model_file(tmp_path, "two"))


def test_the_models_take_turns_block_by_block(new: Any, setups: Any):
    run = new(FAKE, OTHER)
    record = run.run(*setups, n=46)
    assert record.state is RunState.FINISHED
    subjects = [item.question.subject for item in record.items]
    labels = [(label, name.split("/")[0]) for label, name in run.order]
    seen = list(dict.fromkeys(labels))
    assert seen == [(label, subject) for subject in dict.fromkeys(subjects) for label in "AB"]
    assert record.paired is not None
    assert record.paired.n == 46
    assert [lane.n for lane in record.lanes] == [46, 46]
    assert run.load(record.id) == record


def test_one_after_the_other_if_that_is_wanted(new: Any, setups: Any):
    run = new(FAKE, OTHER)
    run.runner.run(EvaluationRequest(setups, EvaluationChoice(n=23), Order.ONE_AFTER_THE_OTHER))
    run.ended()
    assert [label for label, _ in run.order] == ["A"] * 23 + ["B"] * 23


def test_one_model_alone(new: Any, setups: Any):
    record = new(FAKE, OTHER).run(setups[0], n=40)
    assert record.paired is None
    assert len(record.lanes) == 1
    assert all(item.b is None for item in record.items)


def test_real_models_on_real_questions(new: Any):
    run = new()
    record = run.run(real_setup(DENSE), real_setup(MOE), n=115)
    dense, moe = record.lanes
    assert record.state is RunState.FINISHED
    assert dense.accuracy is not None and dense.accuracy > 0.7
    assert moe.accuracy is not None and moe.accuracy > 0.8
    assert dense.unique_tokens <= dense.tokens_evaluated <= 1.05 * dense.unique_tokens
    assert dense.model.sha256 == moe.model.sha256 or dense.model.sha256
    for lane in (dense, moe):
        assert lane.plan is not None
        assert lane.plan.method is PlanMethod.ENGINE
        assert not lane.notices
        assert lane.peak_bytes == pytest.approx(lane.plan.ram_bytes, rel=0.03, abs=32 << 20)
    assert dense.seconds > 0
    states = [state for state in run.states if state.state is RunState.RUNNING]
    assert states[-1].paired is not None
    assert any(lane.tokens_per_s for state in states for lane in state.lanes)


def test_killed_at_any_moment_and_resumed_it_ends_the_same(new: Any):
    whole = new().run(real_setup(DENSE), real_setup(MOE), n=46)
    for seed in range(2):
        draw = random.Random(seed)
        run = new()
        run.begin(real_setup(DENSE), real_setup(MOE), n=46)
        run.answered(draw.randint(1, 70))
        victim = draw.randint(0, 1)
        if run.lanes[victim].worker_pid and not run.records:
            os.kill(run.lanes[victim].worker_pid, signal.SIGKILL)
        broken = run.ended()
        other = broken.lanes[1 - victim]
        assert other.failure is None
        assert other.n == 46
        if broken.state is RunState.FAILED:
            assert broken.lanes[victim].failure is not None
            assert "SIGKILL" in broken.lanes[victim].failure.message
            broken = new().resume(broken.id)
        assert broken.state is RunState.FINISHED
        assert same_answers(broken, whole)


@pytest.mark.parametrize("moment", ["loading", "scoring:0", "scoring:43"])
def test_a_model_that_dies_loses_nothing(new: Any, setups: Any, moment: str):
    run = new({**FAKE, "at": {moment: "sigabrt"}}, OTHER)
    record = run.run(*setups)
    assert record.state is RunState.FAILED
    failure = record.lanes[0].failure
    assert failure is not None
    assert "SIGABRT" in failure.message
    assert record.lanes[0].n == (40 if moment == "scoring:43" else 0)
    assert record.lanes[1].n == 92
    resumed = new(FAKE, OTHER).resume(record.id[:10])
    assert resumed.state is RunState.FINISHED
    assert resumed.lanes[0].failure is None
    assert same_answers(resumed, new(FAKE, OTHER).run(*setups))


def test_stopped_and_resumed(new: Any, setups: Any):
    run = new(SLOW, SLOW)
    run.begin(*setups)
    run.answered(20)
    run.runner.stop()
    stopped = run.ended()
    assert stopped.state is RunState.STOPPED
    assert 8 <= stopped.lanes[0].n < 92
    assert stopped.can_resume
    resumed = run.resume(stopped.id)
    assert [lane.n for lane in resumed.lanes] == [92, 92]
    assert len(run.started) == 2
    assert run.started[1].lanes[0].n == stopped.lanes[0].n


def test_paused_and_gone_on(new: Any, setups: Any, qtbot: Any):
    run = new(SLOW, SLOW)
    run.begin(*setups)
    run.answered(10)
    run.runner.pause()
    run.wait(lambda: all(lane.status.state.value != "busy" for lane in run.lanes))
    before, seconds = len(run.order), run.runner.state.seconds
    qtbot.wait(300)
    assert len(run.order) == before
    assert run.runner.state.state is RunState.PAUSED
    assert run.runner.state.seconds == seconds
    run.runner.go_on()
    record = run.ended()
    assert record.state is RunState.FINISHED
    assert len(run.order) == len(set(run.order)) == 184


def test_a_program_that_dies_leaves_a_run_that_can_be_resumed(new: Any, setups: Any):
    run = new(SLOW, SLOW)
    run.begin(*setups)
    run.answered(20)
    identifier = run.started[0].id
    run.close()
    with contextlib.closing(sqlite3.connect(Profile.locate().database)) as database, database:
        database.execute("update evaluations set owner = '999999:1'")
    again = new(FAKE, FAKE)
    kept = again.load(identifier)
    assert kept.state is RunState.INTERRUPTED
    assert kept.lanes[0].n >= 8
    assert again.resume(identifier).state is RunState.FINISHED


def test_until_decided_stops_early(new: Any, setups: Any, tmp_path: Path):
    folder = write_folder(tmp_path / "set", {f"s{i}": 20 for i in range(24)})
    # All but one of each subject: of a model that answers nothing at all nothing is decided.
    names = [f"s{i}/test/{row}" for i in range(24) for row in range(1, 20)]
    undecided = new(FAKE, FAKE).run(*setups, n=480, questions=str(folder), until_decided=True)
    assert undecided.paired is not None
    assert undecided.paired.verdict is Verdict.CANNOT_TELL
    assert undecided.paired.n == 480
    decided = new(FAKE, {"speechless": names}).run(*setups, n=480, questions=str(folder), until_decided=True)
    assert decided.state is RunState.FINISHED
    assert decided.paired is not None
    assert decided.paired.verdict is Verdict.A_BETTER
    assert decided.paired.e_value >= 20
    assert decided.lanes[0].n == decided.lanes[1].n < 480
    assert 0.9 * decided.lanes[1].n < decided.lanes[1].unscorable < decided.lanes[1].n  # counted as wrong, not dropped


def test_models_that_do_not_fit_together_follow_each_other(new: Any, setups: Any):
    plan = ScoringPlan(setups[0].model)
    run = new(FAKE, OTHER, available=plan.at(plan.usual).needed_bytes + 10**6)
    record = run.run(*setups, n=46)
    assert record.state is RunState.FINISHED
    assert [label for label, _ in run.order] == ["A"] * 46 + ["B"] * 46
    assert "they run one after the other" in record.lanes[1].notices[0]


def test_a_model_that_does_not_fit_at_all_is_refused_with_the_numbers(new: Any, setups: Any):
    run = new(FAKE, OTHER, available=10**6)
    record = run.run(*setups, n=23)
    assert record.state is RunState.FAILED
    assert all("1.0 MB free." in lane.failure.message for lane in record.lanes)


def test_a_changed_model_file_is_not_mixed_in(new: Any, setups: Any):
    run = new(SLOW, SLOW)
    run.begin(*setups)
    run.answered(5)
    run.runner.stop()
    stopped = run.ended()
    Path(setups[1].model.path).write_bytes(b"another model")
    run.runner.resume(stopped.id)
    assert "is not the one this run started with" in run.refused()
    moved = Path(setups[1].model.path).with_name("moved.gguf")
    moved.write_bytes(b"two" * 1000)
    elsewhere = replace(setups[1], model=replace(setups[1].model, path=str(moved)))
    assert run.resume(stopped.id, setups[0], elsewhere).state is RunState.FINISHED


def test_resumed_with_another_number_of_threads(new: Any, setups: Any, monkeypatch: pytest.MonkeyPatch):
    run = new(SLOW, SLOW)
    used: list[int] = []
    score = ScoringLane.score

    def watched(self: Any, block: Any, shape: Any, threads: int, done: Any) -> None:
        used.append(threads)
        score(self, block, shape, threads, done)

    monkeypatch.setattr(ScoringLane, "score", watched)
    run.begin(*(replace(setup, threads=1) for setup in setups), n=46)
    run.answered(5)
    run.runner.stop()
    stopped = run.ended()
    assert set(used) == {1}
    used.clear()
    run.runner.resume(stopped.id, threads=2)
    assert run.ended().state is RunState.FINISHED
    assert set(used) == {2}


def test_a_run_does_not_go_on_with_another_engine(new: Any, setups: Any):
    run = new(SLOW, SLOW)
    run.begin(*setups, n=46)
    run.answered(5)
    identifier = run.started[0].id
    run.wait(lambda: run.load(identifier).engine is not None)  # kept while it goes on: it may be killed
    run.runner.stop()
    stopped = run.ended()
    assert stopped.engine is not None
    with contextlib.closing(sqlite3.connect(Profile.locate().database)) as database, database:
        database.execute("update evaluations set record = json_set(record, '$.engine.build', 'b1234')")
    refused = run.resume(stopped.id)
    assert refused.state is RunState.FAILED
    for lane, before in zip(refused.lanes, stopped.lanes, strict=True):
        assert lane.n == before.n
        assert lane.failure is not None
        assert "This run started with llama-cpp-python fake (llama.cpp b1234); this is" in lane.failure.message
        assert "Start a new run" in lane.failure.message
    assert refused.engine is not None
    assert refused.engine.build == "b1234"
    with contextlib.closing(sqlite3.connect(Profile.locate().database)) as database, database:
        database.execute("update evaluations set record = json_set(record, '$.engine.build', 'fake')")
    assert run.resume(stopped.id).state is RunState.FINISHED


def test_two_at_once_are_refused(new: Any, setups: Any):
    run = new(SLOW, SLOW)
    run.begin(*setups)
    with pytest.raises(AppError, match="Another evaluation is running"):
        run.runner.resume("abc")
    run.answered(5)
    identifier = run.started[0].id
    with contextlib.closing(sqlite3.connect(Profile.locate().database)) as database, database:
        owner = database.execute("select owner from evaluations").fetchone()[0]
        database.execute("update evaluations set owner = ?", (alive_but_not_us(),))
    second = new(FAKE, FAKE)
    second.runner.resume(identifier)
    assert "in another window" in second.refused()
    with contextlib.closing(sqlite3.connect(Profile.locate().database)) as database, database:
        database.execute("update evaluations set owner = ?", (owner,))
    run.runner.stop()
    run.ended()
    run.runner.resume("zzz")
    assert "No evaluation 'zzz'" in run.refused()


def alive_but_not_us() -> str:
    import psutil

    parent = psutil.Process().parent()
    assert parent is not None
    return f"{parent.pid}:{round(parent.create_time() * 100)}"


def test_a_full_disk_stops_nothing_that_was_answered(new: Any, setups: Any, monkeypatch: pytest.MonkeyPatch):
    from weighin.store.evaluations import EvaluationStore

    run = new(SLOW, SLOW)
    full = {"now": False}
    keep = EvaluationStore.add

    def add(self: Any, *arguments: Any) -> None:
        if full["now"]:
            raise AppError(
                "The disk is full: this could not be saved to History. Nothing else is lost.", kind="disk_full"
            )
        keep(self, *arguments)

    monkeypatch.setattr(EvaluationStore, "add", add)
    run.begin(*setups)
    run.answered(10)
    full["now"] = True
    run.wait(lambda: run.runner.state.state is RunState.PAUSED)
    assert "The disk is full" in run.runner.state.notice
    full["now"] = False
    run.runner.go_on()
    record = run.ended()
    assert record.state is RunState.FINISHED
    assert run.load(record.id) == record


def test_a_disk_that_is_full_at_the_very_end_loses_no_answer(new: Any, setups: Any, monkeypatch: pytest.MonkeyPatch):
    from weighin.store.evaluations import EvaluationStore

    run = new(FAKE, OTHER)
    full = {"now": False}
    keep = EvaluationStore.add

    def add(self: Any, identifier: str, lane: Any, results: Any) -> None:
        if full["now"]:
            raise AppError("The disk is full.", kind="disk_full")
        keep(self, identifier, lane, results)

    monkeypatch.setattr(EvaluationStore, "add", add)
    run.runner.scored.connect(lambda _label, _results: full.update(now=len(run.order) >= 2 * 46 - 1))
    run.begin(*setups, n=46)
    run.wait(lambda: run.runner.state.state is RunState.PAUSED or bool(run.records))
    assert not run.records, "it may not end while an answer is not kept"
    assert "The disk is full" in run.runner.state.notice
    monkeypatch.setattr(EvaluationStore, "add", keep)

    def went_on() -> bool:
        if run.runner.state.state is RunState.PAUSED:  # again where two writes had failed
            run.runner.go_on()
        return bool(run.records)

    run.wait(went_on)
    (record,) = run.records
    assert record.state is RunState.FINISHED
    assert run.load(record.id) == record, "every answer is on the disk"


def test_a_context_too_small_is_refused_with_the_numbers(new: Any, tmp_path: Path):
    from tests.support.gguf_files import make_model

    small = make_model(tmp_path / "small.gguf", context=512)
    run = new()
    record = run.run(real_setup(small), n=23)
    assert record.lanes[0].failure is not None
    assert record.lanes[0].failure.kind == "context"
    assert "takes 512 at most. Use fewer examples." in record.lanes[0].failure.message


def test_a_lane_without_a_model_leaves_the_other_its_result(new: Any, setups: Any):
    from weighin.core.runs.answer import Failure

    broken = replace(setups[1], refusal=Failure("not_gguf", "This file is not a GGUF model."))
    record = new(FAKE, OTHER).run(setups[0], broken, n=23)
    assert record.state is RunState.FAILED
    assert record.lanes[0].n == 23
    assert record.lanes[1].failure is not None
    assert record.lanes[1].failure.kind == "not_gguf"


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"n": 100_000}, "There are 828 questions to choose from, not 100\u202f000."),
        ({"subjects": ("nope",)}, "has no subject 'nope'"),
        ({"split": "val"}, "has no val questions, only test"),
        ({"questions": "mmlu"}, "MMLU is not on this computer yet"),
        ({"questions": "/nowhere/q.csv"}, "There is no q.csv"),
        ({"protocol": "guess"}, "There is no protocol 'guess'"),
    ],
)
def test_what_cannot_be_asked_is_said_before_anything_runs(new: Any, setups: Any, choice: dict[str, Any], said: str):
    run = new(FAKE, OTHER)
    run.begin(*setups, **choice)
    assert said in run.refused()
    assert not run.runner.running


def test_more_shots_than_examples_are_refused(new: Any, setups: Any, tmp_path: Path):
    from tests.support.questions import make_questions, write_csv

    write_csv(tmp_path / "mine.csv", make_questions("mine", "test", 9))
    run = new(FAKE, OTHER)
    run.begin(*setups, questions=str(tmp_path / "mine.csv"), n=5)
    assert "has no few-shot examples for mine, not 5. Choose 0." in run.refused()
    assert run.run(*setups, questions=str(tmp_path / "mine.csv"), n=5, shots=0).state is RunState.FINISHED


def test_a_large_subject_is_several_blocks(new: Any, setups: Any, tmp_path: Path):
    from tests.support.questions import make_questions, write_csv

    write_csv(tmp_path / "mine.csv", make_questions("mine", "test", 2 * BLOCK + 5))
    record = new(FAKE, OTHER).run(*setups, questions=str(tmp_path / "mine.csv"), n=2 * BLOCK + 5, shots=0)
    assert [lane.n for lane in record.lanes] == [133, 133]

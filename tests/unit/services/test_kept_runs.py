"""Kept evaluations and the processes that work on them."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from tests.ui.mmlu_fakes import answered, plan
from tests.ui.mmlu_fakes import request as asked

from weighin.core.evaluations.evaluation import EvaluationRecord, ItemResult
from weighin.core.evaluations.stored_evaluation import StoredEvaluation, StoredLane, record_of
from weighin.core.runs.run_state import RunState
from weighin.core.statistics.paired import Verdict
from weighin.services.evaluations.kept_runs import kept_record
from weighin.services.lanes.kept_runs import kept_rows
from weighin.services.processes import owner
from weighin.store.database import open_database
from weighin.store.evaluations import EvaluationStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EvaluationStore]:
    with contextlib.closing(open_database(tmp_path / "weighin.db", lambda _: None)) as database:
        yield EvaluationStore(database)


@pytest.fixture
def other_process() -> Iterator[Callable[[], tuple[subprocess.Popen[bytes], str]]]:
    started: list[subprocess.Popen[bytes]] = []

    def start() -> tuple[subprocess.Popen[bytes], str]:
        process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        started.append(process)
        return process, mark_of(process.pid)

    yield start
    for process in started:
        process.kill()
        process.communicate()


def mark_of(number: int) -> str:
    return f"{number}:{round(psutil.Process(number).create_time() * 100)}"


def stored(record: EvaluationRecord) -> StoredEvaluation:
    questions = tuple(item.question for item in record.items)
    lanes = tuple(StoredLane(lane.label) for lane in record.lanes)
    return StoredEvaluation(
        record.id, record.created, RunState.INTERRUPTED, record.request, record.protocol, lanes, questions
    )


def keep_answers(store: EvaluationStore, record: EvaluationRecord) -> None:
    for label in "AB":
        given: list[tuple[ItemResult, bool]] = []
        for item in record.items:
            result = item.a if label == "A" else item.b
            if result is not None:
                given.append((result, bool(item.right(label))))
        store.add(record.id, StoredLane(label), given)


def test_a_run_of_another_window_is_running_and_not_to_be_resumed(
    store: EvaluationStore, other_process: Callable[[], tuple[subprocess.Popen[bytes], str]]
) -> None:
    process, mark = other_process()
    store.begin(stored(plan(asked(), number=1)), mark)
    row = kept_rows(store)[0]
    assert (row.state, row.elsewhere, row.can_resume) == (RunState.RUNNING, True, False)
    record = kept_record(store, "run1")
    assert (record.state, record.can_resume) == (RunState.RUNNING, False)
    process.kill()  # and nobody has asked yet how it ended
    while psutil.Process(process.pid).status() != psutil.STATUS_ZOMBIE:
        pass
    row = kept_rows(store)[0]
    assert (row.state, row.elsewhere, row.can_resume) == (RunState.INTERRUPTED, False, True)
    assert kept_record(store, "run1").can_resume


def test_ones_own_run_is_running_here(store: EvaluationStore) -> None:
    store.begin(stored(plan(asked(), number=1)), owner.this_process())
    row = kept_rows(store)[0]
    assert (row.state, row.elsewhere, row.can_resume) == (RunState.RUNNING, False, False)


def test_only_one_of_two_takes_a_run_up(store: EvaluationStore) -> None:
    store.begin(stored(plan(asked(), number=1)), "999999999:1")
    assert store.own("run1", "first", "999999999:1")
    assert not store.own("run1", "second", "999999999:1")
    assert store.owner("run1") == "first"
    store.release("run1", RunState.STOPPED)
    assert store.own("run1", "second", "")
    assert kept_rows(store)[0].state is RunState.INTERRUPTED


@pytest.mark.parametrize(
    "mark", ["", ":", "x:y", "0:0", "-1:5", "999999999:1", "SELF:1", "9" * 30 + ":1", "1:" + "9" * 40, "²:²"]
)
def test_a_mark_that_names_nobody_is_nobody(mark: str) -> None:
    mark = mark.replace("SELF", str(os.getpid()))
    assert not owner.is_another(mark)
    assert not owner.is_this(mark)


def test_a_clock_that_was_set_makes_nobody_a_stranger() -> None:
    number, started = owner.this_process().split(":")
    drifted = f"{number}:{int(started) + 1500}"
    assert owner.is_this(drifted)
    assert not owner.is_another(drifted)
    parent = mark_of(os.getppid())
    assert owner.is_another(parent)
    assert not owner.is_this(parent)


def test_a_whole_sample_kept_by_an_earlier_version_is_judged_like_one_of_today(store: EvaluationStore) -> None:
    """That one kept the live verdict, in a summary without the fields of today."""
    record = answered(skill=(0.55, 0.85), number=1)
    run = stored(record)
    store.begin(run, "")
    keep_answers(store, record)
    store.finish(record_of(run, run.tally(), RunState.FINISHED), run.lanes)
    today = record.paired
    assert today is not None
    assert today.verdict is Verdict.B_BETTER
    with store._db.conn:
        summary = json.loads(next(store._db.query("select summary from evaluations"))["summary"])
        body = json.loads(json.dumps(_paired(record)))
        body.update(verdict="cannot_tell", more_questions=10)
        del body["whole"]
        summary.update(paired=body)
        del summary["elsewhere"]
        store._db.execute("update evaluations set summary = ?", [json.dumps(summary)])
    assert kept_rows(store)[0].paired == today == kept_record(store, "run1").paired


def _paired(record: EvaluationRecord) -> object:
    from weighin.core.jsonable import to_plain

    return to_plain(record.paired)

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.graded import outcome, stored_run
from tests.unit.core.bundles.test_replay import record
from tests.unit.core.prompts.test_prompt_sets import RUN

from weighin.core.errors import AppError
from weighin.core.grading.expectation import Expectation, NumberAnswer
from weighin.core.grading.marks import Mark
from weighin.core.prompts.prompt_set import PromptSet, SetPrompt, StoredRun, result_of
from weighin.store.database import open_database
from weighin.store.prompt_sets import PromptSetStore
from weighin.store.stores import Stores


@pytest.fixture
def store(tmp_path: Path) -> Iterator[PromptSetStore]:
    with contextlib.closing(Stores(open_database(tmp_path / "x.db", print))) as opened:
        yield opened.prompt_sets


def test_sets_are_kept_replaced_and_forgotten(store: PromptSetStore) -> None:
    one, two = (PromptSet(name, name, (SetPrompt("x\ud800" * 0 + "x", "t", "s"),)) for name in "ab")
    store.save_set(one)
    store.save_set(two)
    store.save_set(replace(one, name="new"))
    assert store.sets() == (replace(one, name="new"), two)
    store.delete_set("a")
    assert store.sets() == (two,)


def test_a_run_comes_back_with_what_it_has(store: PromptSetStore) -> None:
    assert store.latest_run() is None
    store.begin_run(RUN)
    assert store.latest_run() == StoredRun(RUN)
    results = [result_of(number, record()) for number in (1, 0)]
    for result in (*results, results[0]):
        store.add_result(RUN.id, result)
    assert store.latest_run() == StoredRun(RUN, (results[1], results[0]))


def test_the_latest_run_of_these_prompts(store: PromptSetStore) -> None:
    store.begin_run(RUN)
    store.add_result(RUN.id, result_of(0, record()))
    other = replace(RUN, id="r2", created="2026-11-23T10:00:00+00:00", prompts=(SetPrompt("else"),))
    store.begin_run(other)
    assert store.latest_run() == StoredRun(other) == store.latest_run(other.prompts)
    found = store.latest_run(RUN.prompts)
    assert found is not None and found.run == RUN and len(found.results) == 1
    assert store.latest_run((SetPrompt("never"),)) is None


def test_old_runs_go(store: PromptSetStore) -> None:
    for number in range(53):
        store.begin_run(replace(RUN, id=f"r{number}", created=f"2026-11-22T10:00:{number:02d}+00:00"))
        store.add_result(f"r{number}", result_of(0, record()))
    assert store._db.execute("select count(*) from set_runs").fetchone()[0] == 50
    assert store._db.execute("select count(distinct run) from set_results").fetchone()[0] == 50
    latest = store.latest_run()
    assert latest is not None and latest.run.id == "r52"


def test_marks_come_back_and_earlier_results_have_none(store: PromptSetStore) -> None:
    stored = stored_run("+c?", "-+-", expect=(Expectation(number=NumberAnswer(-2.5, 0.5)), Expectation(votes=True)))
    store.begin_run(stored.run)
    for result in stored.results:
        store.add_result(stored.run.id, result)
    by_hand = replace(
        stored.results[1], a=replace(stored.results[1].a, marked=outcome("-").marked.overruled(Mark.RIGHT))
    )
    store.add_result(stored.run.id, by_hand)
    assert store.run("r1") == stored.with_result(by_hand)
    # As versions wrote them that marked nothing.
    earlier = "json_remove(record, '$.a.marked', '$.b.marked', '$.a.total_s', '$.b.reasoning_tokens')"
    store._db.execute(f"update set_results set record = {earlier}")
    store._db.execute("update set_runs set record = json_remove(record, '$.samples', '$.prompts[0].expect')")
    found = store.run("r1")
    assert found is not None and found.run.samples == 1 and found.run.prompts[0].expect == ()
    assert {result.a.marked.mark for result in found.results} == {Mark.UNMARKED}


def test_the_latest_run_of_a_name_and_one_by_how_its_id_begins(store: PromptSetStore) -> None:
    store.begin_run(RUN)
    other = replace(RUN, id="r2", created="2026-11-23T10:00:00+00:00", prompts=RUN.prompts[:2])
    store.begin_run(other)
    store.begin_run(replace(other, id="s1", name="Other", created="2026-11-24T10:00:00+00:00"))
    assert store.latest_run(name=RUN.name) == StoredRun(other) and store.latest_run(name="never") is None
    assert store.latest_run(RUN.prompts, RUN.name) == StoredRun(RUN)
    assert store.run_beginning("r2") == StoredRun(other)
    for start, kind in (("r", "ambiguous"), ("x", "missing"), ("", "missing")):
        with pytest.raises(AppError) as found:
            store.run_beginning(start)
        assert found.value.kind == kind


def test_a_comparison_belongs_to_its_run_however_often_its_result_is_kept(store: PromptSetStore) -> None:
    store.begin_run(RUN)
    for _ in range(3):
        store.add_result(RUN.id, result_of(0, record()))
    store.add_result("gone", result_of(1, replace(record(), id="cd34")))
    marks = store._db.execute("select comparison, set_run, set_name from comparison_marks").fetchall()
    assert marks == [("ab12", "r1", "Three")]
    assert store._db.execute("select distinct run from set_results").fetchall() == [("r1",)]


def test_runs_are_listed_without_reading_their_prompts(store: PromptSetStore) -> None:
    store.begin_run(RUN)
    marked = replace(result_of(0, record()), b=outcome("-"))
    store.add_result(RUN.id, replace(marked, a=outcome("+")))
    store.begin_run(replace(RUN, id="r2", created="2026-11-23T10:00:00+00:00", samples=3))
    again, first = store.rows()
    assert (again.id, again.planned, again.asked, again.answered, again.graded) == (
        "r2",
        3 * len(RUN.prompts),
        0,
        0,
        False,
    )
    assert (first.name, first.planned, first.asked, first.answered) == (RUN.name, len(RUN.prompts), 1, 1)
    assert (first.right_a, first.right_b, first.graded, first.can_resume) == (1, 0, True, True)
    assert [first.model_a, first.model_b] == [setup.model.name for setup in RUN.lanes]
    store.delete_runs((RUN.id, "no such run"))
    assert [row.id for row in store.rows()] == ["r2"] and store.run(RUN.id) is None


def test_a_run_that_is_no_json_costs_its_row_alone(store: PromptSetStore) -> None:
    store.begin_run(RUN)
    store._db.execute("update set_runs set record = 'x'")
    store.begin_run(replace(RUN, id="r2"))
    assert [row.id for row in store.rows()] == ["r2"]

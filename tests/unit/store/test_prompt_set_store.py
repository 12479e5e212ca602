from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.core.bundles.test_replay import record
from tests.unit.core.prompts.test_prompt_sets import RUN

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

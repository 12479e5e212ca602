"""Rows that this version cannot read are passed over, counted and told, and stay in the database."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.support.profiles import NEWEST, change, rows_of, thaw

from weighin.cli.parser import parse
from weighin.cli.run import run_command
from weighin.core.errors import AppError
from weighin.core.runs.lane import Mode
from weighin.store.comparisons import ComparisonStore
from weighin.store.database import open_database
from weighin.store.evaluations import EvaluationStore
from weighin.store.models import ModelStore
from weighin.store.predictions import PredictionStore
from weighin.store.profile_database import ProfileDatabase
from weighin.store.prompt_sets import PromptSetStore
from weighin.store.speed_tests import SpeedTestStore
from weighin.store.votes import VoteStore


class Opened:
    """A kept profile in which rows lack a field, as if this version had a new required one."""

    def __init__(self, path: Path) -> None:
        self.path = thaw(NEWEST, path)
        self.notices: list[str] = []

    @contextlib.contextmanager
    def without(self, table: str, field: str, where: str = "1", column: str = "record") -> Iterator[ProfileDatabase]:
        """The database after that field was taken from the rows `where`; afterwards they are all still there."""
        changed = change(self.path, f"update {table} set {column} = json_remove({column}, '$.{field}') where {where}")
        assert changed
        before = rows_of(self.path, table)
        with contextlib.closing(open_database(self.path, self.notices.append)) as database:
            yield database
        # Columns that came since that profile are no loss.
        after = rows_of(self.path, table)
        assert [{name: now[name] for name in row} for row, now in zip(before, after, strict=True)] == before


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    return Opened(tmp_path / "profile" / "data" / "weighin.db")


Read = Callable[[ProfileDatabase], Any]
KEPT = "cannot be read by this version; it is kept."
CASES: dict[str, tuple[str, Read, str]] = {
    "votes": ("choice", lambda db: VoteStore(db).votes(),
              "2 rows of the blind votes cannot be read by this version; they are kept."),
    "shelf": ("name", lambda db: ModelStore(db).models(),
              "1 row of the model list cannot be read by this version; it is rebuilt from the files."),
    "downloads": ("plan", lambda db: ModelStore(db).downloads(), f"1 row of the unfinished downloads {KEPT}"),
    "prompt_sets": ("name", lambda db: PromptSetStore(db).sets(), f"1 row of the prompt sets {KEPT}"),
}  # fmt: skip


@pytest.mark.parametrize("table", CASES)
def test_they_are_told_once(opened: Opened, table: str) -> None:
    field, read, sentence = CASES[table]
    with opened.without(table, field) as database:
        assert read(database) == () == read(database)
    assert opened.notices == [sentence]


def test_the_others_are_read(opened: Opened) -> None:
    one = "rowid = (select min(rowid) from predictions)"
    kept = len(rows_of(opened.path, "predictions"))
    with opened.without("predictions", "plan", one) as database:
        assert len(PredictionStore(database).latest()) == kept - 1
    assert opened.notices == [f"1 row of the forecasts {KEPT}"]


def test_a_run_of_a_set_hides_no_other(opened: Opened) -> None:
    run = rows_of(opened.path, "set_runs")[0]
    change(opened.path, "insert into set_runs values ('newer', '2999-01-01T00:00:00+00:00', '{}')")
    with contextlib.closing(open_database(opened.path, opened.notices.append)) as database:
        found = PromptSetStore(database).latest_run()
    assert found is not None
    assert (found.run.id, len(found.results)) == (run["id"], 2)
    assert opened.notices == [f"1 row of the prompt set runs {KEPT}"]


def test_a_result_of_a_set(opened: Opened) -> None:
    with opened.without("set_results", "comparison", "number = 0") as database:
        found = PromptSetStore(database).latest_run()
        assert found is not None
        assert (found.missing, len(found.results)) == ((0,), 1)
    assert opened.notices == [f"1 row of the prompt set results {KEPT}"]


def test_an_evaluation_is_counted_again_where_only_its_summary_cannot_be_read(opened: Opened) -> None:
    with contextlib.closing(open_database(opened.path, opened.notices.append)) as database:
        before = EvaluationStore(database).rows()
    with opened.without("evaluations", "dataset", column="summary") as database:
        now = EvaluationStore(database).rows()
    assert [(row.id, row.n, [lane.correct for lane in row.lanes]) for row in now] == [
        (row.id, row.n, [lane.correct for lane in row.lanes]) for row in before
    ]
    assert opened.notices == []


def test_evaluations_that_cannot_be_read_at_all(opened: Opened) -> None:
    kept = {row["id"] for row in rows_of(opened.path, "evaluations")}
    change(opened.path, "update evaluations set record = '{}'")
    with opened.without("evaluations", "dataset", column="summary") as database:
        store = EvaluationStore(database)
        assert store.rows() == () == store.rows("starter")
        for identifier in kept:
            with pytest.raises(AppError, match="This version cannot read this evaluation"):
                store.get(identifier)
    assert opened.notices == ["3 rows of History cannot be read by this version; they are kept."]


@pytest.mark.parametrize("record", ["{}", "[", "[1, 2]", ""])
def test_a_question_that_cannot_be_read(opened: Opened, record: str) -> None:
    change(opened.path, f"update evaluation_questions set record = '{record}'")
    with contextlib.closing(open_database(opened.path, opened.notices.append)) as database:
        found = EvaluationStore(database).rows()
    assert len(found) == 2, "those that ended have their summary"
    assert opened.notices == [f"1 row of History {KEPT}"]


def test_a_comparison_lists_and_says_why_it_does_not_open(opened: Opened) -> None:
    rows = len(rows_of(opened.path, "comparisons"))
    change(opened.path, "update comparisons set request = '[' where mode = 'together'")
    with opened.without("comparisons", "lanes", column="request", where="mode = 'alone'") as database:
        store = ComparisonStore(database)
        assert len(store.rows()) == rows
        for row in store.rows():
            with pytest.raises(AppError, match="This version cannot read this comparison"):
                store.get(row.id)


def test_a_comparison_to_hold_another_against(opened: Opened) -> None:
    with contextlib.closing(open_database(opened.path, opened.notices.append)) as database:
        store = ComparisonStore(database)
        together = store.get(next(row.id for row in store.rows() if row.mode == Mode.TOGETHER.value))
        assert store.alone_of(together) is not None
    alone = len([row for row in rows_of(opened.path, "comparisons") if row["mode"] == "alone"])
    with opened.without("comparisons", "lanes", column="request", where="mode = 'alone'") as database:
        assert ComparisonStore(database).alone_of(together) is None
    assert opened.notices == [f"{alone} rows of History cannot be read by this version; they are kept."]


def test_a_speed_test_is_made_again(opened: Opened) -> None:
    with opened.without("speed_tests", "created") as database:
        store = ComparisonStore(database)
        row = next(row for row in store.rows() if row.prompt == "What is the opposite of hot?")
        found = store.get(row.id)
        bare = replace(found, results=tuple(replace(result, speed_test=None) for result in found.results))
        assert SpeedTestStore(database).add_known(bare, found.machine) == bare
    assert opened.notices == ["2 rows of the speed tests cannot be read by this version; they are measured again."]


def test_the_command_line_says_so(opened: Opened, capsys: pytest.CaptureFixture[str]) -> None:
    change(opened.path, "update evaluations set record = '{}', summary = '{}'")
    change(opened.path, "update votes set record = '{}'")
    profile = str(opened.path.parent.parent)
    assert run_command(parse(["--profile", profile, "history", "list"])) == 0
    told = capsys.readouterr()
    assert told.err == "3 rows of History cannot be read by this version; they are kept.\n"
    assert "short story" in told.out
    assert run_command(parse(["--profile", profile, "history", "votes"])) == 0
    assert capsys.readouterr().err == "2 rows of the blind votes cannot be read by this version; they are kept.\n"

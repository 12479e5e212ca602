"""Prompt sets and their runs in the database."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Generator
from typing import Any

from weighin.core.errors import AppError
from weighin.core.jsonable import from_plain, to_plain
from weighin.core.prompts.prompt_set import PromptSet, SetPrompt, SetResult, SetRun, StoredRun
from weighin.core.prompts.set_run_row import SetRunRow
from weighin.core.safe_text import safe_name
from weighin.store.comparisons import translated
from weighin.store.profile_database import PROMPT_SETS, SET_RESULTS, SET_RUNS, ProfileDatabase, UnreadableError

_KEPT_RUNS = 50
# Without reading the prompts, which may be ten thousand. What is no JSON is left out.
_ROWS = """select id, created, json_extract(record, '$.name'),
 json_extract(record, '$.lanes[0].model.name'), json_extract(record, '$.lanes[1].model.name'),
 json_array_length(record, '$.prompts') * coalesce(json_extract(record, '$.samples'), 1),
 coalesce(json_extract(record, '$.blind'), 0)
from set_runs where json_valid(record) order by created desc, rowid desc"""
_COUNTS = """select run, count(*),
 sum(json_extract(record, '$.a.failure') = '' and json_extract(record, '$.b.failure') = ''),
 sum(coalesce(json_extract(record, '$.a.marked.mark'), '') = 'right'),
 sum(coalesce(json_extract(record, '$.b.marked.mark'), '') = 'right'),
 max(coalesce(json_extract(record, '$.a.marked.mark'), 'unmarked') <> 'unmarked')
from set_results where json_valid(record) group by run"""


class PromptSetStore:
    """Every call is one transaction; raises AppError. Rows this version cannot read are passed over and told."""

    def __init__(self, database: ProfileDatabase) -> None:
        self._db = database
        self._names: dict[str, str] = {}

    def sets(self) -> tuple[PromptSet, ...]:
        """The user's sets, in the order they were made."""
        with translated():
            rows = self._db.execute("select id, record from prompt_sets order by rowid").fetchall()
        return self._db.records(PROMPT_SETS, PromptSet, rows)

    def save_set(self, prompts: PromptSet) -> None:
        """Add or replace a set."""
        with translated(), self._db.conn:
            self._db.execute(
                "insert into prompt_sets (id, record) values (?, ?) "
                "on conflict (id) do update set record = excluded.record",
                [prompts.id, json.dumps(to_plain(prompts))],
            )

    def delete_set(self, identifier: str) -> None:
        """Forget a set; its runs stay."""
        with translated(), self._db.conn:
            self._db.execute("delete from prompt_sets where id = ?", [identifier])

    def begin_run(self, run: SetRun) -> None:
        """Keep a run before its first prompt; the oldest of more than 50 goes, its comparisons stay in History."""
        with translated(), self._db.conn:
            self._db.execute(
                "insert into set_runs (id, created, record) values (?, ?, ?)",
                [run.id, run.created, json.dumps(to_plain(run))],
            )
            old = "select id from set_runs order by created desc, rowid desc limit -1 offset ?"
            self._db.execute(f"delete from set_results where run in ({old})", [_KEPT_RUNS])
            self._db.execute(f"delete from set_runs where id in ({old})", [_KEPT_RUNS])

    def add_result(self, run: str, result: SetResult) -> None:
        """Keep what a prompt gave, or its marks; its comparison belongs to the run from then on, whenever that itself
        is kept."""
        with translated(), self._db.conn:
            kept = self._db.execute("select 1 from set_runs where id = ?", [run]).fetchone()
            if kept is None:  # it was deleted meanwhile, or is of a bundle
                return
            self._db.execute(
                "insert or replace into set_results (run, number, record) values (?, ?, ?)",
                [run, result.number, json.dumps(to_plain(result))],
            )
            self._db.execute(
                "insert into comparison_marks (comparison, set_run, set_name) values (?, ?, ?) on conflict "
                "(comparison) do update set set_run = excluded.set_run, set_name = excluded.set_name "
                "where set_run is not excluded.set_run",
                [result.comparison, run, self._name(run)],
            )

    def _name(self, run: str) -> str:
        """What a run's set is called, read once: a run's record holds all its prompts."""
        if run not in self._names:
            query = "select json_extract(record, '$.name') from set_runs where id = ?"
            self._names[run] = self._db.execute(query, [run]).fetchone()[0]
        return self._names[run]

    def rows(self) -> tuple[SetRunRow, ...]:
        """The kept runs in short, the newest first."""
        with translated():
            counts = {run: found for run, *found in self._db.execute(_COUNTS).fetchall()}
            runs = self._db.execute(_ROWS).fetchall()
        return tuple(
            SetRunRow(id, created, name or "", model_a or "", model_b or "", planned or 0, asked, answered or 0, a or 0,
                      b or 0, bool(graded), bool(blind))
            for id, created, name, model_a, model_b, planned, blind in runs
            for asked, answered, a, b, graded in (counts.get(id, (0, 0, 0, 0, 0)),)
        )  # fmt: skip

    def delete_runs(self, identifiers: tuple[str, ...]) -> None:
        """Forget runs; their comparisons stay in History."""
        with translated(), self._db.conn:
            for identifier in identifiers:
                self._db.execute("delete from set_results where run = ?", [identifier])
                self._db.execute("delete from set_runs where id = ?", [identifier])

    def run(self, identifier: str) -> StoredRun | None:
        """One run with its results; None where it is no longer kept."""
        with translated():
            rows = self._db.execute("select id, record from set_runs where id = ?", [identifier]).fetchall()
            found = self._db.records(SET_RUNS, SetRun, rows)
            return StoredRun(found[0], self._results(identifier)) if found else None

    def run_beginning(self, identifier: str) -> StoredRun:
        """The run whose id begins with `identifier`. Raises AppError: none, several, or unreadable."""
        with translated():
            wanted = [len(identifier), identifier]
            ids = self._db.execute("select id from set_runs where substr(id, 1, ?) = ? limit 2", wanted).fetchall()
        if not identifier or not ids:
            raise AppError(f"No run of a prompt set {safe_name(identifier)!r}.", kind="missing")
        if len(ids) > 1:
            raise AppError(f"Several ids begin with {safe_name(identifier)!r}: type more of it.", kind="ambiguous")
        if (found := self.run(ids[0][0])) is None:
            raise UnreadableError("This version cannot read this run of a prompt set.", identifier)
        return found

    def latest_run(self, prompts: tuple[SetPrompt, ...] | None = None, name: str | None = None) -> StoredRun | None:
        """The run that was begun last, with its results; with `prompts` the last one of these, with `name` that of the
        set which is called so. None where there is none."""
        fits = "(:count is null or json_array_length(record, '$.prompts') = :count)"
        fits += " and (:name is null or json_extract(record, '$.name') = :name)"
        wanted = f"case when json_valid(record) then {fits} else 1 end"  # what cannot be read is told
        query = f"select id, record from set_runs where {wanted} order by created desc, rowid desc"
        with translated():
            values = {"count": None if prompts is None else len(prompts), "name": name}
            with contextlib.closing(self._runs(self._db.execute(query, values))) as runs:
                found = next((run for run in runs if prompts is None or run.prompts == prompts), None)
            return StoredRun(found, self._results(found.id)) if found else None

    def _runs(self, rows: Any) -> Generator[SetRun, None, None]:
        """Each is read when it is wanted: a run holds all its prompts."""
        return self._db.one_by_one(
            SET_RUNS, rows, lambda row: from_plain(SetRun, json.loads(row[1])), lambda row: str(row[0])
        )

    def _results(self, run: str) -> tuple[SetResult, ...]:
        query = "select run || '/' || number, record from set_results where run = ? order by number"
        return self._db.records(SET_RESULTS, SetResult, self._db.execute(query, [run]).fetchall())

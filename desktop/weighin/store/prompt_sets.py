"""Prompt sets and their runs in the database."""

from __future__ import annotations

import json

from weighin.core.jsonable import to_plain
from weighin.core.prompts.prompt_set import PromptSet, SetPrompt, SetResult, SetRun, StoredRun
from weighin.store.comparisons import translated
from weighin.store.profile_database import PROMPT_SETS, SET_RESULTS, SET_RUNS, ProfileDatabase

_KEPT_RUNS = 50


class PromptSetStore:
    """Every call is one transaction; raises AppError. Rows this version cannot read are passed over and told."""

    def __init__(self, database: ProfileDatabase) -> None:
        self._db = database

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
        """Keep what a prompt gave; its comparison belongs to the run from then on, whenever that itself is kept."""
        with translated(), self._db.conn:
            self._db.execute(
                "insert or replace into set_results (run, number, record) values (?, ?, ?)",
                [run, result.number, json.dumps(to_plain(result))],
            )
            self._db.execute(
                "insert into comparison_marks (comparison, set_run, set_name) "
                "select ?, id, json_extract(record, '$.name') from set_runs where id = ? "
                "on conflict (comparison) do update set set_run = excluded.set_run, set_name = excluded.set_name",
                [result.comparison, run],
            )

    def run(self, identifier: str) -> StoredRun | None:
        """One run with its results; None where it is no longer kept."""
        with translated():
            rows = self._db.execute("select id, record from set_runs where id = ?", [identifier]).fetchall()
            found = self._db.records(SET_RUNS, SetRun, rows)
            return StoredRun(found[0], self._results(identifier)) if found else None

    def latest_run(self, prompts: tuple[SetPrompt, ...] | None = None) -> StoredRun | None:
        """The run that was begun last, with its results; with `prompts` the last one of these. None where there is
        none."""
        with translated():
            rows = self._db.execute("select id, record from set_runs order by created desc, rowid desc").fetchall()
            for run in self._db.records(SET_RUNS, SetRun, rows):
                if prompts is None or run.prompts == prompts:
                    return StoredRun(run, self._results(run.id))
        return None

    def _results(self, run: str) -> tuple[SetResult, ...]:
        query = "select run || '/' || number, record from set_results where run = ? order by number"
        return self._db.records(SET_RESULTS, SetResult, self._db.execute(query, [run]).fetchall())

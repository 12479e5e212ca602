"""Every change of the schema, in order, each in one transaction. Never edit one that was released: add another."""

from __future__ import annotations

import contextlib
import json

from sqlite_utils import Database, Migrations

from weighin.core.comparisons.comparison import LaneResult
from weighin.core.comparisons.speed import shown_speed
from weighin.core.jsonable import ShapeError, from_plain

MIGRATIONS = Migrations("weighin")


@MIGRATIONS()
def m001_comparisons(db: Database) -> None:
    """Comparisons and their two answers, with a full-text index over prompt, answers and model names."""
    db["comparisons"].create(  # type: ignore[union-attr]
        {
            "id": str,
            "created": str,
            "prompt": str,
            "system": str,
            "mode": str,
            "request": str,
            "engine": str,
            "differences": str,
        },
        pk="id",
        not_null={"created", "prompt", "mode", "request"},
    )
    db["comparisons"].create_index(["created"])  # type: ignore[union-attr]
    db["answers"].create(  # type: ignore[union-attr]
        {
            "comparison": str,
            "lane": str,
            "model": str,
            "text": str,
            "reasoning": str,
            "stop_reason": str,
            "generation_tokens_per_s": float,
            "record": str,
        },
        pk=("comparison", "lane"),
        foreign_keys=[("comparison", "comparisons", "id")],
    )
    db["comparison_texts"].create(  # type: ignore[union-attr]
        {"id": str, "prompt": str, "system": str, "models": str, "answers": str}, pk="id"
    )
    db["comparison_texts"].enable_fts(  # type: ignore[union-attr]
        ["prompt", "system", "models", "answers"], tokenize="unicode61 remove_diacritics 2", create_triggers=True
    )


@MIGRATIONS()
def m002_models(db: Database) -> None:
    """The shelf of models by path, what the user added to it, and downloads that are not finished."""
    db["shelf"].create({"path": str, "record": str}, pk="path", not_null={"record"})  # type: ignore[union-attr]
    db["shelf_places"].create({"path": str}, pk="path")  # type: ignore[union-attr]
    db["downloads"].create({"id": str, "record": str}, pk="id", not_null={"record"})  # type: ignore[union-attr]


@MIGRATIONS()
def m003_predictions(db: Database) -> None:
    """What was promised of memory and speed before a run, and what was measured after it."""
    db["predictions"].create(  # type: ignore[union-attr]
        {"id": str, "created": str, "record": str}, pk="id", not_null={"created", "record"}
    )
    db["predictions"].create_index(["created"])  # type: ignore[union-attr]


@MIGRATIONS()
def m004_evaluations(db: Database) -> None:
    """Evaluations, their lanes and answers one by one; questions once a set; checksums of files that were computed."""
    db["evaluations"].create(  # type: ignore[union-attr]
        {
            "id": str,
            "created": str,
            "state": str,
            "owner": str,
            "dataset": str,
            "record": str,
            "summary": str,
        },
        pk="id",
        not_null={"created", "state", "record", "summary"},
    )
    db["evaluations"].create_index(["created"])  # type: ignore[union-attr]
    db["evaluation_lanes"].create(  # type: ignore[union-attr]
        {"evaluation": str, "lane": str, "model": str, "model_sha256": str, "record": str},
        pk=("evaluation", "lane"),
        foreign_keys=[("evaluation", "evaluations", "id")],
    )
    db["evaluation_questions"].create(  # type: ignore[union-attr]
        {"dataset": str, "id": str, "record": str}, pk=("dataset", "id"), not_null={"record"}
    )
    db["evaluation_items"].create(  # type: ignore[union-attr]
        {
            "evaluation": str,
            "lane": str,
            "question": str,
            "choice": int,
            "correct": int,
            "a": float,
            "b": float,
            "c": float,
            "d": float,
            "failure": str,
        },
        pk=("evaluation", "lane", "question"),
        foreign_keys=[("evaluation", "evaluations", "id")],
    )
    db["file_digests"].create(  # type: ignore[union-attr]
        {"path": str, "size": int, "mtime_ns": int, "sha256": str}, pk="path", not_null={"sha256"}
    )


@MIGRATIONS()
def m005_votes(db: Database) -> None:
    """Blind votes, one a comparison and for good."""
    db["votes"].create(  # type: ignore[union-attr]
        {"comparison": str, "created": str, "record": str}, pk="comparison", not_null={"created", "record"}
    )


@MIGRATIONS()
def m006_prompt_sets(db: Database) -> None:
    """The user's prompt sets, runs of sets, and what each prompt of a run gave."""
    db["prompt_sets"].create({"id": str, "record": str}, pk="id", not_null={"record"})  # type: ignore[union-attr]
    db["set_runs"].create(  # type: ignore[union-attr]
        {"id": str, "created": str, "record": str}, pk="id", not_null={"created", "record"}
    )
    db["set_results"].create(  # type: ignore[union-attr]
        {"run": str, "number": int, "record": str}, pk=("run", "number"), not_null={"record"}
    )


@MIGRATIONS()
def m007_slowdowns(db: Database) -> None:
    """What was left of each model's speed when both ran together."""
    db["comparisons"].add_column("slowdowns", str)  # type: ignore[union-attr]


@MIGRATIONS()
def m008_machines(db: Database) -> None:
    """On which computer a comparison was made: a profile may move to another one."""
    db["comparisons"].add_column("machine", str)  # type: ignore[union-attr]


@MIGRATIONS()
def m009_speeds(db: Database) -> None:
    """Speed tests of models; and of repeated rounds the list shows their median, as the comparison itself does, no more
    the last round."""
    db["speed_tests"].create(  # type: ignore[union-attr]
        {"key": str, "created": str, "record": str}, pk="key", not_null={"created", "record"}
    )
    rows = db.execute("select comparison, lane, record from answers where json_array_length(record, '$.rounds') > 1")
    for comparison, lane, record in rows.fetchall():
        with contextlib.suppress(ShapeError, ValueError):  # one that cannot be read keeps the number it has
            speed = shown_speed(from_plain(LaneResult, json.loads(record)))
            db.execute(
                "update answers set generation_tokens_per_s = ? where comparison = ? and lane = ?",
                [speed.median if speed else None, comparison, lane],
            )


@MIGRATIONS()
def m010_marks(db: Database) -> None:
    """What the user calls a comparison and whether it is starred, which run of a prompt set it belongs to; and of each
    comparison how many rounds it had and what it follows, which the list shows."""
    db["comparisons"].add_column("rounds", int)  # type: ignore[union-attr]
    db["comparisons"].add_column("follows", str)  # type: ignore[union-attr]
    db["comparison_marks"].create(  # type: ignore[union-attr]
        {"comparison": str, "name": str, "starred": int, "set_run": str, "set_name": str}, pk="comparison"
    )
    db["comparison_marks"].enable_fts(  # type: ignore[union-attr]
        ["name", "set_name"], tokenize="unicode61 remove_diacritics 2", create_triggers=True
    )
    # What cannot be read has no rounds to show and belongs to no set.
    db.execute(
        """update comparisons
        set rounds = json_extract(request, '$.repeat'), follows = json_extract(request, '$.follows')
        where json_valid(request)"""
    )
    db.execute(
        """insert or ignore into comparison_marks (comparison, set_run, set_name)
        select json_extract(r.record, '$.comparison'), s.id, json_extract(s.record, '$.name')
        from set_results r join set_runs s on s.id = r.run
        where json_valid(r.record) and json_valid(s.record) and json_extract(r.record, '$.comparison') is not null"""
    )


@MIGRATIONS()
def m011_fidelity(db: Database) -> None:
    """Measurements of fidelity, and what BASE and each other model made of every chunk of text: packed numbers."""
    db["fidelity_runs"].create(  # type: ignore[union-attr]
        {"id": str, "created": str, "state": str, "owner": str, "record": str, "summary": str},
        pk="id",
        not_null={"created", "state", "record", "summary"},
    )
    db["fidelity_runs"].create_index(["created"])  # type: ignore[union-attr]
    db["fidelity_base"].create(  # type: ignore[union-attr]
        {"run": str, "number": int, "place": int, "kind": str, "pieces": bytes, "nll": bytes, "seconds": float},
        pk=("run", "number"),
        foreign_keys=[("run", "fidelity_runs", "id")],
    )
    db["fidelity_others"].create(  # type: ignore[union-attr]
        {
            "run": str,
            "other": int,
            "number": int,
            "kld": bytes,
            "nll": bytes,
            "delta_p": bytes,
            "same_top": bytes,
            "worst": str,
            "seconds": float,
        },
        pk=("run", "other", "number"),
        foreign_keys=[("run", "fidelity_runs", "id")],
    )


@MIGRATIONS()
def m012_fifth_option(db: Database) -> None:
    """Questions with endings have two to five options: a place for the log-probability of the fifth."""
    db["evaluation_items"].add_column("e", float)  # type: ignore[union-attr]

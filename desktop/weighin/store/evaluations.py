"""Evaluations in the database, answer by answer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from weighin.core.errors import AppError
from weighin.core.evaluations.evaluation import EvaluationProtocol, EvaluationRecord, EvaluationRequest, ItemResult
from weighin.core.evaluations.questions import OPTION_LETTERS, Question
from weighin.core.evaluations.stored_evaluation import EvaluationRow, StoredEvaluation, StoredLane, row_of
from weighin.core.jsonable import ShapeError, from_plain, to_plain
from weighin.core.runs.lane import EngineFacts
from weighin.core.runs.run_state import RunState
from weighin.core.statistics.paired import judge_sample
from weighin.store.comparisons import translated
from weighin.store.profile_database import HISTORY, ProfileDatabase, UnreadableError


class EvaluationStore:
    """Keeps, lists, reads and deletes evaluations. Every call is one transaction; raises AppError.

    While a run goes on its state is "interrupted", which is what it will be if the program dies; `owner` says who
    works on it."""

    def __init__(self, database: ProfileDatabase) -> None:
        self._db = database

    def begin(self, run: StoredEvaluation, owner: str) -> None:
        """Keep a new run with its questions and examples."""
        record = {
            "request": to_plain(run.request),
            "protocol": to_plain(run.protocol),
            "engine": to_plain(run.engine) if run.engine else None,
            "questions": [q.id for q in run.questions],
            "examples": [q.id for q in run.examples],
        }
        dataset = run.protocol.dataset_sha256
        with translated(), self._db.conn:
            self._db.execute(
                "insert into evaluations values (?,?,?,?,?,?,?)",
                [
                    run.id,
                    run.created,
                    RunState.INTERRUPTED.value,
                    owner,
                    dataset,
                    _dump(record),
                    _summary(run.record()),
                ],
            )
            self._db.conn.executemany(
                "insert or ignore into evaluation_questions (dataset, id, record) values (?,?,?)",
                [(dataset, q.id, _dump([q.text, list(q.choices), q.answer])) for q in (*run.questions, *run.examples)],
            )
            for lane, setup in zip(run.lanes, run.request.lanes, strict=True):
                self._db.execute(
                    "insert into evaluation_lanes (evaluation, lane, model, model_sha256, record) values (?,?,?,?,?)",
                    [run.id, lane.label, _storable(setup.model.name), setup.model.sha256, _dump(to_plain(lane))],
                )

    def keep_engine(self, identifier: str, engine: EngineFacts) -> None:
        """Keep which engine a run began with."""
        with translated(), self._db.conn:
            self._db.execute(
                "update evaluations set record = json_set(record, '$.engine', json(?)) where id = ?",
                [_dump(to_plain(engine)), identifier],
            )

    def own(self, identifier: str, owner: str, before: str) -> bool:
        """Take a kept run up again from `before`, who worked on it; False where somebody else was quicker."""
        with translated(), self._db.conn:
            taken = self._db.execute(
                "update evaluations set owner = ?, state = ? where id = ? and coalesce(owner, '') = ?",
                [owner, RunState.INTERRUPTED.value, identifier, before],
            )
            return taken.rowcount == 1

    def add(self, identifier: str, lane: StoredLane, results: Sequence[tuple[ItemResult, bool]]) -> None:
        """Keep answers (each with whether it is right) and what the lane took so far."""
        rows = [
            (identifier, lane.label, r.id, r.choice, int(right), r.failure or None, *_five(r.logprobs or ()))
            for r, right in results
        ]
        insert = (
            "insert or ignore into evaluation_items"
            " (evaluation, lane, question, choice, correct, failure, a, b, c, d, e) values (?,?,?,?,?,?,?,?,?,?,?)"
        )
        with translated(), self._db.conn:
            self._db.conn.executemany(insert, rows)
            self._db.execute(
                "update evaluation_lanes set record = ? where evaluation = ? and lane = ?",
                [_dump(to_plain(lane)), identifier, lane.label],
            )

    def finish(self, record: EvaluationRecord, lanes: Sequence[StoredLane]) -> None:
        """Keep how a run ended; nobody works on it any more."""
        engine = _dump(to_plain(record.engine) if record.engine else None)
        with translated(), self._db.conn:
            self._db.execute(
                "update evaluations set state = ?, owner = '', summary = ?,"
                " record = json_set(record, '$.engine', json(?)) where id = ?",
                [record.state.value, _summary(record), engine, record.id],
            )
            for lane in lanes:
                self._db.execute(
                    "update evaluation_lanes set record = ? where evaluation = ? and lane = ?",
                    [_dump(to_plain(lane)), record.id, lane.label],
                )

    def release(self, identifier: str, state: RunState) -> None:
        """Nobody works on a run any more; it stays as it was."""
        with translated(), self._db.conn:
            self._db.execute("update evaluations set owner = '', state = ? where id = ?", [state.value, identifier])

    def rows(self, text: str = "", limit: int = 500) -> tuple[EvaluationRow, ...]:
        """Newest first; with `text` only those whose questions, protocol and models contain all its words. Rows this
        version cannot read are passed over and told."""
        words = text.lower().split()
        with translated():
            entries = list(
                self._db.query("select * from evaluations order by created desc, rowid desc limit ?", [limit])
            )
            rows = self._db.readable(HISTORY, entries, self._row, lambda entry: entry["id"])
        return tuple(row for row in rows if all(word in _names(row) for word in words))

    def owner(self, identifier: str) -> str:
        """Who works on a run, "" for nobody."""
        with translated():
            return str(next(self._db.query("select owner from evaluations where id = ?", [identifier]))["owner"] or "")

    def owners(self) -> dict[str, str]:
        """Who works on which run, as far as it was noted: a process that died is still named."""
        with translated():
            rows = self._db.query("select id, owner from evaluations where coalesce(owner, '') <> ''")
            return {row["id"]: row["owner"] for row in rows}

    def get(self, identifier: str) -> StoredEvaluation:
        """The run whose id begins with `identifier`. Raises AppError: none, several, or unreadable."""
        with translated():
            return self._read(self._only(identifier))

    def _read(self, row: dict[str, Any]) -> StoredEvaluation:
        """The run of a row. Raises UnreadableError."""
        lanes = list(
            self._db.query("select record from evaluation_lanes where evaluation = ? order by lane", [row["id"]])
        )
        results = tuple(self._results(row["id"], label) for label in "AB"[: len(lanes)])
        try:
            record = json.loads(row["record"])
            protocol = from_plain(EvaluationProtocol, record["protocol"])
            questions = self._questions(row["dataset"], protocol.form)
            return StoredEvaluation(
                id=row["id"],
                created=row["created"],
                state=RunState(row["state"]),
                request=from_plain(EvaluationRequest, record["request"]),
                protocol=protocol,
                lanes=tuple(from_plain(StoredLane, json.loads(lane["record"])) for lane in lanes),
                questions=tuple(questions[name] for name in record["questions"]),
                examples=tuple(questions[name] for name in record["examples"]),
                results=results,
                engine=from_plain(EngineFacts, record["engine"]) if record["engine"] else None,
            )
        except (ShapeError, KeyError, ValueError, TypeError) as error:
            text = "This version cannot read this evaluation."
            raise UnreadableError(text, str(error)) from None

    def delete(self, identifiers: Sequence[str]) -> None:
        """Forget evaluations for good, and the questions that no other one needs."""
        with translated(), self._db.conn:
            for identifier in identifiers:
                for table in ("evaluation_items", "evaluation_lanes"):
                    self._db.execute(f"delete from {table} where evaluation = ?", [identifier])
                self._db.execute("delete from evaluations where id = ?", [identifier])
            self._db.execute("delete from evaluation_questions where dataset not in (select dataset from evaluations)")

    def _row(self, entry: dict[str, Any]) -> EvaluationRow:
        """A run in short; counted from its answers where the program died at it, or another version kept the summary.

        Raises UnreadableError."""
        if entry["state"] == RunState.INTERRUPTED.value:
            return row_of(self._read(entry).record())
        try:
            row: EvaluationRow = from_plain(EvaluationRow, json.loads(entry["summary"]))
        except (ShapeError, ValueError):
            return row_of(self._read(entry).record())
        if row.paired is not None and row.paired.n == row.n and not row.paired.whole:
            # Kept by a version that let the live verdict judge whole samples too.
            row = replace(row, paired=judge_sample(row.paired))
        return row

    def _only(self, identifier: str) -> dict[str, Any]:
        found = list(
            self._db.query(
                "select * from evaluations where substr(id, 1, ?) = ? limit 2", [len(identifier), identifier]
            )
        )
        if not identifier or not found:
            raise AppError(f"No evaluation {identifier!r} in History.", kind="missing")
        if len(found) > 1:
            text = f"Several evaluations start with {identifier!r}: type more of the id."
            raise AppError(text, kind="ambiguous")
        return found[0]

    def _questions(self, dataset: str, form: str) -> dict[str, Question]:
        questions = {}
        for row in self._db.query("select id, record from evaluation_questions where dataset = ?", [dataset]):
            subject, split, number = row["id"].rsplit("/", 2)
            text, choices, answer = json.loads(row["record"])
            questions[row["id"]] = Question(subject, split, int(number), text, tuple(choices), answer, form)
        return questions

    def _results(self, identifier: str, label: str) -> tuple[ItemResult, ...]:
        query = "select * from evaluation_items where evaluation = ? and lane = ? order by rowid"
        found = []
        for row in self._db.query(query, [identifier, label]):
            # One of each option; a question that was not scored has none.
            logprobs = tuple(row[letter] for letter in "abcde" if row[letter] is not None)
            found.append(ItemResult(row["question"], row["choice"], logprobs or None, row["failure"] or ""))
        return tuple(found)


def _names(row: EvaluationRow) -> str:
    """What is searched of a run."""
    return " ".join((row.dataset, row.protocol, *(lane.model.name for lane in row.lanes))).lower()


def _summary(record: EvaluationRecord) -> str:
    """The row of a run as it is kept, without the models' templates, which may be long."""
    row = row_of(record)
    lanes = tuple(replace(lane, model=replace(lane.model, template=None)) for lane in row.lanes)
    return _dump(to_plain(replace(row, lanes=lanes)))


def _five(logprobs: tuple[float, ...]) -> tuple[float | None, ...]:
    """Of each option that there can be, None where there is none."""
    return (*logprobs, *(None,) * (len(OPTION_LETTERS) - len(logprobs)))


def _dump(value: Any) -> str:
    return json.dumps(value)


def _storable(text: str) -> str:
    """Text SQLite and every other reader accepts."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")

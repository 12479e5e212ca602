"""Comparisons in the database."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
from collections.abc import Callable
from typing import Any

from weighin.core.comparisons.comparison import Comparison, HistoryRow, LaneResult
from weighin.core.comparisons.slowdown import fits
from weighin.core.comparisons.speed import shown_speed
from weighin.core.errors import AppError
from weighin.core.jsonable import ShapeError, from_plain, to_plain
from weighin.core.runs.answer import StopReason
from weighin.core.runs.lane import Mode
from weighin.core.safe_text import safe_name
from weighin.store.profile_database import HISTORY, ProfileDatabase, UnreadableError

_LIST = """
select c.id, c.created, substr(c.prompt, 1, 300) as prompt, c.mode,
       a.model as model_a, b.model as model_b, a.stop_reason as stop_a, b.stop_reason as stop_b,
       a.generation_tokens_per_s as rate_a, b.generation_tokens_per_s as rate_b,
       substr(a.text, 1, 300) as answer_a, substr(b.text, 1, 300) as answer_b,
       c.rounds, c.follows, v.comparison is not null as blind, m.name, m.starred, m.set_run, m.set_name
from comparisons c
left join answers a on a.comparison = c.id and a.lane = 'A'
left join answers b on b.comparison = c.id and b.lane = 'B'
left join votes v on v.comparison = c.id
left join comparison_marks m on m.comparison = c.id
"""
_HAS_WORD = """c.id in (
    select t.id from comparison_texts t join comparison_texts_fts f on t.rowid = f.rowid
    where comparison_texts_fts match :{name}
    union select k.comparison from comparison_marks k join comparison_marks_fts f on k.rowid = f.rowid
    where comparison_marks_fts match :{name})"""
# More words make no search narrower, and SQLite takes only so many conditions.
_MOST_WORDS = 50
_PAIR = """
select c.* from comparisons c
join answers a on a.comparison = c.id and a.lane = 'A'
join answers b on b.comparison = c.id and b.lane = 'B'
where c.mode = ? and ((a.model = ? and b.model = ?) or (a.model = ? and b.model = ?))
order by c.prompt = ? desc, c.created desc, c.rowid desc limit ?
"""
# Among how many earlier comparisons of a pair one with the same options is looked for.
_NEAREST = 50


class ComparisonStore:
    """Keeps, lists, searches, reads and deletes comparisons. Every call is one transaction; raises AppError."""

    def __init__(self, database: ProfileDatabase) -> None:
        self._db = database

    def save(self, comparison: Comparison) -> None:
        """Keep a comparison; one with the same id is replaced."""
        request = comparison.request
        names = " ".join(result.setup.model.name for result in comparison.results)
        texts = "\n".join(f"{r.answer.text}\n{r.answer.reasoning}" for r in comparison.results)
        with translated(), self._db.conn:
            self._delete((comparison.id,))
            self._insert(
                "comparisons",
                id=comparison.id,
                created=comparison.created,
                prompt=_storable(request.prompt.text),
                system=_storable(request.prompt.system),
                mode=request.mode.value,
                request=_dump(to_plain(request)),
                engine=_dump(to_plain(comparison.engine)) if comparison.engine else None,
                differences=_dump(list(comparison.differences)),
                machine=_dump(to_plain(comparison.machine)) if comparison.machine else None,
                slowdowns=_slowdowns(comparison),
                rounds=request.repeat,
                follows=request.follows,
            )
            for result in comparison.results:
                self._insert(
                    "answers",
                    comparison=comparison.id,
                    lane=result.label,
                    model=_storable(result.setup.model.name),
                    text=_storable(result.answer.text),
                    reasoning=_storable(result.answer.reasoning),
                    stop_reason=result.answer.stop_reason.value,
                    generation_tokens_per_s=_listed(result),
                    record=_dump(to_plain(result)),
                )
            self._insert(
                "comparison_texts",
                id=comparison.id,
                prompt=_storable(request.prompt.whole),
                system=_storable(request.prompt.system),
                models=_storable(names),
                answers=_storable(texts),
            )

    def rows(self, text: str = "", limit: int = 500, starred: bool = False) -> tuple[HistoryRow, ...]:
        """Newest first; with `text` only those that contain all its words (beginnings of words count) in prompt,
        answers, models or name; with `starred` only those that are."""
        words = list(dict.fromkeys(re.findall(r"\w+", text)))[:_MOST_WORDS]
        if text.strip() and not words:
            return ()
        values: dict[str, Any] = {f"word{number}": f'"{word}"*' for number, word in enumerate(words)}
        conditions = [_HAS_WORD.format(name=name) for name in values] + ["m.starred"] * starred
        where = f"where {' and '.join(conditions)}" if conditions else ""
        with translated():
            query = f"{_LIST} {where} order by c.created desc, c.rowid desc limit :most"
            return tuple(_row(entry) for entry in self._db.query(query, {**values, "most": limit}))

    def rename(self, identifier: str, name: str) -> None:
        """What the user calls a comparison; "" for nothing."""
        self._mark(identifier, "name", _storable(name.strip()) or None)

    def star(self, identifiers: tuple[str, ...], starred: bool) -> None:
        """Star comparisons, or take their stars away."""
        for identifier in identifiers:
            self._mark(identifier, "starred", int(starred))

    def _mark(self, identifier: str, column: str, value: Any) -> None:
        with translated(), self._db.conn:
            self._db.execute(
                f"insert into comparison_marks (comparison, {column}) select id, ? from comparisons where id = ? "
                f"on conflict (comparison) do update set {column} = excluded.{column}",
                [value, identifier],
            )

    def get(self, identifier: str) -> Comparison:
        """The comparison whose id begins with `identifier`. Raises AppError: none, several, or unreadable."""
        with translated():
            found = list(
                self._db.query(
                    "select * from comparisons where substr(id, 1, ?) = ? limit 2", [len(identifier), identifier]
                )
            )
            if not identifier or not found:
                raise AppError(f"No comparison {safe_name(identifier)!r} in History.", kind="missing")
            if len(found) > 1:
                raise AppError(
                    f"Several comparisons start with {safe_name(identifier)!r}: type more of the id.", kind="ambiguous"
                )
            return self._read(found[0])

    def _read(self, row: dict[str, Any]) -> Comparison:
        """The comparison of a row. Raises UnreadableError."""
        answers = list(self._db.query("select record from answers where comparison = ? order by lane", [row["id"]]))
        try:
            body = {
                "id": row["id"],
                "created": row["created"],
                "request": json.loads(row["request"]),
                "results": [json.loads(answer["record"]) for answer in answers],
                "engine": json.loads(row["engine"]) if row["engine"] else None,
                "differences": json.loads(row["differences"] or "[]"),
                "slowdowns": json.loads(row["slowdowns"] or "[]"),
                "machine": json.loads(row["machine"]) if row["machine"] else None,
            }
            return from_plain(Comparison, body)
        except (ShapeError, ValueError) as error:
            text = "This version cannot read this comparison."
            raise UnreadableError(text, str(error)) from None

    def alone_of(self, together: Comparison) -> Comparison | None:
        """The latest comparison that measured the same pair alone, on the same prompt if there is one."""
        return self._nearest(together, Mode.ALONE, lambda found: fits(together, found))

    def together_of(self, alone: Comparison) -> Comparison | None:
        """The latest comparison that ran the same pair at once, with the same options and to the end; on the same
        prompt if there is one."""
        return self._nearest(alone, Mode.TOGETHER, lambda found: fits(found, alone) and _answered(found))

    def _nearest(
        self, comparison: Comparison, mode: Mode, is_wanted: Callable[[Comparison], bool]
    ) -> Comparison | None:
        names = [_storable(result.setup.model.name) for result in comparison.results]
        if len(names) != 2:
            return None
        prompt = _storable(comparison.request.prompt.text)
        with translated():
            rows = list(self._db.query(_PAIR, [mode.value, *names, *names[::-1], prompt, _NEAREST]))
            with contextlib.closing(
                self._db.one_by_one(HISTORY, rows, self._read, lambda row: str(row["id"]))
            ) as earlier:
                return next((found for found in earlier if is_wanted(found)), None)

    def set_results(self, comparison: Comparison) -> None:
        """Keep the answers of a comparison that is kept already, with what is known of them now."""
        with translated(), self._db.conn:
            for result in comparison.results:
                self._db.execute(
                    "update answers set record = ? where comparison = ? and lane = ?",
                    [_dump(to_plain(result)), comparison.id, result.label],
                )

    def set_slowdowns(self, comparison: Comparison) -> None:
        """Keep the slowdowns of a comparison that is kept already; of one that was deleted nothing comes back."""
        with translated(), self._db.conn:
            values = [_slowdowns(comparison), comparison.id]
            self._db.execute("update comparisons set slowdowns = ? where id = ?", values)

    def delete(self, identifiers: tuple[str, ...]) -> None:
        """Forget comparisons for good."""
        with translated(), self._db.conn:
            self._delete(identifiers)
            for identifier in identifiers:
                self._db.execute("delete from comparison_marks where comparison = ?", [identifier])

    def _delete(self, identifiers: tuple[str, ...]) -> None:
        for identifier in identifiers:
            self._db.execute("delete from answers where comparison = ?", [identifier])
            self._db.execute("delete from comparison_texts where id = ?", [identifier])
            self._db.execute("delete from comparisons where id = ?", [identifier])

    def _insert(self, table: str, **values: Any) -> None:
        names, marks = ", ".join(f"[{name}]" for name in values), ", ".join("?" * len(values))
        self._db.execute(f"insert into [{table}] ({names}) values ({marks})", list(values.values()))


class translated:  # noqa: N801 - reads as a statement
    """SQLite's errors as sentences."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, sqlite3.Error):
            reason = str(error)
            if "full" in reason:
                raise AppError(
                    "The disk is full: this was not saved to History. Nothing else is lost.", reason, "disk_full"
                )
            if "locked" in reason or "busy" in reason:
                raise AppError("Another program is using the History database. Try again.", reason, "locked")
            raise AppError(f"The History database failed: {reason}.", reason, "database")


def _answered(comparison: Comparison) -> bool:
    unfinished = (StopReason.FAILED, StopReason.CANCELLED)
    return all(result.answer.stop_reason not in unfinished for result in comparison.results)


def _listed(result: LaneResult) -> float | None:
    speed = shown_speed(result)
    return speed.median if speed else None


def _row(entry: dict[str, Any]) -> HistoryRow:
    return HistoryRow(
        id=entry["id"],
        created=entry["created"],
        prompt=entry["prompt"],
        model_a=entry["model_a"] or "",
        model_b=entry["model_b"] or "",
        mode=entry["mode"],
        stop_a=entry["stop_a"] or "",
        stop_b=entry["stop_b"] or "",
        generation_tokens_per_s_a=entry["rate_a"],
        generation_tokens_per_s_b=entry["rate_b"],
        answer_a=entry["answer_a"] or "",
        answer_b=entry["answer_b"] or "",
        name=entry["name"] or "",
        starred=bool(entry["starred"]),
        blind=bool(entry["blind"]),
        rounds=entry["rounds"],
        follows=entry["follows"] or "",
        set_run=entry["set_run"] or "",
        set_name=entry["set_name"] or "",
    )


def _slowdowns(comparison: Comparison) -> str:
    return _dump([to_plain(slowdown) if slowdown else None for slowdown in comparison.slowdowns])


def _dump(value: Any) -> str:
    return json.dumps(value)


def _storable(text: str) -> str:
    """Text SQLite and every other reader accepts: no lone surrogates; NUL bytes as U+FFFD."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")

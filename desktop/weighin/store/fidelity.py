"""Measurements of fidelity in the database, chunk by chunk."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

from weighin.core.errors import AppError
from weighin.core.fidelity.fidelity import (
    BaseChunk,
    FidelityRecord,
    FidelityRequest,
    FidelityRow,
    OtherChunk,
    OtherFidelity,
    SideFacts,
    TextFacts,
    WorstPosition,
)
from weighin.core.fidelity.record import counted, row_of
from weighin.core.jsonable import ShapeError, from_plain, to_plain
from weighin.core.runs.lane import EngineFacts
from weighin.core.runs.run_state import RunState
from weighin.store.comparisons import translated
from weighin.store.profile_database import HISTORY, ProfileDatabase, UnreadableError

# No chunk has more text than a message carries.
_MOST_PIECES_BYTES = 4 << 20


class FidelityStore:
    """Keeps, lists, reads and deletes measurements. Every call is one transaction; raises AppError.

    While one goes on its state is "interrupted", which is what it will be if the program dies; `owner` says who works
    on it."""

    def __init__(self, database: ProfileDatabase) -> None:
        self._db = database

    def begin(self, record: FidelityRecord, owner: str) -> None:
        """Keep a new measurement, which has read nothing yet."""
        with translated(), self._db.conn:
            self._db.execute(
                "insert into fidelity_runs values (?,?,?,?,?,?)",
                [record.id, record.created, RunState.INTERRUPTED.value, owner, _body(record), _summary(record)],
            )

    def own(self, identifier: str, owner: str, before: str) -> bool:
        """Take a kept one up again from `before`, who worked on it; False where somebody else was quicker."""
        with translated(), self._db.conn:
            taken = self._db.execute(
                "update fidelity_runs set owner = ?, state = ? where id = ? and coalesce(owner, '') = ?",
                [owner, RunState.INTERRUPTED.value, identifier, before],
            )
            return taken.rowcount == 1

    def add(
        self,
        record: FidelityRecord,
        base: Sequence[tuple[int, BaseChunk]] = (),
        others: Sequence[tuple[int, OtherChunk]] = (),
    ) -> None:
        """Keep chunks, those of BASE with their place in the order of reading, those of others with the number of the
        model, and what else the record says by now."""
        with translated(), self._db.conn:
            self._db.conn.executemany(
                "insert or replace into fidelity_base values (?,?,?,?,?,?,?)",
                [_base_row(record.id, place, chunk) for place, chunk in base],
            )
            self._db.conn.executemany(
                "insert or replace into fidelity_others values (?,?,?,?,?,?,?,?,?)",
                [_other_row(record.id, number, chunk) for number, chunk in others],
            )
            self._db.execute("update fidelity_runs set record = ? where id = ?", [_body(record), record.id])

    def finish(self, record: FidelityRecord) -> None:
        """Keep how it ended; nobody works on it any more."""
        with translated(), self._db.conn:
            self._db.execute(
                "update fidelity_runs set state = ?, owner = '', record = ?, summary = ? where id = ?",
                [record.state.value, _body(record), _summary(record), record.id],
            )

    def release(self, identifier: str, state: RunState) -> None:
        """Nobody works on it any more; it stays as it was."""
        with translated(), self._db.conn:
            self._db.execute("update fidelity_runs set owner = '', state = ? where id = ?", [state.value, identifier])

    def rows(self, text: str = "", limit: int = 500) -> tuple[FidelityRow, ...]:
        """Newest first; with `text` only those whose text and models contain all its words. Rows this version cannot
        read are passed over and told."""
        words = text.lower().split()
        with translated():
            entries = list(
                self._db.query("select * from fidelity_runs order by created desc, rowid desc limit ?", [limit])
            )
            rows = self._db.readable(HISTORY, entries, self._row, lambda entry: entry["id"])
        return tuple(row for row in rows if all(word in _names(row) for word in words))

    def owner(self, identifier: str) -> str:
        """Who works on it, "" for nobody."""
        with translated():
            found = list(self._db.query("select owner from fidelity_runs where id = ?", [identifier]))
            return str(found[0]["owner"] or "") if found else ""

    def owners(self) -> dict[str, str]:
        """Who works on which, as far as it was noted: a process that died is still named."""
        with translated():
            rows = self._db.query("select id, owner from fidelity_runs where coalesce(owner, '') <> ''")
            return {row["id"]: row["owner"] for row in rows}

    def get(self, identifier: str) -> FidelityRecord:
        """The one whose id begins with `identifier`, with all figures. Raises AppError: none, several, unreadable."""
        with translated():
            return self._read(self._only(identifier))

    def delete(self, identifiers: Sequence[str]) -> None:
        """Forget measurements for good."""
        with translated(), self._db.conn:
            for identifier in identifiers:
                for table in ("fidelity_base", "fidelity_others"):
                    self._db.execute(f"delete from {table} where run = ?", [identifier])
                self._db.execute("delete from fidelity_runs where id = ?", [identifier])

    def _read(self, row: dict[str, Any]) -> FidelityRecord:
        """Raises UnreadableError."""
        try:
            return counted(self._uncounted(row))
        except (ShapeError, KeyError, ValueError, TypeError, struct.error, zlib.error) as error:
            raise UnreadableError("This version cannot read this measurement.", str(error)) from None

    def _uncounted(self, row: dict[str, Any]) -> FidelityRecord:
        body = json.loads(row["record"])
        request: FidelityRequest = from_plain(FidelityRequest, body["request"])
        base = "select * from fidelity_base where run = ? order by place"
        others = (
            "select o.* from fidelity_others o join fidelity_base b using (run, number) "
            "where run = ? and other = ? order by b.place"
        )
        return FidelityRecord(
            id=row["id"],
            created=row["created"],
            state=RunState(row["state"]),
            request=request,
            text=from_plain(TextFacts, body["text"]),
            base=_side(body["base"], body["request"]["base"]),
            others=tuple(
                OtherFidelity(
                    _side(side, setup),
                    chunks=tuple(_other_chunk(found) for found in self._db.query(others, [row["id"], number])),
                )
                for number, (side, setup) in enumerate(zip(body["others"], body["request"]["others"], strict=True))
            ),
            chunks=tuple(_base_chunk(found) for found in self._db.query(base, [row["id"]])),
            engine=from_plain(EngineFacts, body["engine"]) if body["engine"] else None,
            seconds=float(body["seconds"]),
            turns=bool(body["turns"]),
        )

    def _row(self, entry: dict[str, Any]) -> FidelityRow:
        """In short; counted from its chunks where the program died at it, or another version kept the summary.

        Raises UnreadableError."""
        if entry["state"] != RunState.INTERRUPTED.value:
            try:
                row: FidelityRow = from_plain(FidelityRow, json.loads(entry["summary"]))
                return row
            except (ShapeError, ValueError):
                pass
        return row_of(self._read(entry))

    def _only(self, identifier: str) -> dict[str, Any]:
        found = list(
            self._db.query(
                "select * from fidelity_runs where substr(id, 1, ?) = ? limit 2", [len(identifier), identifier]
            )
        )
        if not identifier or not found:
            raise AppError(f"No measurement of fidelity {identifier!r} in History.", kind="missing")
        if len(found) > 1:
            text = f"Several measurements start with {identifier!r}: type more of the id."
            raise AppError(text, kind="ambiguous")
        return found[0]


def _body(record: FidelityRecord) -> str:
    """All of a record but its chunks, and what is counted from them."""
    sides = [{**to_plain(side), "setup": None} for side in (record.base, *(other.side for other in record.others))]
    return json.dumps(
        {
            "request": to_plain(record.request),
            "text": to_plain(record.text),
            "base": sides[0],
            "others": sides[1:],
            "engine": to_plain(record.engine) if record.engine else None,
            "seconds": record.seconds,
            "turns": record.turns,
        }
    )


def _summary(record: FidelityRecord) -> str:
    return json.dumps(to_plain(row_of(record)))


def _side(body: dict[str, Any], setup: Any) -> SideFacts:
    found: SideFacts = from_plain(SideFacts, {**body, "setup": setup})
    return found


def _names(row: FidelityRow) -> str:
    """What is searched."""
    return " ".join((row.text, "fidelity", row.base.name, *(other.side.model.name for other in row.others))).lower()


def _base_row(run: str, place: int, chunk: BaseChunk) -> tuple[Any, ...]:
    pieces = zlib.compress(json.dumps(chunk.pieces).encode())
    return run, chunk.number, place, chunk.kind, pieces, _packed(chunk.nll), chunk.seconds


def _base_chunk(row: dict[str, Any]) -> BaseChunk:
    unpack = zlib.decompressobj()
    pieces = json.loads(unpack.decompress(row["pieces"], _MOST_PIECES_BYTES))
    if not all(isinstance(piece, str) for piece in pieces):
        raise ShapeError("pieces: not all are texts")
    return BaseChunk(row["number"], row["kind"], tuple(pieces), _unpacked(row["nll"]), row["seconds"])


def _other_row(run: str, other: int, chunk: OtherChunk) -> tuple[Any, ...]:
    worst = json.dumps([to_plain(position) for position in chunk.worst])
    packed = (_packed(chunk.kld), _packed(chunk.nll), _packed(chunk.delta_p), bytes(chunk.same_top))
    return run, other, chunk.number, *packed, worst, chunk.seconds


def _other_chunk(row: dict[str, Any]) -> OtherChunk:
    return OtherChunk(
        number=row["number"],
        kld=_unpacked(row["kld"]),
        nll=_unpacked(row["nll"]),
        delta_p=_unpacked(row["delta_p"]),
        same_top=tuple(bool(value) for value in row["same_top"]),
        worst=tuple(from_plain(WorstPosition, body) for body in json.loads(row["worst"])),
        seconds=row["seconds"],
    )


def _packed(values: Iterable[float]) -> bytes:
    numbers = tuple(values)
    return struct.pack(f"<{len(numbers)}d", *numbers)


def _unpacked(data: bytes) -> tuple[float, ...]:
    return struct.unpack(f"<{len(data) // 8}d", data)

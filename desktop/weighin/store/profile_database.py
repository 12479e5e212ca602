"""The open database of a profile. Rows that this version cannot read stay in it, and are told, each once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlite_utils import Database

from weighin.core.errors import AppError
from weighin.core.format import plural
from weighin.core.jsonable import ShapeError, from_plain

Row = TypeVar("Row")
T = TypeVar("T")


@dataclass(frozen=True)
class RecordKind:
    """What rows belong to, and what becomes of those that cannot be read, as a sentence says it."""

    title: str
    fate: str = "kept"


HISTORY = RecordKind("History")
VOTES = RecordKind("the blind votes")
SHELF = RecordKind("the model list", "rebuilt from the files")
DOWNLOADS = RecordKind("the unfinished downloads")
FORECASTS = RecordKind("the forecasts")
PROMPT_SETS = RecordKind("the prompt sets")
SET_RUNS = RecordKind("the prompt set runs")
SET_RESULTS = RecordKind("the prompt set results")
SPEED_TESTS = RecordKind("the speed tests", "measured again")


class UnreadableError(AppError):
    """One row, asked for by its id, has a form this version cannot read."""

    def __init__(self, user_text: str, detail: str) -> None:
        super().__init__(user_text, detail, "shape")


class ProfileDatabase(Database):
    """As sqlite-utils' own. `notice` gets the sentences for the user, on the thread that reads."""

    def __init__(self, connection: sqlite3.Connection, notice: Callable[[str], None]) -> None:
        super().__init__(connection)
        self._notice = notice
        self._told: set[tuple[RecordKind, str]] = set()

    def readable(
        self, part: RecordKind, rows: Iterable[Row], read: Callable[[Row], T], key: Callable[[Row], str]
    ) -> tuple[T, ...]:
        """What `read` makes of each row, without those it cannot: it raises ShapeError, ValueError or UnreadableError.

        key: what tells a row from all others of its part."""
        return tuple(self.one_by_one(part, rows, read, key))

    def one_by_one(
        self, part: RecordKind, rows: Iterable[Row], read: Callable[[Row], T], key: Callable[[Row], str]
    ) -> Generator[T, None, None]:
        """As `readable`, each read when it is wanted. To be closed: only then is told what could not be read."""
        unread = set()
        try:
            for row in rows:
                try:
                    found = read(row)
                except (ShapeError, ValueError, UnreadableError):
                    unread.add((part, key(row)))
                else:
                    yield found
        finally:
            new = unread - self._told
            if new:
                self._told |= new
                self._notice(unreadable_sentence(part, len(new)))

    def records(self, part: RecordKind, kind: type, rows: Iterable[tuple[str, str]]) -> tuple[Any, ...]:
        """Instances of dataclass `kind` from rows of key and JSON, without those that cannot be read."""
        return self.readable(part, rows, lambda row: from_plain(kind, json.loads(row[1])), lambda row: row[0])


def unreadable_sentence(part: RecordKind, count: int) -> str:
    """What to tell the user of `count` rows."""
    become = "it is" if count == 1 else "they are"
    return f"{plural(count, 'row')} of {part.title} cannot be read by this version; {become} {part.fate}."

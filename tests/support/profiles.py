"""Frozen profiles of earlier versions (tests/fixtures/profiles), thawed."""

from __future__ import annotations

import contextlib
import json
import lzma
import sqlite3
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent.parent / "fixtures" / "profiles"
NAMES = tuple(sorted(path.name.removesuffix(".db.xz") for path in FOLDER.glob("*.db.xz")))
NEWEST = NAMES[-1]


def thaw(name: str, place: Path) -> Path:
    """The database of profile `name`, written to `place`."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(lzma.decompress((FOLDER / f"{name}.db.xz").read_bytes()))
    return place


def rows_of(database: Path, table: str) -> list[dict[str, Any]]:
    """All rows as SQLite has them, JSON read; [] where that version had no such table."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        if not connection.execute("select 1 from sqlite_master where name = ?", [table]).fetchone():
            return []
        cursor = connection.execute(f"select * from {table}")
        names = [column[0] for column in cursor.description]
        return [{name: _read(value) for name, value in zip(names, row, strict=True)} for row in cursor]


def tables_of(database: Path) -> dict[str, list[dict[str, Any]]]:
    """Every table with its rows."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        names = connection.execute("select name from sqlite_master where type = 'table'").fetchall()
    return {name: rows_of(database, name) for (name,) in names}


def count_rows(database: Path, table: str) -> int:
    """How many rows a table has, read while another program writes them; 0 where it is not made yet."""
    if not database.exists():
        return 0
    with contextlib.closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        try:
            return int(connection.execute(f"select count(*) from {table}").fetchone()[0])
        except sqlite3.OperationalError:
            return 0


def change(database: Path, statement: str) -> int:
    """Carry out a statement; how many rows it changed."""
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        return connection.execute(statement).rowcount


def _read(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "["):
        with contextlib.suppress(ValueError):
            return json.loads(value)
    return value

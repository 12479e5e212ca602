"""Opens the database: WAL, migrated, never a newer one, never a broken one silently."""

from __future__ import annotations

import contextlib
import datetime
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

from sqlite_utils import Database

from weighin.core.errors import AppError
from weighin.store.migrations import MIGRATIONS

BUSY_S = 5.0
KEPT_BACKUPS = 3
_MIGRATION_TRIES, _MIGRATION_PAUSE_S = 40, 0.05


def open_database(path: Path, on_moved_aside: Callable[[Path], None]) -> Database:
    """The database at `path`, brought up to date. Raises AppError: kind "newer_database" or "database".

    A file that is no database or is damaged is moved aside and a fresh one begun; `on_moved_aside` gets its place."""
    if path.exists():
        _check(path, on_moved_aside)
    try:
        with contextlib.ExitStack() as on_failure:
            connection = sqlite3.connect(path, timeout=BUSY_S, check_same_thread=False)
            on_failure.callback(connection.close)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("PRAGMA foreign_keys=ON")
            database = Database(connection)
            _refuse_newer(database)
            if MIGRATIONS.pending(database):
                if database.table_names():
                    _back_up(path, connection)
                _migrate(database)
            on_failure.pop_all()
            return database
    except sqlite3.Error as error:
        raise AppError(f"The history database cannot be opened ({error}): {path}", kind="database") from None


def _migrate(database: Database) -> None:
    """Bring the database up to date while another connection, of this program or a second one, may do the same."""
    for _ in range(_MIGRATION_TRIES):
        try:
            MIGRATIONS.apply(database)
        except sqlite3.OperationalError:
            database.conn.rollback()
            threading.Event().wait(_MIGRATION_PAUSE_S)
        if not MIGRATIONS.pending(database):
            return
    MIGRATIONS.apply(database)


def _check(path: Path, on_moved_aside: Callable[[Path], None]) -> None:
    """Move a file aside that SQLite cannot read."""
    try:
        with contextlib.closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_S)
        ) as connection:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.OperationalError as error:
        raise AppError(f"The history database cannot be opened ({error}): {path}", kind="database") from None
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        stamp = datetime.datetime.now().strftime("%Y%m%d-%H%M%S")
        for suffix in ("", "-wal", "-shm"):
            part = path.with_name(path.name + suffix)
            if part.exists():
                part.rename(path.with_name(f"{path.name}.corrupt-{stamp}{suffix}"))
        on_moved_aside(path.with_name(f"{path.name}.corrupt-{stamp}"))


def moved_aside_sentence(place: Path) -> str:
    """What to tell the user whose history was damaged."""
    return f"The history was damaged: it was moved to {place}, and a fresh one begun."


def _refuse_newer(database: Database) -> None:
    """Raise where a newer version of the program has migrated this database further than we know."""
    if "_sqlite_migrations" not in database.table_names():
        return
    applied = {migration.name for migration in MIGRATIONS.applied(database)}
    if applied - known_names():
        text = "The history was written by a newer version of Weigh-In; it was not touched. Please update the program."
        raise AppError(text, kind="newer_database")


def known_names() -> set[str]:
    """Names of all migrations this version knows."""
    empty = Database(memory=True)
    with contextlib.closing(empty):
        return {migration.name for migration in MIGRATIONS.pending(empty)}


def _back_up(path: Path, connection: sqlite3.Connection) -> None:
    stamp = datetime.datetime.now().strftime("%Y%m%d-%H%M%S")
    with contextlib.closing(sqlite3.connect(path.with_name(f"{path.name}.backup-{stamp}"))) as copy:
        connection.backup(copy)
    for old in sorted(path.parent.glob(f"{path.name}.backup-*"))[:-KEPT_BACKUPS]:
        old.unlink()

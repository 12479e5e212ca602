"""Opens the database: WAL, migrated, never a newer one, never a broken one silently."""

from __future__ import annotations

import contextlib
import datetime
import sqlite3
from collections.abc import Callable
from pathlib import Path

from sqlite_utils import Database

from weighin.core.errors import AppError
from weighin.store.migrations import MIGRATIONS
from weighin.store.profile_database import ProfileDatabase

BUSY_S = 5.0
KEPT_BACKUPS = 3
# How long another program waits until a big history is copied and converted.
_MIGRATION_BUSY_MS = 60_000


def open_database(path: Path, notice: Callable[[str], None]) -> ProfileDatabase:
    """The database at `path`, brought up to date. Raises AppError: kind "newer_database", "backup" or "database".

    A file that is no database or is damaged is moved aside and a fresh one begun. Before a migration the file is
    copied; where that fails nothing is migrated. `notice` gets sentences for the user, now and while it is read."""
    if path.exists():
        _check(path, notice)
    try:
        with contextlib.ExitStack() as on_failure:
            connection = sqlite3.connect(path, timeout=BUSY_S, check_same_thread=False)
            on_failure.callback(connection.close)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("PRAGMA foreign_keys=ON")
            database = ProfileDatabase(connection, notice)
            _refuse_newer(database)
            if MIGRATIONS.pending(database):
                _migrate(path, database)
            on_failure.pop_all()
            return database
    except sqlite3.Error as error:
        raise AppError(f"Cannot open the history database ({error}): {path}", kind="database") from None


def _migrate(path: Path, database: ProfileDatabase) -> None:
    """Copy the file, then bring it up to date: all of it in one transaction that a second program waits for, so that
    the copy is whole and made once."""
    database.execute(f"PRAGMA busy_timeout = {_MIGRATION_BUSY_MS}")
    database.execute("BEGIN IMMEDIATE")
    if MIGRATIONS.pending(database):
        if database.table_names():
            _back_up(path)
        MIGRATIONS.apply(database)
    database.conn.commit()
    database.execute(f"PRAGMA busy_timeout = {round(BUSY_S * 1000)}")


def _check(path: Path, notice: Callable[[str], None]) -> None:
    """Move a file aside that SQLite cannot read."""
    try:
        with contextlib.closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_S)
        ) as connection:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.OperationalError as error:
        raise AppError(f"Cannot open the history database ({error}): {path}", kind="database") from None
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        stamp = datetime.datetime.now().strftime("%Y%m%d-%H%M%S")
        for suffix in ("", "-wal", "-shm"):
            part = path.with_name(path.name + suffix)
            if part.exists():
                part.rename(path.with_name(f"{path.name}.corrupt-{stamp}{suffix}"))
        place = path.with_name(f"{path.name}.corrupt-{stamp}")
        notice(f"The history was damaged. It was moved to {place}, and a new one was started.")


def _refuse_newer(database: Database) -> None:
    """Raise where a newer version of the program has migrated this database further than we know."""
    if "_sqlite_migrations" not in database.table_names():
        return
    applied = {migration.name for migration in MIGRATIONS.applied(database)}
    if applied - known_names():
        text = "The history was written by a newer version of Weigh-In and was not changed. Please update."
        raise AppError(text, kind="newer_database")


def known_names() -> set[str]:
    """Names of all migrations this version knows."""
    empty = Database(memory=True)
    with contextlib.closing(empty):
        return {migration.name for migration in MIGRATIONS.pending(empty)}


def _back_up(path: Path) -> None:
    """Copy the database beside itself, whole or not at all; of older copies the latest stay. Raises AppError."""
    stamp = datetime.datetime.now().strftime("%Y%m%d-%H%M%S")
    part = path.with_name(f"{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(path)) as source, contextlib.closing(sqlite3.connect(part)) as copy:
            source.backup(copy)
        part.replace(path.with_name(f"{path.name}.backup-{stamp}"))
    except (sqlite3.Error, OSError) as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        reason = error.strerror if isinstance(error, OSError) else str(error)
        text = (
            f"The history could not be updated: its backup could not be written ({reason}): {path.parent}. "
            "Nothing was changed. Free disk space or allow writing there, then start again."
        )
        raise AppError(text, str(error), "backup") from None
    with contextlib.suppress(OSError):
        for old in sorted(path.parent.glob(f"{path.name}.backup-*"))[:-KEPT_BACKUPS]:
            old.unlink()

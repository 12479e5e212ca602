"""Before a migration the history is copied, whole; where that cannot be done nothing is migrated."""

from __future__ import annotations

import contextlib
import resource
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.profiles import NAMES, change, tables_of, thaw

from weighin.core.errors import AppError
from weighin.store.comparisons import ComparisonStore
from weighin.store.database import KEPT_BACKUPS, open_database
from weighin.store.migrations import MIGRATIONS

SCHEMA = MIGRATIONS._migrations[-1].name.split("_")[0]
OLDER = tuple(name for name in NAMES if name.split("-")[-1] < SCHEMA)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "data"
    made.mkdir()
    return made


def backups(path: Path) -> list[Path]:
    return sorted(path.parent.glob(f"{path.name}.backup-*"))


def open_and_close(path: Path) -> list[str]:
    """What was told."""
    notices: list[str] = []
    open_database(path, notices.append).close()
    return notices


@pytest.mark.parametrize("name", OLDER)
def test_the_copy_is_the_old_database_and_can_be_read(name: str, folder: Path) -> None:
    path = thaw(name, folder / "weighin.db")
    before = tables_of(path)
    assert open_and_close(path) == []
    (copy,) = backups(path)
    with contextlib.closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
    assert tables_of(copy) == before
    # Put back in its place it is migrated like any other.
    again = folder / "restored" / "weighin.db"
    again.parent.mkdir()
    copy.rename(again)
    with contextlib.closing(open_database(again, print)) as database:
        store = ComparisonStore(database)
        assert [store.get(row.id).id for row in store.rows()] == [row.id for row in store.rows()]
        assert len(store.rows()) == len(before["comparisons"])
    assert {found.name for found in folder.iterdir()} == {"weighin.db", "restored"}


def test_no_copy_where_nothing_is_migrated(folder: Path) -> None:
    fresh, old = folder / "fresh.db", thaw("m008", folder / "weighin.db")
    for _ in range(2):
        open_and_close(fresh)
        open_and_close(old)
    assert (len(backups(fresh)), len(backups(old))) == (0, 1)


def test_the_latest_copies_stay(folder: Path) -> None:
    for number in range(KEPT_BACKUPS + 2):
        (folder / f"weighin.db.backup-2026010{number}-000000").write_bytes(b"")
    path = thaw("m001", folder / "weighin.db")
    open_and_close(path)
    kept = backups(path)
    assert len(kept) == KEPT_BACKUPS
    assert kept[-1].stat().st_size > 100_000


@pytest.mark.parametrize("name", ["", "m001", "m008"])
def test_many_that_open_it_at_once_make_one_copy(folder: Path, name: str) -> None:
    """As the window does; with no name there is no database yet."""
    path = thaw(name, folder / "weighin.db") if name else folder / "weighin.db"
    before = tables_of(path) if name else None
    errors: list[Exception] = []
    together = threading.Barrier(6)

    def start() -> None:
        together.wait()
        try:
            open_and_close(path)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test says it
            errors.append(error)

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert [tables_of(copy) for copy in backups(path)] == ([before] if name else [])


def refused(path: Path) -> AppError:
    """Opening it fails, and leaves what it holds as it was."""
    before, around = tables_of(path), {found.name for found in path.parent.iterdir()}
    with pytest.raises(AppError) as refusal:
        open_database(path, print)
    assert tables_of(path) == before
    assert {found.name for found in path.parent.iterdir()} == around
    return refusal.value


def test_a_place_that_takes_no_copy(folder: Path) -> None:
    """As in a folder where nothing can be made: a name that cannot be written to."""
    path = thaw("m007", folder / "weighin.db")
    blocked = folder / "weighin.db.part"
    blocked.mkdir()
    (blocked / "x").touch()
    error = refused(path)
    assert error.kind == "backup"
    assert error.user_text.startswith("The history could not be updated: its backup could not be written")
    assert str(folder) in error.user_text
    assert "Nothing was changed" in error.user_text
    (blocked / "x").unlink()
    blocked.rmdir()
    open_and_close(path)
    assert len(backups(path)) == 1


@pytest.fixture
def small_files() -> Iterator[None]:
    """No file may grow beyond 64 KiB, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 << 10, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk(folder: Path, request: pytest.FixtureRequest) -> None:
    path = thaw("m005", folder / "weighin.db")
    good = folder / "weighin.db.backup-20260101-000000"
    good.write_bytes(b"an older one")
    request.getfixturevalue("small_files")
    error = refused(path)
    assert error.kind == "backup"
    assert "Free disk space" in error.user_text
    assert good.read_bytes() == b"an older one"


def test_a_migration_that_fails_halfway_changes_nothing(folder: Path) -> None:
    """All of it or none: the last of eight migrations finds its table taken."""
    path = thaw("m001", folder / "weighin.db")
    change(path, "create table speed_tests (x)")
    before = tables_of(path)
    with pytest.raises(AppError) as refusal:
        open_database(path, print)
    assert refusal.value.kind == "database"
    assert tables_of(path) == before
    assert len(backups(path)) == 1

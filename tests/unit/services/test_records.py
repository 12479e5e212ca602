"""One thread and one connection for everything that is kept."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from tests.ui.fakes import comparison

from weighin.core.errors import AppError
from weighin.paths import Profile
from weighin.services.comparisons.history import History
from weighin.services.records import Records
from weighin.services.task_runner import TaskRunner
from weighin.store.stores import Stores


def held(path: Path) -> list[str]:
    """Files beside `path` that this process holds."""
    return [file.path for file in psutil.Process().open_files() if Path(file.path).is_relative_to(path.parent)]


def test_everybody_comes_in_turn_on_one_thread_with_the_same_stores(qtbot: Any, records: Records) -> None:
    seen: list[tuple[int, int, Stores]] = []

    def note(number: int) -> Callable[[Stores], None]:
        return lambda stores: seen.append((number, threading.get_ident(), stores))

    others = [TaskRunner(1) for _ in range(4)]
    done: list[Any] = []
    for number, other in enumerate(others):  # whoever comes first: all at once
        other.run(lambda number=number: records.wait(note(number)), done.append, done.append)
    qtbot.waitUntil(lambda: len(done) == 4)
    assert done == [None] * 4 and len({(thread, id(stores)) for _, thread, stores in seen}) == 1
    seen.clear()
    for number in range(100):
        records.run(note(number), done.append, done.append)
    qtbot.waitUntil(lambda: len(done) == 104)
    assert [number for number, _, _ in seen] == list(range(100))
    for other in others:
        other.close()


def test_what_was_begun_is_written_before_the_end_and_nobody_is_called_after_it(qtbot: Any, tmp_path: Path) -> None:
    path, called = tmp_path / "x.db", []
    records, blocked = Records(path), threading.Event()
    records.run(lambda _: blocked.wait(10), called.append, called.append)
    for number in range(5):
        History(records).save(comparison(number=number), called.append, called.append)
    threading.Timer(0.05, blocked.set).start()
    records.close()
    assert held(path) == []
    qtbot.wait(1)
    assert called == []
    with contextlib.closing(Records(path)) as again:
        assert sorted(row.id for row in again.wait(lambda stores: stores.comparisons.rows())) == [
            f"id{number}" for number in range(5)
        ]


def test_where_it_cannot_be_opened_each_is_told_and_the_next_tries_again(qtbot: Any, tmp_path: Path) -> None:
    path = tmp_path / "later" / "x.db"
    with contextlib.closing(Records(path)) as records:
        errors: list[AppError] = []
        records.run(lambda _: None, pytest.fail, errors.append)
        qtbot.waitUntil(lambda: bool(errors))
        assert errors[0].kind == "database"
        with pytest.raises(AppError):
            records.wait(lambda _: None)
        path.parent.mkdir()
        assert records.wait(lambda stores: stores.votes.votes()) == ()


def test_nothing_is_opened_or_begun_unasked(qapp: object) -> None:
    threads = threading.active_count()
    Records(Profile.locate().database).close()
    assert threading.active_count() == threads
    assert not Profile.locate().database.exists()

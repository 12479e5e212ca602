"""Kept runs of prompt sets, as a window asks for them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.support.graded import stored_run

from weighin.core.errors import AppError
from weighin.services.comparisons.set_run_history import SetRunHistory
from weighin.services.records import Records


def asked(qtbot: Any, ask: Any) -> Any:
    """What `ask(done, failed)` gives."""
    found: list[Any] = []
    ask(found.append, found.append)
    qtbot.waitUntil(lambda: bool(found))
    return found[0]


def test_a_run_is_listed_loaded_exported_and_deleted(qtbot: Any, records: Records, tmp_path: Path) -> None:
    stored = stored_run("++", "-+")
    records.run(lambda stores: stores.prompt_sets.begin_run(stored.run), lambda _: None, pytest.fail)
    for result in stored.results:
        records.run(lambda s, r=result: s.prompt_sets.add_result(stored.id, r), lambda _: None, pytest.fail)
    history = SetRunHistory(records)
    (row,) = asked(qtbot, history.rows)
    assert (row.id, row.right_a, row.right_b) == (stored.id, 2, 1)
    assert asked(qtbot, lambda done, failed: history.load(row.id, done, failed)) == stored
    path = tmp_path / "run.json"
    asked(qtbot, lambda done, failed: history.export(stored, "json", str(path), lambda _: done("written"), failed))
    assert json.loads(path.read_text("utf-8"))["schema"] == "weighin.prompt-set/1"
    with qtbot.waitSignal(history.changed):
        history.delete((row.id,), lambda _: None, pytest.fail)
    gone = asked(qtbot, lambda done, failed: history.load(row.id, done, failed))
    assert isinstance(gone, AppError) and gone.user_text == "This run is no longer kept: only the latest 50 are."
    history.close()

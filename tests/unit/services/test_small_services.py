import json
import threading
from pathlib import Path
from typing import Any

import pytest

from weighin.core.comparisons.rounds import Step, schedule
from weighin.core.errors import AppError
from weighin.paths import Profile
from weighin.services.models.library import Library
from weighin.services.records import Records
from weighin.services.settings import Settings
from weighin.services.task_runner import TaskRunner
from weighin.wiring.models import ModelServices


@pytest.mark.parametrize("repeat", range(1, 21))
def test_each_lane_gets_each_round_once_and_the_order_turns(repeat: int) -> None:
    steps = [s for s in schedule(repeat) if s.number]
    assert len(steps) == 2 * repeat
    assert len(set(steps)) == 2 * repeat
    firsts = [steps[i].lane for i in range(0, len(steps), 2)]
    assert firsts == [i % 2 for i in range(repeat)]
    assert (Step(0, 0) in schedule(repeat)) == (repeat > 1)


def test_settings_survive_and_a_damaged_file_counts_as_empty(tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    Settings(path).set("theme", "dark")
    assert Settings(path).get("theme", "system") == "dark"
    assert Settings(path).get("theme", 7) == 7
    path.write_text("{ not json")
    assert Settings(path).get("theme", "system") == "system"


def test_results_come_back_on_the_windows_thread(qtbot: Any) -> None:
    runner = TaskRunner(1)
    here = threading.get_ident()
    seen: list[Any] = []
    runner.run(threading.get_ident, lambda there: seen.append((there, threading.get_ident())), seen.append)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen[0][0] != here == seen[0][1]
    runner.close()


def test_an_expected_error_arrives_as_it_is(qtbot: Any) -> None:
    runner = TaskRunner(1)
    seen: list[AppError] = []

    def fail() -> None:
        raise AppError("No.", kind="x")

    runner.run(fail, lambda _: None, seen.append)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen[0].user_text == "No."
    runner.close()


def test_an_unexpected_error_is_logged_and_said(qtbot: Any, caplog: pytest.LogCaptureFixture) -> None:
    runner = TaskRunner(1)
    seen: list[AppError] = []
    runner.run(lambda: 1 / 0, lambda _: None, seen.append)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen[0].kind == "bug"
    assert "a task failed" in caplog.text
    runner.close()


def new_library(tmp_path: Path, records: Records) -> tuple[Library, ModelServices]:
    services = ModelServices(Profile.locate(), records, Settings(Profile.locate().settings))
    return Library(tmp_path, Settings(tmp_path / "s.json"), services.shelf), services


def test_opened_files_are_offered_again_next_time(qtbot: Any, tmp_path: Path, tiny: Path, records: Records) -> None:
    library, services = new_library(tmp_path, records)
    opened: list[Any] = []
    library.open_file(str(tiny), opened.append, opened.append)
    qtbot.waitUntil(lambda: bool(opened))
    assert library.models() == (opened[0],)
    services.close()
    later, services = new_library(tmp_path, records)
    later.restore()
    qtbot.waitUntil(lambda: bool(later.models()))
    later.forget(str(tiny))
    qtbot.waitUntil(lambda: later.models() == ())
    services.close()
    assert tiny.exists()


def test_files_remembered_by_an_earlier_version_move_to_the_shelf(
    qtbot: Any, tmp_path: Path, tiny: Path, records: Records
) -> None:
    (tmp_path / "s.json").write_text(json.dumps({"opened_models": [str(tiny)]}))
    library, services = new_library(tmp_path, records)
    library.restore()
    qtbot.waitUntil(lambda: bool(library.models()))
    services.close()
    assert json.loads((tmp_path / "s.json").read_text())["opened_models"] == []


def test_a_refused_file_says_why(qtbot: Any, tmp_path: Path, records: Records) -> None:
    library, services = new_library(tmp_path, records)
    seen: list[AppError] = []
    library.open_file(str(tmp_path), lambda _: None, seen.append)
    library.open_file(str(tmp_path / "none.gguf"), lambda _: None, seen.append)
    qtbot.waitUntil(lambda: len(seen) == 2)
    assert [error.kind for error in seen] == ["directory", "missing"]
    services.close()

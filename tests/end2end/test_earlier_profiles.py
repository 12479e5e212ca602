"""The real program on profiles of earlier versions, and on one with rows that it cannot read."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from tests.support.profiles import NAMES, change, rows_of, thaw
from tests.ui.fakes import comparison

from weighin.app import Program
from weighin.cli.parser import parse
from weighin.cli.run import run_command
from weighin.core.errors import AppError
from weighin.paths import Profile
from weighin.store.database import open_database
from weighin.store.profile_database import ProfileDatabase
from weighin.ui import theme
from weighin.ui.main_window import HISTORY, PAGES


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    return tmp_path / "profile"


@pytest.fixture
def begin(profile: Path, qapp: Any) -> Iterator[Callable[[], Program]]:
    """The window opens on the profile."""
    programs: list[Program] = []

    def start() -> Program:
        programs.append(Program(qapp, Profile.locate(str(profile))))
        programs[0].window.show()
        programs[0].restore()
        return programs[0]

    yield start
    for program in programs:
        program.window.close()
        program.close()
        shiboken6.delete(program.window)
        shiboken6.delete(theme.current(qapp))
        qapp.setStyleSheet("")


@pytest.mark.parametrize("name", NAMES)
def test_the_command_line_lists_and_shows(name: str, profile: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = thaw(name, profile / "data" / "weighin.db")
    kept = {table: {row["id"] for row in rows_of(database, table)} for table in ("comparisons", "evaluations")}

    def history(*arguments: str) -> Any:
        assert run_command(parse(["--profile", str(profile), "history", *arguments, "--json"])) == 0
        told = capsys.readouterr()
        assert told.err == ""
        return json.loads(told.out)

    listed = history("list")
    assert {table: {row["id"] for row in listed[table]} for table in kept} == kept
    found = history("search", "seven plus")["comparisons"][-1]
    lanes = history("show", found["id"])["lanes"]
    assert [lane["answer"].strip() for lane in lanes] == ["Twelve.", "Twelve."]


@pytest.mark.parametrize("name", ["m001", "m008"])
def test_the_window_opens_on_it(name: str, qtbot: Any, profile: Path, begin: Callable[[], Program]) -> None:
    database = thaw(name, profile / "data" / "weighin.db")
    comparisons, evaluations = (len(rows_of(database, table)) for table in ("comparisons", "evaluations"))
    program = begin()
    for page in range(len(PAGES)):
        program.window.show_page(page)
    program.window.show_page(HISTORY)
    table = program.window.history_page.table
    qtbot.waitUntil(lambda: sum(len(entry.rows) for entry in table.records) == comparisons)
    told: list[Any] = []
    program.services.evaluations.kept.rows(told.append, told.append)
    qtbot.waitUntil(lambda: bool(told))
    assert len(told[0]) == evaluations
    assert program.window.notice == ""


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The databases that were opened since."""
    paths: list[Path] = []

    def opening(path: Path, notice: Callable[[str], None]) -> ProfileDatabase:
        paths.append(path)
        return open_database(path, notice)

    monkeypatch.setattr("weighin.store.database.open_database", opening)
    return paths


def use_everything(qtbot: Any, program: Program) -> None:
    """Every page and every service that keeps something was there, and has got its answer."""
    for page in range(len(PAGES)):
        program.window.show_page(page)
    told: list[Any] = []
    program.services.prompt_sets.sets(told.append, told.append)
    program.services.history.search("", told.append, told.append)
    program.services.votes.tallies(told.append, told.append)
    program.services.evaluations.kept.rows(told.append, told.append)
    program.services.plans.ledger.restore(lambda: told.append(None))
    program.services.models.shelf.scanned.connect(lambda: told.append(None))
    program.services.models.shelf.scan()
    program.services.tapes.make(comparison(), told.append, told.append)
    program.services.bundles.make(comparison(), told.append, told.append, lambda _: None)
    qtbot.waitUntil(lambda: len(told) >= 8)
    assert not [answer for answer in told if isinstance(answer, AppError)]


def test_the_window_opens_it_once(qtbot: Any, profile: Path, begin: Callable[[], Program], opened: list[Path]) -> None:
    database = thaw("m008", profile / "data" / "weighin.db")
    use_everything(qtbot, begin())
    assert opened == [database]
    assert len(list(database.parent.glob("*.backup-*"))) == 1


def test_a_damaged_one_is_told_once(
    qtbot: Any, profile: Path, begin: Callable[[], Program], opened: list[Path]
) -> None:
    database = profile / "data" / "weighin.db"
    database.parent.mkdir(parents=True)
    database.write_bytes(b"no database at all" * 500)
    program = begin()
    use_everything(qtbot, program)
    (aside,) = database.parent.glob("*.corrupt-*")
    assert program.window.notice == f"The history was damaged. It was moved to {aside}, and a new one was started."
    assert opened == [database]


def test_rows_of_a_version_to_come_are_told_and_stay(qtbot: Any, profile: Path, begin: Callable[[], Program]) -> None:
    database = thaw("m009", profile / "data" / "weighin.db")
    for table in ("votes", "predictions", "prompt_sets", "shelf"):
        change(database, f"update {table} set record = '{{}}'")
    change(database, "update evaluations set record = '{}', summary = '{}'")
    program = begin()
    program.window.show_page(HISTORY)
    told: list[Any] = []
    program.services.prompt_sets.sets(told.append, told.append)
    parts = ("History", "the blind votes", "the forecasts", "the prompt sets", "the model list")
    qtbot.waitUntil(lambda: all(f" of {part} cannot be read by" in program.window.notice for part in parts))
    assert "3 rows of History cannot be read by this version; they are kept." in program.window.notice.splitlines()
    assert len(rows_of(database, "evaluations")) == 3
    assert [row["record"] for row in rows_of(database, "votes")] == [{}, {}]


def test_commands_that_run_something_say_so_too(profile: Path, weighin: list[str]) -> None:
    database = thaw("m009", profile / "data" / "weighin.db")
    rows = change(database, "update predictions set record = '{}'")
    command = [*weighin, "--profile", str(profile), "plan", "starter:dense", "--no-slice"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    assert f"{rows} rows of the forecasts cannot be read by this version; they are kept." in done.stderr

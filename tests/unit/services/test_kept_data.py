"""What is kept goes when it is asked for, and nothing else with it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.unit.store.test_comparisons import of_mode

from weighin.core.prompts.prompt_set import PromptSet
from weighin.core.runs.lane import Mode
from weighin.paths import Profile
from weighin.services.kept_data import KeptData, KeptPlace
from weighin.services.records import Records
from weighin.services.settings import Settings
from weighin.store.erasing import MEASURED, OF_FILES, WRITTEN
from weighin.wiring.services import Services


@pytest.fixture
def settings() -> Settings:
    return Settings(Profile.locate().settings)


@pytest.fixture
def kept(qapp: object, records: Records, settings: Settings) -> Iterator[KeptData]:
    with contextlib.closing(KeptData(Profile.locate(), records, settings, lambda: False)) as made:
        yield made


def fill(records: Records) -> None:
    """A comparison, a prompt set and a folder of the user's."""
    records.wait(lambda stores: stores.comparisons.save(of_mode("one", Mode.ALONE, "hello")))
    records.wait(lambda stores: stores.comparisons.rename("one", "zephyrs"))
    records.wait(lambda stores: stores.prompt_sets.save_set(PromptSet("s", "Mine", ())))
    records.wait(lambda stores: stores.models.keep_place("/models"))


def counts(records: Records) -> dict[str, int]:
    def count(stores: Any) -> dict[str, int]:
        tables = ("comparisons", "answers", "comparison_texts", "comparison_marks", "prompt_sets", "shelf_places")
        return {t: stores.eraser._db.execute(f"select count(*) from {t}").fetchone()[0] for t in tables}

    return records.wait(count)


def test_every_table_of_the_database_is_told_apart(records: Records) -> None:
    names = records.wait(lambda stores: stores.eraser._db.table_names())
    ours = {n for n in names if not n.startswith(("_sqlite", "sqlite_", "comparison_texts_", "comparison_marks_"))}
    assert ours == {*MEASURED, *WRITTEN, *OF_FILES}


def test_history_goes_with_old_copies_and_the_rest_stays(
    qtbot: Any, kept: KeptData, records: Records, settings: Settings
) -> None:
    fill(records)
    settings.set("theme", "dark")
    database = Profile.locate().database
    copies = [database.with_name(f"{database.name}.{kind}-20261111-101010") for kind in ("backup", "corrupt")]
    for copy in copies:
        copy.write_bytes(b"old")
    with qtbot.waitSignal(kept.measured_deleted):
        kept.delete_measured(lambda: None, pytest.fail)
    assert counts(records) == {
        "comparisons": 0, "answers": 0, "comparison_texts": 0, "comparison_marks": 0, "prompt_sets": 1,
        "shelf_places": 1,
    }  # fmt: skip
    assert not any(copy.exists() for copy in copies)
    assert settings.get("theme", "") == "dark"
    assert b"hello" not in database.read_bytes() and b"zephyrs" not in database.read_bytes()
    # What is searched is empty too, and can be filled again.
    assert records.wait(lambda stores: stores.comparisons.rows("hello", 10)) == ()
    fill(records)
    assert len(records.wait(lambda stores: stores.comparisons.rows("hello", 10))) == 1


def test_everything_goes_but_model_files_and_question_sets(
    qtbot: Any, kept: KeptData, records: Records, settings: Settings
) -> None:
    profile = Profile.locate()
    fill(records)
    settings.set("theme", "dark")
    model, questions = profile.hub_cache / "model.gguf", profile.questions / "mmlu.tar"
    log, aside = profile.logs / "weighin.log", profile.settings.with_suffix(".damaged.json")
    for file in (model, questions, log, aside):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x" * 100)
    with qtbot.waitSignals([kept.prompts_deleted, kept.measured_deleted]):
        kept.delete_all(lambda: None, pytest.fail)
    assert set(counts(records).values()) == {0}
    assert settings.get("theme", "system") == "system"
    assert Settings(profile.settings).get("theme", "system") == "system"
    assert model.exists() and questions.exists()
    assert log.stat().st_size == 0
    assert not aside.exists()


def test_places_are_told_with_their_size(qtbot: Any, kept: KeptData, settings: Settings) -> None:
    profile = Profile.locate()
    folder = profile.hub_cache / "models--o--r" / "blobs"
    folder.mkdir(parents=True)
    (folder / "ab").write_bytes(b"x" * 1000)
    (folder / "link").symlink_to(folder / "ab")
    settings.set("a", 1)
    found: list[tuple[KeptPlace, ...]] = []
    kept.places(found.append)
    qtbot.waitUntil(lambda: bool(found))
    sizes = {place.title: place.size for place in found[0]}
    assert sizes["Downloaded models"] == 1000
    assert sizes["Settings"] == profile.settings.stat().st_size
    assert sizes["Question sets"] == 0


def test_a_copy_that_cannot_be_deleted_is_said(qtbot: Any, kept: KeptData, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Profile.locate().database
    database.with_name(f"{database.name}.backup-1").write_bytes(b"old")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    said: list[Any] = []
    kept.delete_measured(lambda: None, said.append)
    qtbot.waitUntil(lambda: bool(said))
    assert said[0].user_text == "weighin.db.backup-1 cannot be deleted: Permission denied."


def test_whoever_shows_what_was_kept_looks_again(qtbot: Any, qapp: object) -> None:
    with contextlib.closing(Services(Profile.locate())) as services:
        assert services.kept.why_not_now == ""
        services.ledger._predictions = {"x": object()}
        with qtbot.waitSignals([services.history.changed, services.votes.changed, services.evaluations.kept.changed]):
            services.kept.delete_measured(lambda: None, pytest.fail)
        assert services.ledger.predictions() == ()


def test_models_of_the_users_own_folders_are_listed_no_longer(
    qtbot: Any, qapp: object, tmp_path: Path, tiny: Path
) -> None:
    (tmp_path / "one.gguf").write_bytes(tiny.read_bytes())
    with contextlib.closing(Services(Profile.locate())) as services:
        shelf = services.models.shelf
        done: list[Any] = []
        shelf.add(str(tmp_path / "one.gguf"), done.append, pytest.fail)
        qtbot.waitUntil(lambda: bool(done))
        with qtbot.waitSignal(shelf.scanned):
            services.kept.delete_all(lambda: None, pytest.fail)
        assert shelf.models() == ()


@pytest.mark.parametrize("path", ["folder", "folder/one.gguf"])
def test_a_place_that_was_added_is_forgotten_with_its_models(
    qtbot: Any, qapp: object, tmp_path: Path, tiny: Path, path: str
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "one.gguf").write_bytes(tiny.read_bytes())
    with contextlib.closing(Services(Profile.locate())) as services:
        shelf = services.models.shelf
        done: list[Any] = []
        shelf.add(str(tmp_path / path), done.append, pytest.fail)
        qtbot.waitUntil(lambda: bool(done))
        shelf.added(done.append, pytest.fail)
        qtbot.waitUntil(lambda: len(done) == 2)
        assert done[1] == (str(tmp_path / path),)
        shelf.forget_place(str(tmp_path / path), lambda: done.append("gone"), pytest.fail)
        qtbot.waitUntil(lambda: len(done) == 3)
        assert shelf.models() == ()
        assert (folder / "one.gguf").exists()
        # It can be added again.
        shelf.add(str(tmp_path / path), done.append, pytest.fail)
        qtbot.waitUntil(lambda: len(done) == 4)
        assert len(shelf.models()) == 1

"""Getting MMLU from a hub of our own, and opening sets of one's own."""

from __future__ import annotations

import io
import random
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from tests.support.loopback_hub import LoopbackHub
from tests.support.questions import make_questions, write_csv, write_folder

from weighin.core.errors import AppError
from weighin.core.evaluations import mmlu_data
from weighin.core.evaluations.question_csv import csv_rows
from weighin.core.evaluations.questions import QuestionSet, QuestionSetInfo, checksum
from weighin.paths import Profile, resources
from weighin.services.evaluations.question_sets import QuestionSets
from weighin.services.models.hub import hub_process
from weighin.services.models.hub_access import HubAccess
from weighin.services.settings import Settings
from weighin.wiring.evaluations import new_question_sets

WAIT = 20_000
STANDARD = ["MMLU", "HellaSwag", "ARC-Easy", "ARC-Challenge", "WinoGrande"]
PARQUET = Path(__file__).resolve().parents[1] / "fixtures" / "parquet"
SUBJECTS = {"tides": 40, "odd_jobs": 25}
PADDING = random.Random(1).randbytes(3 << 20)


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A release in small: its rows, and something large that is left in the archive."""
    folder = write_folder(tmp_path / "release", SUBJECTS, ("test", "val"))
    monkeypatch.setattr(mmlu_data, "CATEGORIES", {"tides": "STEM", "odd_jobs": "other"})
    for split in ("dev", "val", "test"):
        files = [(s, (folder / split / f"{s}_{split}.csv").read_bytes()) for s in sorted(SUBJECTS)]
        rows = tuple(q for s, data in files for q in csv_rows(data, s, split, s))
        monkeypatch.setitem(mmlu_data.CHECKSUMS, split, checksum(rows))
        monkeypatch.setitem(mmlu_data.ROWS, split, len(rows))
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        big = tarfile.TarInfo("data/auxiliary_train/race.csv")
        big.size = len(PADDING)
        tar.addfile(big, io.BytesIO(PADDING))
        for path in sorted(folder.rglob("*.csv")):
            tar.add(path, f"data/{path.relative_to(folder)}")
    return packed.getvalue()


@pytest.fixture
def hub(archive: bytes, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackHub]:
    with LoopbackHub() as made:
        repo = made.add(mmlu_data.REPOSITORY, {"data.tar": archive}, commit=mmlu_data.COMMIT)
        monkeypatch.setattr(mmlu_data, "ARCHIVE_SHA256", repo.files["data.tar"].sha256)
        monkeypatch.setenv("HF_ENDPOINT", made.url)
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        yield made


@pytest.fixture
def new_sets(qtbot: QtBot) -> Iterator[Callable[[], QuestionSets]]:
    made: list[QuestionSets] = []

    def new() -> QuestionSets:
        made.append(
            new_question_sets(
                Profile.locate(),
                resources(),
                hub_process(
                    Profile.locate().hub_cache, HubAccess(Settings(Profile.locate().settings)), Profile.locate().headers
                ),
            )
        )
        return made[-1]

    yield new
    for sets in made:
        sets.close()


def loaded(qtbot: QtBot, sets: QuestionSets, key: str) -> QuestionSet | AppError:
    found: list[Any] = []
    sets.load(key, found.append, found.append)
    qtbot.waitUntil(lambda: bool(found), timeout=WAIT)
    return found[0]


def opened(qtbot: QtBot, sets: QuestionSets, path: Path) -> QuestionSetInfo | AppError:
    found: list[Any] = []
    sets.open_path(path, found.append, found.append)
    qtbot.waitUntil(lambda: bool(found), timeout=WAIT)
    return found[0]


def mmlu(sets: QuestionSets) -> QuestionSetInfo:
    return next(info for info in sets.sets() if info.key == "mmlu")


def test_one_action_fetches_checks_and_keeps(
    qtbot: QtBot, hub: LoopbackHub, new_sets: Callable[[], QuestionSets], monkeypatch: pytest.MonkeyPatch
):
    sets = new_sets()
    assert not mmlu(sets).available
    assert isinstance(loaded(qtbot, sets, "mmlu"), AppError)
    phases: list[str] = []
    sets.fetch_progressed.connect(lambda progress: phases.append(progress.phase))
    with qtbot.waitSignal(sets.fetched, timeout=WAIT):
        sets.fetch("mmlu")
    assert phases[0] == "asking"
    assert phases[-1] == "checking"
    assert not sets.fetching
    assert mmlu(sets).available
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    again = loaded(qtbot, new_sets(), "mmlu")
    assert isinstance(again, QuestionSet)
    assert again.is_mmlu
    assert again.subjects("test") == {"odd_jobs": 25, "tides": 40}
    assert again.examples("tides")[0] == make_questions("tides", "dev", 5)[0]


def test_what_was_fetched_before_a_stop_is_not_fetched_again(
    qtbot: QtBot, hub: LoopbackHub, new_sets: Callable[[], QuestionSets]
):
    hub.fail("data.tar", stall_at=2 << 20)
    sets = new_sets()
    with qtbot.waitSignal(sets.fetch_progressed, timeout=WAIT, check_params_cb=lambda p: p.done >= 1 << 20):
        sets.fetch("mmlu")
    with qtbot.waitSignal(sets.fetch_failed, timeout=WAIT) as failed:
        sets.cancel_fetch()
    assert failed.args[0].kind == "stopped"
    before = hub.sent
    with qtbot.waitSignal(sets.fetched, timeout=WAIT):
        sets.fetch("mmlu")
    assert hub.sent - before < (3 << 20) - (1 << 20) + (1 << 18)


def test_another_archive_at_the_hub_is_not_fetched(
    qtbot: QtBot, hub: LoopbackHub, new_sets: Callable[[], QuestionSets], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(mmlu_data, "ARCHIVE_SHA256", "0" * 64)
    sets = new_sets()
    with qtbot.waitSignal(sets.fetch_failed, timeout=WAIT) as failed:
        sets.fetch("mmlu")
    assert "on the hub has changed" in failed.args[0].user_text
    assert hub.sent == 0


def test_rows_that_are_not_the_released_ones_are_not_kept(
    qtbot: QtBot, hub: LoopbackHub, new_sets: Callable[[], QuestionSets], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(mmlu_data.CHECKSUMS, "test", "0" * 64)
    sets = new_sets()
    with qtbot.waitSignal(sets.fetch_failed, timeout=WAIT) as failed:
        sets.fetch("mmlu")
    assert "is not MMLU as it was released" in failed.args[0].user_text
    assert not mmlu(sets).available


def test_without_a_connection_a_sentence_and_the_rest_works(
    qtbot: QtBot, archive: bytes, new_sets: Callable[[], QuestionSets], tmp_path: Path
):
    sets = new_sets()  # HF_HUB_OFFLINE is set in tests
    with qtbot.waitSignal(sets.fetch_failed, timeout=WAIT) as failed:
        sets.fetch("mmlu")
    assert failed.args[0].kind == "offline_mode"
    (tmp_path / "data.tar").write_bytes(archive)
    info = opened(qtbot, sets, tmp_path / "data.tar")
    assert isinstance(info, QuestionSetInfo)
    assert (info.key, info.is_mmlu) == ("mmlu", True)
    assert mmlu(sets).available


def test_own_files_are_remembered_and_labelled(qtbot: QtBot, new_sets: Callable[[], QuestionSets], tmp_path: Path):
    path = tmp_path / "mine.csv"
    write_csv(path, make_questions("mine", "test", 8))
    info = opened(qtbot, new_sets(), path)
    assert isinstance(info, QuestionSetInfo)
    assert info.counts == {"test": 8}
    assert "Not MMLU questions" in info.label
    assert [i.title for i in new_sets().sets()] == [
        "Starter questions",
        *STANDARD,
        *(f"{title} style (included)" for title in STANDARD[1:]),
        "mine.csv",
    ]
    path.write_text("Q?,a,b,c,d,e,A\n")
    trouble = opened(qtbot, new_sets(), path)
    assert isinstance(trouble, AppError)
    assert "five options" in trouble.user_text


def test_the_starter_questions_need_nothing(qtbot: QtBot, new_sets: Callable[[], QuestionSets]):
    found = loaded(qtbot, new_sets(), "starter")
    assert isinstance(found, QuestionSet)
    assert len(found.of_split("test")) == 828


# ---------------------------------------------------------------- the standard sets with endings
FILES = {
    "hellaswag": (
        "datasets/Rowan/hellaswag",
        "hub-hellaswag",
        {"validation": "data/validation-00000-of-00001.parquet"},
    ),
    "arc-easy": (
        "datasets/allenai/ai2_arc",
        "hub-arc",
        {split: f"ARC-Easy/{split}-00000-of-00001.parquet" for split in ("train", "validation", "test")},
    ),
    "arc-challenge": (
        "datasets/allenai/ai2_arc",
        "hub-arc",
        {split: f"ARC-Challenge/{split}-00000-of-00001.parquet" for split in ("train", "test")},
    ),
    "winogrande": (
        "datasets/allenai/winogrande",
        "hub-winogrande",
        {split: f"winogrande_xl/{split}/0000.parquet" for split in ("train", "validation")},
    ),
}


@pytest.fixture
def standard_hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackHub]:
    with LoopbackHub() as made:
        files: dict[str, dict[str, bytes]] = {}
        for repository, name, paths in FILES.values():
            data = (PARQUET / f"{name}.parquet").read_bytes()
            files.setdefault(repository, {"README.md": b"x"}).update(dict.fromkeys(paths.values(), data))
        for repository, content in files.items():
            made.add(repository, content)
        monkeypatch.setenv("HF_ENDPOINT", made.url)
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        yield made


def fetch(qtbot: QtBot, sets: QuestionSets, key: str) -> None:
    with qtbot.waitSignal(sets.fetched, timeout=WAIT) as here:
        sets.fetch(key)
        assert sets.fetching == key
    assert here.args == [key] and sets.fetching == ""


def refusal(qtbot: QtBot, sets: QuestionSets, key: str) -> str:
    with qtbot.waitSignal(sets.fetch_failed, timeout=WAIT) as failed:
        sets.fetch(key)
    return str(failed.args[0].user_text)


@pytest.mark.parametrize("key", FILES)
def test_a_standard_set_is_fetched_in_one_action_and_pinned(
    qtbot: QtBot,
    standard_hub: LoopbackHub,
    new_sets: Callable[[], QuestionSets],
    monkeypatch: pytest.MonkeyPatch,
    key: str,
):
    sets = new_sets()
    info = next(info for info in sets.sets() if info.key == key)
    assert not info.available and info.megabytes
    missing = loaded(qtbot, sets, key)
    assert isinstance(missing, AppError) and "is not on this computer yet" in missing.user_text
    fetch(qtbot, sets, key)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    again = new_sets()
    assert next(info for info in again.sets() if info.key == key).available
    found = loaded(qtbot, again, key)
    assert isinstance(found, QuestionSet)
    assert set(found.splits) == {{"validation": "val", "train": "dev"}.get(split, split) for split in FILES[key][2]}
    assert len(found.of_split(found.splits[0])) == 12 and len(found.of_split("dev")) in (0, 5)
    repository = FILES[key][0].removeprefix("datasets/")
    assert found.note == f"{found.title} as at the hub: {repository}, revision 0123456789ab, checked by sha256."


def test_what_was_changed_on_disk_is_refused_and_fetched_again_at_the_same_revision(
    qtbot: QtBot, standard_hub: LoopbackHub, new_sets: Callable[[], QuestionSets]
):
    sets = new_sets()
    fetch(qtbot, sets, "winogrande")
    before = loaded(qtbot, sets, "winogrande")
    path = Profile.locate().questions / "winogrande" / "val.jsonl"
    path.write_text(path.read_text("utf-8").replace("cup", "cap", 1), "utf-8")
    changed = loaded(qtbot, new_sets(), "winogrande")
    assert isinstance(changed, AppError) and "were changed: download them again" in changed.user_text
    # The hub is at another commit now; what was noted is asked for, and only that is taken.
    repo = standard_hub.repos["datasets/allenai/winogrande"]
    sets = new_sets()
    fetch(qtbot, sets, "winogrande")
    after = loaded(qtbot, sets, "winogrande")
    assert isinstance(before, QuestionSet) and isinstance(after, QuestionSet) and before.sha256 == after.sha256
    other = (PARQUET / "hub-arc.parquet").read_bytes()
    standard_hub.add("datasets/allenai/winogrande", dict.fromkeys(repo.files, other))
    assert "on the hub has changed (its sha256 differs)" in refusal(qtbot, new_sets(), "winogrande")
    assert isinstance(loaded(qtbot, new_sets(), "winogrande"), QuestionSet)


def test_a_hub_with_something_else_gives_a_sentence(
    qtbot: QtBot, standard_hub: LoopbackHub, new_sets: Callable[[], QuestionSets]
):
    wrong = {FILES["hellaswag"][2]["validation"]: (PARQUET / "hub-arc.parquet").read_bytes()}
    standard_hub.add("datasets/Rowan/hellaswag", wrong)
    assert "are not HellaSwag, so they are not used" in refusal(qtbot, new_sets(), "hellaswag")
    standard_hub.add("datasets/Rowan/hellaswag", {"hellaswag.py": b"x"})
    said = "HellaSwag was not found at the hub as Parquet files: open its file instead."
    assert refusal(qtbot, new_sets(), "hellaswag") == said
    assert not next(info for info in new_sets().sets() if info.key == "hellaswag").available

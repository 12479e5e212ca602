"""sha256 of model files: what was verified or read once is not read again."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from tests.support.loopback_hub import COMMIT, LoopbackHub
from tests.ui.fakes import comparison

from weighin.core.downloads.download import DownloadPlan, WantedFile
from weighin.core.errors import AppError
from weighin.core.evaluations.evaluation import EvaluationChoice, EvaluationRequest
from weighin.core.models.model import ModelFacts
from weighin.core.runs.lane import LaneSetup
from weighin.paths import Profile, resources
from weighin.services.models.hub import Hub
from weighin.services.models.library import Library
from weighin.services.models.model_digests import Digests, whole_digest
from weighin.services.records import Records
from weighin.services.settings import Settings
from weighin.wiring.evaluations import new_evaluation_services
from weighin.wiring.models import ModelServices, new_bundles

WAIT = 30_000


@pytest.fixture
def services(records: Records) -> Iterator[ModelServices]:
    made = ModelServices(Profile.locate(), records, Settings(Profile.locate().settings))
    yield made
    made.close()


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were hashed since."""
    paths: list[str] = []
    digest = Hub.digest

    def counted(hub: Hub, path: str, *answers: Any) -> int:
        paths.append(path)
        return digest(hub, path, *answers)

    monkeypatch.setattr(Hub, "digest", counted)
    return paths


@pytest.fixture
def ask(qtbot: QtBot, services: ModelServices) -> Callable[[str], Digests]:
    def ask(path: str) -> Digests:
        found: list[Digests] = []
        services.digests.of(path, found.append, lambda error: pytest.fail(error.user_text), lambda _: None)
        qtbot.waitUntil(lambda: bool(found), timeout=WAIT)
        return found[0]

    return ask


def downloaded(qtbot: QtBot, services: ModelServices, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> ModelFacts:
    """The tiny model, as it comes from a hub."""
    with LoopbackHub() as hub:
        hub.add("o/tiny-GGUF", {"tiny-F32.gguf": tiny.read_bytes()})
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        content = hub.repos["o/tiny-GGUF"].files["tiny-F32.gguf"]
        wanted = WantedFile("tiny-F32.gguf", content.size, content.sha256)
        services.downloads.add(DownloadPlan("o/tiny-GGUF", COMMIT, (wanted,)))
        qtbot.waitUntil(lambda: len(services.shelf.models()) == 1, timeout=WAIT)
    return services.shelf.models()[0].ready_facts()


def test_what_was_verified_when_it_came_is_read_by_neither_questions_nor_bundles(
    qtbot: QtBot, services: ModelServices, read: list[str], tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, sha256 = downloaded(qtbot, services, tiny, monkeypatch), hashlib.sha256(tiny.read_bytes()).hexdigest()
    evaluations = new_evaluation_services(Profile.locate(), resources(), services)
    begun: list[Any] = []
    evaluations.runner.started.connect(begun.append)
    evaluations.runner.failed.connect(begun.append)
    evaluations.runner.run(EvaluationRequest((LaneSetup(model, threads=1),), EvaluationChoice(n=23)))
    qtbot.waitUntil(lambda: bool(begun), timeout=WAIT)
    evaluations.close()
    assert begun[0].lanes[0].model.sha256 == sha256

    bundles = new_bundles(services, Library(resources(), Settings(Profile.locate().settings), services.shelf))
    record = comparison()
    setups = tuple(replace(result.setup, model=model) for result in record.results)
    results = tuple(replace(r, setup=s) for r, s in zip(record.results, setups, strict=True))
    record = replace(record, created="2999-01-01T00:00:00+00:00", results=results)
    made: list[Any] = []
    bundles.make(record, made.append, made.append, lambda _: None)
    qtbot.waitUntil(lambda: bool(made), timeout=WAIT)
    bundles.close()
    assert [bundled.digests for bundled in made[0].models] == [(sha256,)] * 2
    assert read == []


def test_what_changed_since_it_was_verified_is_read(
    qtbot: QtBot,
    services: ModelServices,
    read: list[str],
    ask: Callable[[str], Digests],
    tiny: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = Path(downloaded(qtbot, services, tiny, monkeypatch).path)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.resolve().write_bytes(data)
    assert whole_digest(ask(str(path))) == hashlib.sha256(data).hexdigest()
    assert read == [str(path)]


def test_what_was_read_once_is_known_from_then_on(
    services: ModelServices, read: list[str], ask: Callable[[str], Digests], tmp_path: Path, records: Records
) -> None:
    parts = [tmp_path / f"m-{n:05d}-of-00002.gguf" for n in (1, 2)]
    for number, part in enumerate(parts):
        part.write_bytes(b"GGUF" + bytes([number]) * 5_000_000)
    each = [hashlib.sha256(part.read_bytes()).hexdigest() for part in parts]
    assert [sha256 for _, sha256 in ask(str(parts[1]))] == each
    # As it is kept with evaluations ever since.
    assert whole_digest(ask(str(parts[0]))) == hashlib.sha256(f"{each[0]}\n{each[1]}\n".encode()).hexdigest()
    assert read == [str(part) for part in parts]
    os.utime(parts[1], ns=(0, 0))
    later = ModelServices(Profile.locate(), records, Settings(Profile.locate().settings))
    ask(str(parts[0]))
    assert read == [str(part) for part in (*parts, parts[1])], "the one that was touched, and only that"
    later.close()


def test_a_file_with_a_name_that_is_no_text(
    services: ModelServices, read: list[str], ask: Callable[[str], Digests], tmp_path: Path
) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/n\xe4me.gguf")
    Path(path).write_bytes(b"GGUF")
    assert ask(path) == ask(path)
    assert read == [path]


def test_all_parts_count_in_the_progress_and_a_missing_one_is_a_sentence(
    qtbot: QtBot, services: ModelServices, tmp_path: Path
) -> None:
    parts = [tmp_path / f"m-{n:05d}-of-00003.gguf" for n in (1, 2)]
    for part in parts:
        part.write_bytes(bytes(9 << 20))
    errors: list[AppError] = []
    told: list[tuple[int, int]] = []
    services.digests.of(str(parts[0]), pytest.fail, errors.append, lambda news: told.append((news.done, news.total)))
    qtbot.waitUntil(lambda: bool(errors), timeout=WAIT)
    assert errors[0].user_text == "m-00003-of-00003.gguf cannot be read: No such file or directory."
    assert told == sorted(told) and told[-1] == (18 << 20, 18 << 20)


def test_it_can_be_stopped_before_it_reads_and_while_it_does(
    qtbot: QtBot, services: ModelServices, read: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "big.gguf"
    with path.open("wb") as stream:
        stream.truncate(1 << 40)
    errors: list[AppError] = []
    services.digests.of(str(path), pytest.fail, errors.append, lambda _: None).stop()
    qtbot.waitUntil(lambda: len(errors) == 1, timeout=WAIT)
    assert read == []
    request = services.digests.of(str(path), pytest.fail, errors.append, lambda _: request.stop())
    qtbot.waitUntil(lambda: len(errors) == 2, timeout=WAIT)
    assert [error.kind for error in errors] == ["stopped", "stopped"] and read == [str(path)]

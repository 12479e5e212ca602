"""Getting GSM8K from a hub of our own; it becomes a prompt set like any other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from tests.support.loopback_hub import LoopbackHub

from weighin.core.grading.reading import plain
from weighin.core.prompts.prompt_set import PromptSet
from weighin.paths import Profile, resources
from weighin.services.comparisons.gsm8k import GSM8K, Gsm8k
from weighin.services.comparisons.prompt_sets import PromptSets
from weighin.services.models.hub import Hub, hub_process
from weighin.services.models.hub_access import HubAccess
from weighin.services.records import Records
from weighin.services.settings import Settings

WAIT = 20_000
PARQUET = Path(__file__).resolve().parents[1] / "fixtures" / "parquet"
FILE = "main/test-00000-of-00001.parquet"
DATA = (PARQUET / "hub-gsm8k.parquet").read_bytes()


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackHub]:
    with LoopbackHub() as made:
        files = {FILE: DATA, FILE.replace("test", "train"): DATA, FILE.replace("main", "socratic"): DATA}
        made.add(GSM8K.repository, {"README.md": b"x", **files})
        monkeypatch.setenv("HF_ENDPOINT", made.url)
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        yield made


@pytest.fixture
def sets(records: Records) -> Iterator[PromptSets]:
    made = PromptSets(records, resources())
    yield made
    made.close()


@pytest.fixture
def new_gsm8k(qtbot: QtBot, sets: PromptSets) -> Iterator[Callable[[], Gsm8k]]:
    made: list[Gsm8k] = []
    profile = Profile.locate()

    def new() -> Gsm8k:
        process = hub_process(profile.hub_cache, HubAccess(Settings(profile.settings)), profile.headers)
        made.append(Gsm8k(sets, profile.questions, lambda: Hub(process)))
        return made[-1]

    yield new
    for one in made:
        one.close()


def mine(qtbot: QtBot, sets: PromptSets) -> list[PromptSet]:
    found: list[tuple[PromptSet, ...]] = []
    sets.sets(found.append, lambda error: pytest.fail(error.user_text))
    qtbot.waitUntil(lambda: bool(found), timeout=WAIT)
    return [one for one in found[0] if not one.builtin]


def refusal(qtbot: QtBot, gsm8k: Gsm8k) -> str:
    with qtbot.waitSignal(gsm8k.failed, timeout=WAIT) as failed:
        gsm8k.fetch()
    assert not gsm8k.fetching
    return str(failed.args[0].user_text)


def test_fetched_in_one_action_and_kept_once(
    qtbot: QtBot, hub: LoopbackHub, sets: PromptSets, new_gsm8k: Callable[[], Gsm8k]
) -> None:
    gsm8k = new_gsm8k()
    phases: list[str] = []
    gsm8k.progressed.connect(lambda progress: phases.append(progress.phase))
    with qtbot.waitSignal(gsm8k.fetched, timeout=WAIT) as fetched:
        gsm8k.fetch()
        gsm8k.fetch()  # on its way already
        assert gsm8k.fetching
    assert phases[0] == "asking" and phases[-1] == "checking" and not gsm8k.fetching
    (kept,) = mine(qtbot, sets)
    assert fetched.args == [kept] and kept.name == "GSM8K"
    assert [plain(prompt.expect[0]) for prompt in kept.prompts] == [{"number": 1000 + n} for n in range(12)]
    with qtbot.waitSignal(gsm8k.fetched, timeout=WAIT) as fetched:
        gsm8k.fetch()
    assert fetched.args == [kept] and mine(qtbot, sets) == [kept]


def test_another_file_of_that_name_is_refused_later(
    qtbot: QtBot, hub: LoopbackHub, sets: PromptSets, new_gsm8k: Callable[[], Gsm8k]
) -> None:
    gsm8k = new_gsm8k()
    with qtbot.waitSignal(gsm8k.fetched, timeout=WAIT):
        gsm8k.fetch()
    hub.add(GSM8K.repository, {FILE: (PARQUET / "hub-arc.parquet").read_bytes()})
    assert "has changed (its sha256 differs)" in refusal(qtbot, new_gsm8k())
    assert len(mine(qtbot, sets)) == 1


def test_a_hub_with_something_else_gives_a_sentence(
    qtbot: QtBot, hub: LoopbackHub, sets: PromptSets, new_gsm8k: Callable[[], Gsm8k]
) -> None:
    hub.add(GSM8K.repository, {FILE: (PARQUET / "hub-arc.parquet").read_bytes()})
    assert refusal(qtbot, new_gsm8k()) == "The files on the hub are not GSM8K, so they are not used."
    hub.add(GSM8K.repository, {"README.md": b"x"})
    assert refusal(qtbot, new_gsm8k()) == "GSM8K was not found at the hub as Parquet files: open its file instead."
    assert mine(qtbot, sets) == []

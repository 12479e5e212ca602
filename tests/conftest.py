"""Guards and fixtures for all tests: no display, no network, no stray log records, nobody left behind."""

from __future__ import annotations

import contextlib
import gc
import itertools
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.screens import PLATFORM

os.environ["QT_QPA_PLATFORM"] = PLATFORM
os.environ.setdefault("HF_HUB_OFFLINE", "1")
# The tests start hundreds of programs: each would compile all of this one again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

import psutil
import pytest

if TYPE_CHECKING:
    from weighin.services.records import Records

ROOT = Path(__file__).resolve().parent.parent


class _Strays(logging.Handler):
    """Collects warnings and errors that no test expected."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


# Cyclic garbage of a test may hold Qt objects: they must die on this thread, not wherever Python happens to collect.
gc.disable()
_COLLECT_EVERY = 10
_tests = itertools.count(1)
_places = itertools.count(1)


def pytest_collection_finish() -> None:
    # Thousands of tests and all modules stay to the end: looked through again and again they take minutes.
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _garbage_dies_on_this_thread() -> Iterator[None]:
    yield
    if next(_tests) % _COLLECT_EVERY == 0:
        gc.collect()


@pytest.fixture(autouse=True)
def _no_stray_log_records(request: pytest.FixtureRequest) -> Iterator[None]:
    strays = _Strays()
    logging.getLogger().addHandler(strays)
    yield
    logging.getLogger().removeHandler(strays)
    if strays.records and "caplog" not in request.fixturenames:
        pytest.fail("unexpected log records: " + "; ".join(r.getMessage() for r in strays.records))


# psutil looks at every process of the computer instead, twice for each of thousands of tests.
_CHILDREN_ARE_LISTED = Path(f"/proc/self/task/{os.getpid()}/children").exists()


@pytest.fixture(autouse=True)
def _nobody_left_behind() -> Iterator[None]:
    before = _descendants()
    yield
    left = [child for pid in _descendants() - before if (child := _worker(pid)) is not None]
    for child in left:
        child.kill()
    if left:
        pytest.fail(f"{len(left)} worker processes were left behind")


def _descendants() -> set[int]:
    """Who was started by this process, and by those in turn."""
    if not _CHILDREN_ARE_LISTED:
        return {child.pid for child in psutil.Process().children(recursive=True)}
    found: set[int] = set()
    unseen = {os.getpid()}
    while unseen:
        children: set[int] = set()
        for listed in Path("/proc").glob(f"{unseen.pop()}/task/*/children"):
            with contextlib.suppress(OSError):  # it is gone by now
                children |= set(map(int, listed.read_text().split()))
        unseen |= children - found
        found |= children
    return found


def _worker(pid: int) -> psutil.Process | None:
    try:
        process = psutil.Process(pid)
        return process if process.status() != psutil.STATUS_ZOMBIE and "worker" in process.cmdline() else None
    except psutil.Error:
        return None


@pytest.fixture(autouse=True)
def _own_profile(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A folder is made only for a test that asks for one: making and deleting thousands takes its time.
    if "tmp_path" in request.fixturenames:
        place = request.getfixturevalue("tmp_path")
    else:
        place = tmp_path_factory.getbasetemp() / f"of-test-{next(_places)}"
    monkeypatch.setenv("WEIGHIN_PROFILE", str(place / "profile"))
    # Models of whoever runs the tests are none of their business.
    monkeypatch.setenv("HOME", str(place / "home"))
    hub = ("HF_HOME", "HF_HUB_CACHE", "HF_TOKEN")
    others = ("OLLAMA_MODELS", "LLAMA_CACHE", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")
    for name in (*hub, *others):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def records(qapp: object) -> Iterator[Records]:
    """What is kept in the test's profile."""
    from weighin.paths import Profile
    from weighin.services.records import Records

    with contextlib.closing(Records(Profile.locate().database)) as made:
        yield made


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dense llama model with a BPE vocabulary and a ChatML template."""
    from tests.support.gguf_files import make_model

    return make_model(tmp_path_factory.mktemp("models") / "tiny.gguf")


@pytest.fixture(scope="session")
def tiny_moe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mixture of eight experts, two used."""
    from tests.support.gguf_files import make_model

    return make_model(tmp_path_factory.mktemp("models") / "moe.gguf", arch="qwen3moe", experts=8)


@pytest.fixture(scope="session")
def tiny_spm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dense llama model with a SentencePiece vocabulary and no template."""
    from tests.support.gguf_files import make_model

    return make_model(tmp_path_factory.mktemp("models") / "spm.gguf", tokenizer="spm", template=None)


@pytest.fixture(scope="session")
def endless(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that writes "a" for ever, in a context of 65,536."""
    from tests.support.gguf_files import make_model

    return make_model(tmp_path_factory.mktemp("models") / "endless.gguf", favourite="a", context=65536)


@pytest.fixture
def hasty_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process that talks to the hub hardly waits between two tries."""
    from tests.support.hub_process import HASTY_HUB

    monkeypatch.setattr("weighin.services.models.hub.worker_command", lambda _kind: HASTY_HUB)


@pytest.fixture
def weighin() -> list[str]:
    """The command line of the real program."""
    return [sys.executable, "-m", "weighin"]

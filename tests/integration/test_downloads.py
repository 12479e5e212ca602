"""Downloads and the shelf as the window uses them, over real processes against a hub of our own."""

from __future__ import annotations

import functools
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from tests.support.loopback_hub import COMMIT, Bytes, LoopbackHub

from weighin.core.downloads.download import DownloadPlan, DownloadState, StoredDownload, WantedFile
from weighin.core.errors import AppError
from weighin.core.models.shelf import Condition
from weighin.hub.cache import places
from weighin.paths import Profile
from weighin.services.records import Records
from weighin.services.settings import Settings
from weighin.wiring.models import ModelServices

MIB = 1 << 20
WAIT = 30_000


@functools.cache
def big(number: int) -> Bytes:
    return Bytes(b"GGUF" + random.Random(number).randbytes(30 * MIB))


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tiny: Path) -> Iterator[LoopbackHub]:
    with LoopbackHub() as made:
        made.add("o/big-GGUF", {f"m{n}-Q4_K_M.gguf": big(n) for n in range(3)})
        made.add("o/tiny-GGUF", {"tiny-F32.gguf": tiny.read_bytes()})
        monkeypatch.setenv("HF_ENDPOINT", made.url)
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        yield made


@pytest.fixture
def new_services(records: Records) -> Iterator[Callable[[], ModelServices]]:
    made: list[ModelServices] = []

    def new() -> ModelServices:
        made.append(ModelServices(Profile.locate(), records, Settings(Profile.locate().settings)))
        return made[-1]

    yield new
    for services in made:
        services.close()


def plan(hub: LoopbackHub, path: str, repo: str = "o/big-GGUF") -> DownloadPlan:
    content = hub.repos[repo].files[path]
    return DownloadPlan(repo, COMMIT, (WantedFile(path, content.size, content.sha256),))


def states(services: ModelServices) -> list[DownloadState]:
    return [view.state for view in services.downloads.views()]


def kept_files() -> list[str]:
    """Files in the cache. Folders may vanish while one looks, which os.walk passes over."""
    return [name for _, _, files in os.walk(Profile.locate().hub_cache) for name in files]


def test_two_at_a_time_and_a_queue(qtbot: QtBot, hub: LoopbackHub, new_services: Callable[[], ModelServices]) -> None:
    services = new_services()
    finished: list[Any] = []
    services.downloads.finished.connect(lambda plan, paths, brought: finished.append(paths))
    hub.fail("m0-Q4_K_M.gguf", rate=20 * MIB, times=-1)
    for n in range(3):
        services.downloads.add(plan(hub, f"m{n}-Q4_K_M.gguf"))
    assert states(services) == [DownloadState.RUNNING, DownloadState.RUNNING, DownloadState.QUEUED]
    qtbot.waitUntil(lambda: len(finished) == 3, timeout=WAIT)
    assert services.downloads.views() == ()


def test_pause_resume_and_a_restart_of_the_program(
    qtbot: QtBot, hub: LoopbackHub, new_services: Callable[[], ModelServices]
) -> None:
    services = new_services()
    wanted = plan(hub, "m0-Q4_K_M.gguf")
    hub.fail("m0-Q4_K_M.gguf", stall_at=20 * MIB, times=1)
    services.downloads.add(wanted)
    qtbot.waitUntil(lambda: services.downloads.views()[0].done == 20 * MIB, timeout=WAIT)
    services.downloads.pause(wanted.id)
    assert states(services) == [DownloadState.PAUSED]
    services.downloads.close()
    later = new_services()
    later.downloads.restore()
    qtbot.waitUntil(lambda: states(later) == [DownloadState.PAUSED], timeout=WAIT)
    assert later.downloads.views()[0].done == 20 * MIB
    later.downloads.resume(wanted.id)
    with qtbot.waitSignal(later.downloads.finished, timeout=WAIT):
        pass
    assert hub.requests()[-1].headers["range"] == f"bytes={20 * MIB}-"
    assert hub.sent == wanted.size


def test_cancel_deletes_what_came(qtbot: QtBot, hub: LoopbackHub, new_services: Callable[[], ModelServices]) -> None:
    """Fault 8: cancelled in the middle of a stall."""
    services = new_services()
    wanted = plan(hub, "m0-Q4_K_M.gguf")
    hub.fail("m0-Q4_K_M.gguf", stall_at=20 * MIB, times=1)
    services.downloads.add(wanted)
    qtbot.waitUntil(lambda: services.downloads.views()[0].done == 20 * MIB, timeout=WAIT)
    services.downloads.cancel(wanted.id)
    assert services.downloads.views() == ()
    qtbot.waitUntil(lambda: not kept_files(), timeout=WAIT)


def test_a_refusal_stands_beside_its_download(
    qtbot: QtBot, hub: LoopbackHub, new_services: Callable[[], ModelServices]
) -> None:
    """Fault 12."""
    services = new_services()
    hub.repos["o/big-GGUF"].gated = "manual"
    services.downloads.add(plan(hub, "m0-Q4_K_M.gguf"))
    qtbot.waitUntil(lambda: states(services) == [DownloadState.FAILED], timeout=WAIT)
    view = services.downloads.views()[0]
    assert view.error_kind == "gated"
    assert "accept" in view.note


def test_one_that_waits_goes_on_at_once_when_told(
    qtbot: QtBot, hub: LoopbackHub, new_services: Callable[[], ModelServices]
) -> None:
    services = new_services()
    wanted = plan(hub, "m0-Q4_K_M.gguf")
    hub.fail("m0-Q4_K_M.gguf", status=503, headers={"Retry-After": "600"}, times=1)
    services.downloads.add(wanted)
    qtbot.waitUntil(lambda: services.downloads.views()[0].phase == "waiting", timeout=WAIT)
    assert states(services) == [DownloadState.RUNNING]
    assert "hub is unavailable" in services.downloads.views()[0].note
    with qtbot.waitSignal(services.downloads.finished, timeout=WAIT):
        services.downloads.resume(wanted.id)


def test_those_that_wait_do_not_hold_up_the_others(
    qtbot: QtBot, hub: LoopbackHub, new_services: Callable[[], ModelServices]
) -> None:
    """Two cannot be had for ten minutes; the third is, and a fifth waiting one is not begun."""
    hub.add("o/more-GGUF", {f"w{n}-Q4_K_M.gguf": b"GGUF" + bytes([n]) * MIB for n in range(3)})
    for repo, names in (("o/big-GGUF", ("m0", "m1")), ("o/more-GGUF", ("w0", "w1", "w2"))):
        for name in names:
            path = f"{name}-Q4_K_M.gguf"
            assert path in hub.repos[repo].files
            hub.fail(path, status=503, headers={"Retry-After": "600"}, times=-1)
    services = new_services()
    finished: list[str] = []
    services.downloads.finished.connect(lambda plan, paths, brought: finished.append(plan.files[0].path))
    for n in range(3):
        services.downloads.add(plan(hub, f"m{n}-Q4_K_M.gguf"))
    qtbot.waitUntil(lambda: finished == ["m2-Q4_K_M.gguf"], timeout=WAIT)
    assert states(services) == [DownloadState.RUNNING, DownloadState.RUNNING]
    for n in range(3):
        services.downloads.add(plan(hub, f"w{n}-Q4_K_M.gguf", "o/more-GGUF"))
    qtbot.waitUntil(lambda: [view.phase for view in services.downloads.views()].count("waiting") == 4, timeout=WAIT)
    assert states(services) == [DownloadState.RUNNING] * 4 + [DownloadState.QUEUED]


@pytest.mark.parametrize(("state", "kind"), [(DownloadState.FAILED, "offline"), (DownloadState.PAUSED, "disk_full")])
def test_what_passes_by_itself_is_taken_up_again(
    qtbot: QtBot, hub: LoopbackHub, new_services: Callable[[], ModelServices], state: DownloadState, kind: str
) -> None:
    """Fault 10: what a full disk stopped goes on when there is room; a lost connection fails nothing for ever."""
    services = new_services()
    manager = services.downloads
    stored = StoredDownload(plan(hub, "m0-Q4_K_M.gguf"), state, 0, "why", kind)
    services.records.run(lambda stores: stores.models.keep_download(stored), lambda _: None, lambda _: None)
    manager._free_bytes = lambda: 0
    with qtbot.waitSignal(manager.changed, timeout=WAIT):
        manager.restore()
    if kind == "disk_full":
        asked: list[None] = []
        manager.look_for_space()
        manager._disk.run(lambda: None, asked.append, asked.append)
        qtbot.waitUntil(lambda: bool(asked), timeout=WAIT)
        assert states(services) == [DownloadState.PAUSED]
        manager._free_bytes = lambda: 1 << 50
        manager.look_for_space()
    with qtbot.waitSignal(manager.finished, timeout=WAIT):
        pass
    assert not manager._starved()


def test_a_download_is_on_the_shelf_verified_and_removing_deletes_it(
    qtbot: QtBot, hub: LoopbackHub, new_services: Callable[[], ModelServices]
) -> None:
    services = new_services()
    services.downloads.add(plan(hub, "tiny-F32.gguf", "o/tiny-GGUF"))
    qtbot.waitUntil(lambda: len(services.shelf.models()) == 1, timeout=WAIT)
    model = services.shelf.models()[0]
    assert (model.verified, model.downloaded, model.repo) == (True, True, "o/tiny-GGUF")
    assert model.facts and model.facts.verified
    with qtbot.waitSignal(services.shelf.scanned, timeout=WAIT):
        services.shelf.scan()
    assert services.shelf.models() == (model,)
    removed: list[bool] = []
    services.shelf.remove(model.path, lambda: removed.append(True), lambda error: removed.append(False))
    qtbot.waitUntil(lambda: removed == [True], timeout=WAIT)
    assert services.shelf.models() == ()
    assert not kept_files()


def test_what_was_here_before_is_not_deleted_after_a_download_that_only_checked_it(
    qtbot: QtBot, hub: LoopbackHub, new_services: Callable[[], ModelServices], tiny: Path
) -> None:
    services = new_services()
    wanted = plan(hub, "tiny-F32.gguf", "o/tiny-GGUF")
    blob = places(Profile.locate().hub_cache, "o/tiny-GGUF", COMMIT, "tiny-F32.gguf", wanted.id).blob
    blob.parent.mkdir(parents=True)
    blob.write_bytes(tiny.read_bytes())
    services.downloads.add(wanted)
    qtbot.waitUntil(lambda: len(services.shelf.models()) == 1, timeout=WAIT)
    model = services.shelf.models()[0]
    assert (model.verified, model.downloaded, hub.sent) == (True, False, 0)
    removed: list[bool] = []
    services.shelf.remove(model.path, lambda: removed.append(True), lambda error: removed.append(False))
    qtbot.waitUntil(lambda: removed == [True], timeout=WAIT)
    assert blob.read_bytes() == tiny.read_bytes()


def test_getting_a_model_again_forgets_not_that_it_was_downloaded(
    qtbot: QtBot, hub: LoopbackHub, new_services: Callable[[], ModelServices]
) -> None:
    services = new_services()
    for _ in range(2):
        with qtbot.waitSignal(services.downloads.finished, timeout=WAIT):
            services.downloads.add(plan(hub, "tiny-F32.gguf", "o/tiny-GGUF"))
    with qtbot.waitSignal(services.shelf.scanned, timeout=WAIT):
        services.shelf.scan()
    assert [model.downloaded for model in services.shelf.models()] == [True]


def test_verify_asks_the_hub_and_finds_a_flipped_byte(
    qtbot: QtBot, hub: LoopbackHub, new_services: Callable[[], ModelServices], tiny: Path
) -> None:
    """Fault 18."""
    services = new_services()
    path = Path.home() / ".lmstudio/models/o/tiny-GGUF/tiny-F32.gguf"
    path.parent.mkdir(parents=True)
    path.write_bytes(tiny.read_bytes())
    with qtbot.waitSignal(services.shelf.scanned, timeout=WAIT):
        services.shelf.scan()
    outcome: list[Any] = []

    def verify() -> Any:
        outcome.clear()
        services.shelf.verify(str(path), outcome.append, outcome.append, lambda _: None)
        qtbot.waitUntil(lambda: bool(outcome), timeout=WAIT)
        return outcome[0]

    assert verify().verified
    data = bytearray(tiny.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with qtbot.waitSignal(services.shelf.scanned, timeout=WAIT):
        services.shelf.scan()
    assert services.shelf.models()[0].condition is Condition.CHANGED
    error = verify()
    assert isinstance(error, AppError)
    assert error.kind == "damaged"
    path.write_bytes(tiny.read_bytes())
    with qtbot.waitSignal(services.shelf.scanned, timeout=WAIT):
        services.shelf.scan()
    assert verify().is_intact


@pytest.mark.parametrize(
    ("where", "kind", "condition"),
    [
        (".lmstudio/models/o/tiny-GGUF/tiny-F32.gguf", "other_version", Condition.READY),
        (f"hub/models--o--tiny-GGUF/snapshots/{'9' * 40}/tiny-F32.gguf", "other_version", Condition.READY),
        ("hub/models--o--tiny-GGUF/snapshots/main/tiny-F32.gguf", "other_version", Condition.READY),
        (f"hub/models--o--tiny-GGUF/snapshots/{COMMIT}/tiny-F32.gguf", "damaged", Condition.CHANGED),
    ],
)
def test_only_a_known_version_of_a_file_can_be_called_damaged(
    qtbot: QtBot,
    hub: LoopbackHub,
    new_services: Callable[[], ModelServices],
    tiny: Path,
    where: str,
    kind: str,
    condition: Condition,
) -> None:
    """Fault 18: a file of an earlier version is intact, though the hub has another one now."""
    services = new_services()
    path = (Profile.locate().hub_cache.parent if where.startswith("hub/") else Path.home()) / where
    path.parent.mkdir(parents=True)
    path.write_bytes(tiny.read_bytes()[:-1] + b"x")
    with qtbot.waitSignal(services.shelf.scanned, timeout=WAIT):
        services.shelf.scan()
    outcome: list[Any] = []
    services.shelf.verify(str(path), outcome.append, outcome.append, lambda _: None)
    qtbot.waitUntil(lambda: bool(outcome), timeout=WAIT)
    assert outcome[0].kind == kind
    model = services.shelf.models()[0]
    assert (model.condition, model.verified) == (condition, False)


def test_a_verified_file_that_its_program_updated_is_verified_again(
    qtbot: QtBot, hub: LoopbackHub, new_services: Callable[[], ModelServices], tiny: Path
) -> None:
    services = new_services()
    path = Path.home() / ".lmstudio/models/o/tiny-GGUF/tiny-F32.gguf"
    path.parent.mkdir(parents=True)
    outcome: list[Any] = []
    for content in (tiny.read_bytes(), tiny.read_bytes()[:-1] + b"x"):
        hub.add("o/tiny-GGUF", {"tiny-F32.gguf": content})
        path.write_bytes(content)
        with qtbot.waitSignal(services.shelf.scanned, timeout=WAIT):
            services.shelf.scan()
        outcome.clear()
        services.shelf.verify(str(path), outcome.append, outcome.append, lambda _: None)
        qtbot.waitUntil(lambda: bool(outcome), timeout=WAIT)
        assert outcome[0].verified


def test_forgetting_anothers_model_keeps_its_file(
    qtbot: QtBot, new_services: Callable[[], ModelServices], tiny: Path
) -> None:
    services = new_services()
    path = Path.home() / ".lmstudio/models/o/r/x.gguf"
    path.parent.mkdir(parents=True)
    path.write_bytes(tiny.read_bytes())
    with qtbot.waitSignal(services.shelf.scanned, timeout=WAIT):
        services.shelf.scan()
    services.shelf.remove(str(path), lambda: None, lambda _: None)
    with qtbot.waitSignal(services.shelf.scanned, timeout=WAIT):
        services.shelf.scan()
    assert services.shelf.models() == ()
    assert path.exists()
    services.shelf.add(str(path), lambda _: None, lambda _: None)
    qtbot.waitUntil(lambda: len(services.shelf.models()) == 1, timeout=WAIT)


def test_starting_asks_the_hub_nothing(
    qtbot: QtBot, hub: LoopbackHub, new_services: Callable[[], ModelServices]
) -> None:
    """Fault 13: what the program does at its start needs no connection, and starts no process that would make one."""
    services = new_services()
    services.inspector.restore()
    services.downloads.restore()
    with qtbot.waitSignal(services.shelf.scanned, timeout=WAIT):
        services.shelf.restore()
    assert hub.seen == []
    assert services.hub._process is None

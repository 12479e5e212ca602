"""The process that talks to the hub, for real, against a hub of our own: killed, doubled, stopped."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.hub_process import HubProcess
from tests.support.loopback_hub import COMMIT, LoopbackHub

from weighin.core.downloads.download import DownloadPlan, WantedFile
from weighin.core.downloads.sidecar import CHUNK
from weighin.hub.cache import places
from weighin.protocol.hub_messages import (
    Digest,
    Digested,
    Fetch,
    Fetched,
    Found,
    Listed,
    ListFiles,
    LookedInto,
    LookInto,
    Progress,
    Search,
)
from weighin.protocol.messages import Cancel, Failed, Shutdown

REPO, PATH = "owner/model-GGUF", "model-Q4_K_M.gguf"
DATA = b"GGUF" + random.Random(2).randbytes(4 * CHUNK + 777)


@pytest.fixture
def hub(tiny: Path) -> Iterator[LoopbackHub]:
    with LoopbackHub(token="hf_secret") as made:
        made.add(REPO, {PATH: DATA, "tiny-F32.gguf": tiny.read_bytes()})
        yield made


def plan(hub: LoopbackHub) -> DownloadPlan:
    content = hub.repos[REPO].files[PATH]
    return DownloadPlan(REPO, COMMIT, (WantedFile(PATH, content.size, content.sha256),))


def test_search_list_and_look_into_a_header(hub: LoopbackHub, tmp_path: Path, tiny: Path) -> None:
    with HubProcess(hub.url, tmp_path / "cache") as process:
        process.send(Search(1, "model", 10))
        assert [r.repo for r in process.until(Found, Failed).repositories] == [REPO]
        process.send(ListFiles(2, REPO))
        listing = process.until(Listed, Failed).listing
        variant = listing.variant_of("tiny-F32.gguf")
        process.send(LookInto(3, REPO, listing.commit, variant, str(tmp_path)))
        seen = process.until(LookedInto, Failed)
        assert (seen.facts.name, seen.facts.architecture, seen.facts.vocabulary) == ("tiny", "llama", 267)
        kept = Path(seen.kept)
        assert kept.stat().st_size == tiny.stat().st_size
        process.send(LookInto(4, REPO, listing.commit, listing.variant_of(PATH)))
        assert process.until(LookedInto, Failed).kind == "header"


def test_kills_at_random_moments_cost_little_and_end_well(hub: LoopbackHub, tmp_path: Path) -> None:
    """Fault 3."""
    cache = tmp_path / "cache"
    where = places(cache, REPO, COMMIT, PATH, plan(hub).id)
    chance = random.Random(3)
    hub.fail(PATH, rate=60 << 20, times=-1)
    for _ in range(5):
        with HubProcess(hub.url, cache) as process:
            process.send(Fetch(1, plan(hub)))
            process.until(Progress)
            time.sleep(chance.uniform(0, 0.5))
            process.process.kill()
    hub.faults.clear()
    with HubProcess(hub.url, cache) as process:
        process.send(Fetch(1, plan(hub)))
        done = process.until(Fetched, Failed)
    assert Path(done.paths[0]).read_bytes() == DATA
    assert [p.name for p in where.blob.parent.iterdir()] == [where.blob.name]
    starts = [int(r.headers.get("range", "bytes=0-")[6:-1]) for r in hub.requests()]
    assert starts == sorted(starts)
    # What one attempt had sent when it was killed, the next one asks for again: far less than the 64 MiB promised.
    twice = [max(0, before[1] - after[0]) for before, after in itertools.pairwise(hub.spans)]
    assert max(twice) <= 3 * CHUNK


def test_two_programs_never_write_the_same_file(hub: LoopbackHub, tmp_path: Path) -> None:
    """Fault 19."""
    hub.fail(PATH, rate=40 << 20, times=-1)
    with HubProcess(hub.url, tmp_path / "cache") as one, HubProcess(hub.url, tmp_path / "cache") as other:
        one.send(Fetch(1, plan(hub)))
        one.until(Progress)
        other.send(Fetch(1, plan(hub)))
        waits = other.until(Progress)
        assert (waits.news.phase, waits.news.note) == ("waiting", "Another program is downloading this file.")
        first, second = one.until(Fetched, Failed), other.until(Fetched, Failed)
    assert first.paths == second.paths
    assert Path(first.paths[0]).read_bytes() == DATA
    assert hub.sent == len(DATA)


def test_stopping_keeps_what_came_and_leaves_no_lock(hub: LoopbackHub, tmp_path: Path) -> None:
    """Fault 8."""
    where = places(tmp_path / "cache", REPO, COMMIT, PATH, plan(hub).id)
    hub.fail(PATH, stall_at=20 << 20, times=1)
    with HubProcess(hub.url, tmp_path / "cache") as process:
        process.send(Fetch(1, plan(hub)))
        while process.until(Progress).news.done < 20 << 20:
            pass
        process.send(Cancel(2, 1))
        assert process.until(Failed, Fetched).kind == "stopped"
        process.send(Shutdown(3))
        assert process.process.wait(10) == 0
    assert where.part.stat().st_size == 20 << 20
    assert not where.lock.exists()


def test_when_the_window_dies_the_process_leaves_in_order(hub: LoopbackHub, tmp_path: Path) -> None:
    where = places(tmp_path / "cache", REPO, COMMIT, PATH, plan(hub).id)
    hub.fail(PATH, stall_at=20 << 20, times=1)
    with HubProcess(hub.url, tmp_path / "cache") as process:
        process.send(Fetch(1, plan(hub)))
        while process.until(Progress).news.done < 20 << 20:
            pass
        assert process.process.stdin is not None
        process.process.stdin.close()
        process.process.stdin = None
        assert process.process.wait(10) == 0
    assert where.part.stat().st_size == 20 << 20


def test_the_digest_of_a_file(hub: LoopbackHub, tmp_path: Path) -> None:
    file = tmp_path / "x.gguf"
    file.write_bytes(DATA)
    with HubProcess(hub.url, tmp_path / "cache") as process:
        process.send(Digest(1, str(file)))
        found = process.until(Digested, Failed)
        assert (found.sha256, found.size, found.inode) == (plan(hub).id, len(DATA), file.stat().st_ino)
        process.send(Digest(2, str(tmp_path / "none")))
        assert process.until(Digested, Failed).kind == "unreadable"


def test_offline_mode_asks_nothing(hub: LoopbackHub, tmp_path: Path) -> None:
    """Fault 13."""
    with HubProcess(hub.url, tmp_path / "cache", HF_HUB_OFFLINE="1") as process:
        for request in (Search(1, "x", 1), ListFiles(2, REPO), Fetch(3, plan(hub))):
            process.send(request)
            assert process.until(Failed, Found, Listed, Fetched).kind == "offline_mode"
    assert hub.seen == []


@pytest.mark.parametrize(("status", "times"), [(413, 1), (403, 7)])
def test_a_file_that_plain_ranges_do_not_bring_comes_by_the_hubs_own_client(
    hub: LoopbackHub, tmp_path: Path, status: int, times: int
) -> None:
    hub.fail(PATH, status=status, on_files=True, times=times)
    with HubProcess(hub.url, tmp_path / "cache", hasty=True) as process:
        process.send(Fetch(1, plan(hub)))
        notes = []
        while isinstance(event := process.until(Progress, Fetched, Failed), Progress):
            notes.append(event.news.note)
    assert isinstance(event, Fetched), event
    assert Path(event.paths[0]).read_bytes() == DATA
    assert any("no resume" in note for note in notes)


def test_what_the_hubs_own_client_brings_is_checked_too(hub: LoopbackHub, tmp_path: Path) -> None:
    hub.fail(PATH, status=413, on_files=True, times=1)
    with HubProcess(hub.url, tmp_path / "cache") as process:
        process.send(Fetch(1, plan(hub)))
        while hub.faults[PATH].times != 0:
            time.sleep(0.01)
        hub.fail(PATH, wrong_byte_at=CHUNK, times=-1)
        assert process.until(Fetched, Failed).kind == "damaged"
    where = places(tmp_path / "cache", REPO, COMMIT, PATH, plan(hub).id)
    assert not where.blob.exists()
    assert not where.snapshot.is_symlink()

"""Files beyond 2^32 and 2^38 bytes: only their tail is fetched, from the right place, in little memory."""

from __future__ import annotations

import hashlib
import resource
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.loopback_hub import COMMIT, LoopbackHub, Repeated

from weighin.core.downloads.download import DownloadPlan, Transferred, WantedFile
from weighin.core.downloads.sidecar import CHUNK, Sidecar
from weighin.core.errors import AppError
from weighin.hub.cache import CachePlaces, places
from weighin.hub.http import RetryPolicy
from weighin.hub.jobs import Download
from weighin.hub.part_file import PartFile, note_of, write_durably
from weighin.hub.transfer import Ground

REPO, PATH = "owner/huge-GGUF", "huge-F16.gguf"
HEAD = b"GGUF"
QUICK = RetryPolicy(connect_s=5, stall_s=5, backoff_s=0.01, longest_s=0.05)
TAIL = CHUNK + 54_321


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub() as made:
        yield made


class Kit:
    """A download of `size` bytes of which only the last TAIL are still to come."""

    def __init__(self, hub: LoopbackHub, cache: Path, size: int, sha256: str, digests: tuple[str, ...]) -> None:
        self.hub, self.size = hub, size
        self.places: CachePlaces = places(cache, REPO, COMMIT, PATH, sha256)
        self.start = len(digests) * CHUNK
        self.news: list[Transferred] = []
        hub.add(REPO, {PATH: Repeated(size, sha256, HEAD)})
        plan = DownloadPlan(REPO, COMMIT, (WantedFile(PATH, size, sha256),))
        self.places.part.parent.mkdir(parents=True)
        with self.places.part.open("wb") as stream:
            stream.write(HEAD)
            stream.truncate(self.start)
        note = Sidecar(REPO, PATH, COMMIT, size, sha256, digests)
        write_durably(note_of(self.places.part), note.encode())
        ground = Ground(hub.url, cache, patience=QUICK, free_bytes=lambda _: 5 << 30)
        self.download = Download(ground, plan, self.news.append)

    def check(self) -> None:
        """The file is there, whole, and nothing but its tail was fetched, into little memory."""
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        (path,) = self.download.run()
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert path.stat().st_size == self.size
        assert [r.headers["range"] for r in self.hub.requests()] == [f"bytes={self.start}-"]
        assert self.hub.sent == self.size - self.start
        assert (self.news[-1].done, self.news[-1].total) == (self.size, self.size)
        loading = [news.done for news in self.news if news.phase == "loading"]
        assert self.start < loading[0] <= loading[-1] == self.size
        assert grown < 64 << 10  # kibibytes on Linux


def zeros(size: int) -> tuple[str, tuple[str, ...]]:
    """sha256 of HEAD and then zeros, `size` bytes in all; and the digests of its chunks but for the last TAIL bytes."""
    running, piece, digests = hashlib.sha256(HEAD), bytes(CHUNK), []
    for chunk in range((size - TAIL) // CHUNK):
        running.update(piece[len(HEAD) :] if chunk == 0 else piece)
        digests.append(running.hexdigest())
    rest = size - len(digests) * CHUNK
    for at in range(0, rest, CHUNK):
        running.update(piece[: min(CHUNK, rest - at)])
    return running.hexdigest(), tuple(digests)


@pytest.mark.skipif(not Path("/proc").exists(), reason="needs holes in files")
def test_the_tail_beyond_four_gigabytes_is_fetched_and_the_whole_file_checked(hub: LoopbackHub, tmp_path: Path) -> None:
    """Fault 22."""
    size = (4 << 30) + CHUNK + TAIL
    Kit(hub, tmp_path / "cache", size, *zeros(size)).check()


@pytest.mark.skipif(not Path("/proc").exists(), reason="needs holes in files")
def test_the_tail_of_three_hundred_gigabytes_is_fetched_from_the_right_place(
    hub: LoopbackHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading 300 GB of holes again would take minutes: here, and only here, the part is taken up unread, so that the
    sha256 is that of the tail. Everything else is the real transfer."""

    def unread(self: PartFile, known: Sidecar, checked: Callable[[int], bool]) -> None:
        self._digests = list(known.digests)
        self.length = len(known.digests) * CHUNK
        checked(self.length)

    monkeypatch.setattr(PartFile, "_take_up", unread)
    size = 300 * 10**9
    assert size > 1 << 38
    chunks = (size - TAIL) // CHUNK
    sha256 = hashlib.sha256(bytes(size - chunks * CHUNK)).hexdigest()
    Kit(hub, tmp_path / "cache", size, sha256, ("ab" * 32,) * chunks).check()


def test_space_for_three_hundred_gigabytes_is_counted_right(hub: LoopbackHub, tmp_path: Path) -> None:
    """Fault 22, fault 9."""
    size = 300 * 10**9
    hub.add(REPO, {PATH: HEAD}, sizes={PATH: size})
    plan = DownloadPlan(REPO, COMMIT, (WantedFile(PATH, size, "ab" * 32),))
    where = places(tmp_path / "cache", REPO, COMMIT, PATH, "ab" * 32)
    where.part.parent.mkdir(parents=True)
    with where.part.open("wb") as stream:
        stream.truncate(size - 1)
    ground = Ground(hub.url, tmp_path / "cache", patience=QUICK, free_bytes=lambda _: 5 << 30)
    download = Download(ground, plan, lambda _: None)
    download._check_space(queued=0)
    download.discard()
    with pytest.raises(AppError, match=r"307 GB needed, 5\.4 GB free"):
        download.run()

"""A model in several files, stopped between them: what was finished and checked is not read again."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from tests.support.loopback_hub import COMMIT, LoopbackHub

from weighin.core.downloads.download import DownloadPlan, Transferred, WantedFile
from weighin.core.errors import AppError
from weighin.hub.cache import places
from weighin.hub.http import RetryPolicy
from weighin.hub.jobs import Download
from weighin.hub.transfer import Ground

REPO = "owner/split-GGUF"
NAMES = [f"m-Q8_0-0000{n}-of-00003.gguf" for n in (1, 2, 3)]
SHARDS = {name: b"GGUF" + random.Random(name).randbytes(3_000_000) for name in NAMES}
QUICK = RetryPolicy(connect_s=5, stall_s=0.5, backoff_s=0.01, longest_s=0.05)


class Kit:
    """A hub, a cache, and a plan of three shards."""

    def __init__(self, hub: LoopbackHub, cache: Path) -> None:
        self.hub, self.cache = hub, cache
        files = hub.add(REPO, SHARDS).files
        self.plan = DownloadPlan(REPO, COMMIT, tuple(WantedFile(n, files[n].size, files[n].sha256) for n in NAMES))
        self.places = [places(cache, REPO, COMMIT, f.path, f.sha256) for f in self.plan.files]
        self.news: list[Transferred] = []

    def run(self) -> tuple[Path, ...]:
        self.news.clear()
        ground = Ground(self.hub.url, self.cache, patience=QUICK, free_bytes=lambda _: 1 << 50)
        self.download = Download(ground, self.plan, self.news.append)
        return self.download.run()

    def stop_in_the_last(self) -> None:
        """Leave a download of which two files are finished and the third is not there."""
        self.hub.fail(NAMES[2], status=404, times=-1)
        with pytest.raises(AppError):
            self.run()
        self.hub.faults.clear()

    def checked(self) -> list[str]:
        return list(dict.fromkeys(news.file for news in self.news if news.phase == "checking"))

    def leftovers(self) -> list[str]:
        blobs = {where.blob.name for where in self.places}
        return sorted(p.name for p in self.places[0].blob.parent.iterdir() if p.name not in blobs)


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    with LoopbackHub() as hub:
        yield Kit(hub, tmp_path / "cache")


def test_finished_shards_are_not_read_again_and_nothing_is_left_over(kit: Kit) -> None:
    kit.stop_in_the_last()
    assert [where.receipt.exists() for where in kit.places] == [True, True, False]
    paths = kit.run()
    assert kit.checked() == []
    assert [path.read_bytes() for path in paths] == list(SHARDS.values())
    assert kit.leftovers() == []


@pytest.mark.parametrize("harm", ["time", "size", "other file", "no receipt", "torn receipt", "a list"])
def test_a_shard_that_is_not_as_it_was_is_read_again(kit: Kit, harm: str) -> None:
    kit.stop_in_the_last()
    blob, receipt = kit.places[1].blob, kit.places[1].receipt
    if harm == "time":
        os.utime(blob, ns=(1, 1))
    elif harm == "size":
        with blob.open("ab") as stream:
            stream.write(b"x")
    elif harm == "other file":
        data, times = blob.read_bytes(), (blob.stat().st_atime_ns, blob.stat().st_mtime_ns)
        other = blob.with_name("other")
        other.write_bytes(data)
        os.utime(other, ns=times)
        other.replace(blob)
    elif harm == "no receipt":
        receipt.unlink()
    else:
        receipt.write_bytes(b"{" if harm == "torn receipt" else b"[1]")
    paths = kit.run()
    # A file of another size is fetched without being read; the others are read and found good.
    assert kit.checked() == ([] if harm == "size" else [NAMES[1]])
    assert [path.read_bytes() for path in paths] == list(SHARDS.values())
    assert kit.leftovers() == []


def test_a_shard_whose_bytes_changed_with_its_time_is_fetched_again(kit: Kit) -> None:
    kit.stop_in_the_last()
    with kit.places[0].blob.open("r+b") as stream:
        stream.seek(1000)
        stream.write(b"x")
    assert [path.read_bytes() for path in kit.run()] == list(SHARDS.values())
    assert kit.leftovers() == []


@pytest.mark.parametrize("foreign", [False, True])
def test_a_model_of_which_a_part_lay_here_before_was_not_brought_even_after_a_restart(kit: Kit, foreign: bool) -> None:
    if foreign:
        kit.places[0].blob.parent.mkdir(parents=True)
        kit.places[0].blob.write_bytes(SHARDS[NAMES[0]])
    kit.stop_in_the_last()
    kit.run()
    assert kit.download.brought is not foreign


def test_giving_up_deletes_receipts_too(kit: Kit) -> None:
    kit.stop_in_the_last()
    Download(Ground(kit.hub.url, kit.cache), kit.plan, lambda _: None).discard()
    assert kit.leftovers() == []

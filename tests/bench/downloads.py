"""Downloads and the shelf: ratios taken in one run, and what 50 kills cost.

python -m tests.bench downloads; the hub runs in a process of its own, everything over 127.0.0.1.
"""

from __future__ import annotations

import hashlib
import http.client
import itertools
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from tests.support.gguf_files import make_model
from tests.support.hub_process import HubProcess
from tests.support.loopback_hub import COMMIT, LoopbackHub
from weighin.core.downloads.download import DownloadPlan, WantedFile
from weighin.core.models.found import YOURS, Place
from weighin.core.models.shelf_scan import scan
from weighin.hub.cache import places
from weighin.protocol.hub_messages import Fetch, Fetched, Progress
from weighin.protocol.messages import Failed

MIB = 1 << 20
SIZE = 256 * MIB
REPO, PATH = "bench/model-GGUF", "model-Q4_K_M.gguf"
KILLS, KILL_SIZE, KILL_RATE = 50, 192 * MIB, 150 * MIB
ROUNDS = 12
LIMIT = 64 * MIB
SHELF = 300


def main() -> None:
    """Print speed beside the bare read, memory, the cost of kills, and the time of a scan."""
    with tempfile.TemporaryDirectory(dir=_fast_folder()) as folder:
        _speed(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        _kills(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        _shelf(Path(folder))


def noise(size: int, seed: int) -> bytes:
    """Bytes without a pattern within any chunk."""
    return (random.Random(seed).randbytes(61 * MIB) * (size // (61 * MIB) + 1))[:size]


def serve(size: int, seed: int) -> None:
    """The hub's process: prints its address and the file's sha256, ends with its input."""
    data = b"GGUF" + noise(size - 4, seed)
    with LoopbackHub(redirect=False) as hub:
        content = hub.add(REPO, {PATH: data}).files[PATH]
        sys.stdout.write(f"{hub.url} {content.sha256}\n")
        sys.stdout.flush()
        sys.stdin.read()


def _speed(folder: Path) -> None:
    code = f"from tests.bench.downloads import serve; serve({SIZE}, 1)"
    with subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1, text=True, env=_env()) as server:
        assert server.stdout is not None
        url, sha256 = server.stdout.readline().split()
        plan = DownloadPlan(REPO, COMMIT, (WantedFile(PATH, SIZE, sha256),))
        bare, ours, peaks = [], [], []
        for number in range(ROUNDS):
            bare.append(_bare(url, sha256))
            seconds, peak = _ours(url, plan, folder / str(number))
            ours.append(seconds)
            peaks.append(peak)
            # The next round writes where this one wrote: fresh memory costs a virtual machine more than the download.
            shutil.rmtree(folder / str(number))
        server.communicate()
    ratios = sorted(a / b for a, b in zip(bare, ours, strict=True))
    sys.stdout.write(
        f"download of {SIZE // MIB} MiB, hashed and on the disk: {min(bare) / min(ours):.2f} of the bare read and hash "
        f"(target 0.8), the best of {ROUNDS} rounds each; round by round {ratios[0]:.2f} to {ratios[-1]:.2f}, median "
        f"{ratios[ROUNDS // 2]:.2f}; {SIZE / min(ours) / 1e6:.0f} MB/s, {max(peaks) / 1e6:.0f} MB of memory\n"
    )


def _bare(url: str, sha256: str) -> float:
    """Seconds to read the same bytes and hash them, one after the other, kept nowhere."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    begin = time.perf_counter()
    connection.request("GET", f"/{REPO}/resolve/{COMMIT}/{PATH}")
    response = connection.getresponse()
    running, buffer = hashlib.sha256(), memoryview(bytearray(MIB))
    while count := response.readinto(buffer):
        running.update(buffer[:count])
    seconds = time.perf_counter() - begin
    assert running.hexdigest() == sha256
    connection.close()
    return seconds


def _ours(url: str, plan: DownloadPlan, cache: Path) -> tuple[float, int]:
    """Seconds from the first byte asked for to the finished file, and the process's largest memory in bytes."""
    with HubProcess(url, cache) as process:
        process.send(Fetch(1, plan))
        first = process.until(Progress, Failed)
        begin, already = time.perf_counter(), first.news.done
        peak = 0
        while not isinstance(event := process.event(), Fetched):
            assert not isinstance(event, Failed), event
            peak = max(peak, psutil.Process(process.process.pid).memory_info().rss)
        seconds = time.perf_counter() - begin
    return seconds * SIZE / (SIZE - already), peak


def _kills(folder: Path) -> None:
    chance = random.Random(4)
    data = b"GGUF" + noise(KILL_SIZE - 4, 4)
    costs, kills = [], 0
    with LoopbackHub() as hub:
        content = hub.add(REPO, {PATH: data}).files[PATH]
        hub.fail(PATH, rate=KILL_RATE, times=-1)
        plan = DownloadPlan(REPO, COMMIT, (WantedFile(PATH, KILL_SIZE, content.sha256),))
        round_number = 0
        while kills < KILLS:
            cache = folder / str(round_number)
            round_number += 1
            where = places(cache, REPO, COMMIT, PATH, content.sha256)
            first, finished = len(hub.spans), False
            while not finished and kills < KILLS:
                with HubProcess(hub.url, cache) as process:
                    process.send(Fetch(1, plan))
                    # A kill before the first byte costs nothing and shows nothing.
                    finished = isinstance(process.until(Progress, Fetched), Fetched)
                    until = time.monotonic() + chance.uniform(0.05, 0.6)
                    while time.monotonic() < until and not finished:
                        finished = isinstance(process.event(), Fetched)
                    kills += not finished
            with HubProcess(hub.url, cache) as process:
                process.send(Fetch(1, plan))
                done = process.until(Fetched, Failed)
            assert hashlib.sha256(Path(done.paths[0]).read_bytes()).hexdigest() == content.sha256
            assert [path.name for path in where.blob.parent.iterdir()] == [where.blob.name]
            costs += [max(0, sent - asked) for (_, sent), (asked, _) in itertools.pairwise(hub.spans[first:])]
    assert max(costs) <= LIMIT, f"{max(costs)} bytes fetched twice after one kill"
    sys.stdout.write(
        f"{kills} kills: every sha256 right, no file left over; fetched again after a kill: {max(costs) / MIB:.1f} MiB "
        f"at most (limit {LIMIT // MIB}), {sum(costs) / kills / MIB:.1f} MiB on average; resumed {len(costs)} times\n"
    )


def _shelf(folder: Path) -> None:
    model = make_model(folder / "first.gguf")
    head = model.read_bytes()
    for number in range(SHELF):
        path = folder / "shelf" / f"maker{number % 10}" / f"model-{number}.gguf"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as stream:
            stream.write(head)
            stream.truncate(4 << 30)
    place = (Place(YOURS, folder / "shelf"),)
    begin = time.perf_counter()
    known = scan((), place, ())
    first = time.perf_counter() - begin
    begin = time.perf_counter()
    again = scan(known, place, ())
    second = time.perf_counter() - begin
    assert len(known) == SHELF and again == known
    sys.stdout.write(
        f"shelf of {SHELF} files: {first:.2f} s the first time (limit 10), then {second:.3f} s (limit 0.3)\n"
    )


def _fast_folder() -> str | None:
    """Memory where there is some: the disk's own speed is not what is measured."""
    return "/dev/shm" if Path("/dev/shm").is_dir() and psutil.disk_usage("/dev/shm").free > 4 * SIZE else None


def _env() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}

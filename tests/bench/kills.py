"""The program killed at seeded moments while it compares, asks, downloads and keeps: nothing that was told is lost.

`WEIGHIN_KILLS` kills (default 200); `python -m tests.bench kills`. After each: no process is left within five seconds,
SQLite finds its file sound, and every row that was told as kept is there.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.support.loopback_hub import LoopbackHub

_SEED = 11
_GONE_S = 5.0
_PAIR = ("starter:dense", "starter:moe")
_REPOSITORY = "o/big-GGUF"
_FILE_BYTES = 4 << 20


@dataclass
class Told:
    """What the program said it keeps. comparisons: ids; answers: how many of questions, at most; downloads: paths."""

    comparisons: set[str] = field(default_factory=set)
    answers: int = 0
    downloads: set[str] = field(default_factory=set)


class Soak:
    """One profile, killed again and again."""

    def __init__(self, profile: Path, hub: LoopbackHub) -> None:
        self._profile, self._hub, self._told, self._order = profile, hub, Told(), random.Random(_SEED)
        self._environment = os.environ | {
            "HF_ENDPOINT": hub.url, "HF_HUB_OFFLINE": "0", "HF_HOME": str(profile / "home"),
            "WEIGHIN_PROFILE": str(profile), "QT_QPA_PLATFORM": "offscreen",
        }  # fmt: skip
        self._lengths = {name: self._length(name) for name in self.commands()}

    def commands(self) -> dict[str, list[str]]:
        """What is killed."""
        return {
            "compare": ["compare", *_PAIR, "-p", "Tell me something long.", "--max-tokens", "120", "--json"],
            "mmlu": ["mmlu", *_PAIR, "--n", "69", "--json"],
            "download": ["models", "get", f"{_REPOSITORY}/{self._file}"],
            "history": ["history", "list", "--json"],
        }

    def kill_once(self) -> str:
        """Kill one command at one moment, and look. What was wrong, "" where nothing was."""
        name = self._order.choice(sorted(self._lengths))
        if name == "download":
            self._hub.fail(self._file, rate=8 << 20, times=1)
        process = self._start(self.commands()[name])
        moment = time.monotonic() + self._order.uniform(0.05, 1.05 * self._lengths[name])
        children: set[psutil.Process] = set()
        while time.monotonic() < moment and process.poll() is None:
            with contextlib.suppress(psutil.Error):
                children.update(psutil.Process(process.pid).children(recursive=True))
            time.sleep(0.01)
        with contextlib.suppress(psutil.Error):
            children.update(psutil.Process(process.pid).children(recursive=True))
        process.send_signal(signal.SIGKILL)
        said, _ = process.communicate()
        if process.returncode == 0:
            self._note(name, said)
        return f"{name}: {wrong}" if (wrong := self._left(children) or self._lost()) else ""

    @property
    def _file(self) -> str:
        """The next file to get: one that was killed on its way is gone on with."""
        return f"big-{len(self._told.downloads)}-Q4_K_M.gguf"

    def finish(self) -> str:
        """What was begun can be gone on with: the last run of questions is resumed to its end."""
        with self._database() as database:
            row = database.execute("select id from evaluations where state != 'finished' limit 1").fetchone()
        if row is None:
            return ""
        done = self._start(["mmlu", "--resume", row[0], "--json"])
        said, errors = done.communicate(timeout=600)
        return (
            "" if done.returncode == 0 and json.loads(said)["state"] == "finished" else f"not resumed: {errors[-300:]}"
        )

    def _length(self, name: str) -> float:
        """Seconds that a command takes where nobody kills it."""
        begin = time.monotonic()
        process = self._start(self.commands()[name])
        said, errors = process.communicate()
        assert process.returncode == 0, errors
        self._note(name, said)
        return time.monotonic() - begin

    def _start(self, arguments: list[str]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "weighin", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self._environment,
        )

    def _note(self, name: str, said: str) -> None:
        if name == "compare":
            with self._database() as database:
                self._told.comparisons.update(id for (id,) in database.execute("select id from comparisons"))
        elif name == "download":
            self._told.downloads.add(said.strip())

    def _left(self, children: set[psutil.Process]) -> str:
        """Processes that outlive the program."""
        _, alive = psutil.wait_procs(list(children), timeout=_GONE_S)
        names = [" ".join(one.cmdline()[-2:]) for one in alive if one.status() != psutil.STATUS_ZOMBIE]
        return f"still there: {', '.join(names)}" if names else ""

    def _lost(self) -> str:
        with self._database() as database:
            (sound,) = database.execute("pragma integrity_check").fetchone()
            there = {id for (id,) in database.execute("select id from comparisons")}
            (answers,) = database.execute("select count(*) from evaluation_items").fetchone()
        if sound != "ok":
            return f"the database is damaged: {sound}"
        if missing := self._told.comparisons - there:
            return f"{len(missing)} comparisons are gone"
        if answers < self._told.answers:
            return f"{self._told.answers - answers} answers are gone"
        self._told.answers = answers
        gone = [path for path in self._told.downloads if not Path(path).exists()]
        return f"a download is gone: {gone[0]}" if gone else ""

    @contextlib.contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        with contextlib.closing(sqlite3.connect(self._profile / "data" / "weighin.db")) as database:
            yield database


def main() -> int:
    """Print what went wrong; 1 where something did."""
    count = int(os.environ.get("WEIGHIN_KILLS", "200"))
    wrong: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder, LoopbackHub() as hub:
        names = [f"big-{number}-Q4_K_M.gguf" for number in range(count + 1)]
        hub.add(_REPOSITORY, {name: b"GGUF" + name.encode() + bytes(_FILE_BYTES) for name in names})
        soak = Soak(Path(folder), hub)
        for number in range(count):
            if what := soak.kill_once():
                wrong[what] += 1
                sys.stdout.write(f"kill {number}: {what}\n")
        if what := soak.finish():
            wrong[what] += 1
            sys.stdout.write(f"{what}\n")
    sys.stdout.write(f"{count} kills, {sum(wrong.values())} with something lost, left or damaged\n")
    return int(bool(wrong))

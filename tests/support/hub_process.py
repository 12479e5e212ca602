"""Talks to a real `worker hub` process over its wire."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from weighin.confinement.rights import Rights
from weighin.protocol import wire
from weighin.protocol.hub_messages import HUB_EVENTS

_HASTY = """
from weighin.__main__ import main
from weighin.hub.http import RetryPolicy
RetryPolicy.pause = lambda self, failures: 0.01
raise SystemExit(main())
"""


HASTY_HUB = [sys.executable, "-c", _HASTY, "worker", "hub"]


class HubProcess:
    """One process against the hub at `url`, with a cache of its own; `hasty`: it hardly waits between two tries. Use as
    a context manager."""

    def __init__(self, url: str, cache: Path, hasty: bool = False, **environment: str) -> None:
        env = {k: v for k, v in os.environ.items() if not k.startswith("HF_")}
        env |= {"HF_ENDPOINT": url, "HF_HUB_CACHE": str(cache), "HF_HOME": str(cache.parent / "home")}
        env |= {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p), **environment}
        self.process = subprocess.Popen(
            HASTY_HUB if hasty else [sys.executable, "-m", "weighin", "worker", "hub"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=env,
        )
        assert self.process.stdin is not None
        self.process.stdin.write(Rights(read=("/",), write=("/",), network=True).line())
        self.process.stdin.flush()
        self._splitter = wire.LineSplitter()
        self._lines: list[bytes] = []

    def __enter__(self) -> HubProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def send(self, request: Any) -> None:
        """Write a request."""
        assert self.process.stdin is not None
        self.process.stdin.write(wire.encode(request))
        self.process.stdin.flush()

    def event(self) -> Any:
        """The next event; None at the end."""
        assert self.process.stdout is not None
        while not self._lines:
            data = os.read(self.process.stdout.fileno(), 1 << 16)
            if not data:
                return None
            self._lines += self._splitter.feed(data)
        return wire.decode(self._lines.pop(0), HUB_EVENTS)

    def until(self, *kinds: type, seconds: float = 60) -> Any:
        """The next event of one of these kinds."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            event = self.event()
            if event is None or isinstance(event, kinds):
                return event
        raise AssertionError("no such event in time")

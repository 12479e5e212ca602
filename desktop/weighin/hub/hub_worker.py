"""The loop of the process that talks to the hub: each request is a thread, so that Cancel is always heard."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from weighin.core.downloads.download import Transferred
from weighin.core.errors import AppError
from weighin.hub.client import HubClient
from weighin.hub.jobs import DigestJob, FetchJob, Job, ask
from weighin.hub.transfer import StoppedError
from weighin.protocol import wire
from weighin.protocol.failing import failed
from weighin.protocol.hub_messages import HUB_REQUESTS, Digest, Fetch, Progress
from weighin.protocol.messages import Cancel, Shutdown

_PROGRESS_S = 0.1
_LAST_WORDS_S = 3.0


@dataclass
class _Running:
    thread: threading.Thread
    job: Job | None


class HubWorker:
    """Carries requests from a descriptor to the hub and answers back."""

    def __init__(self, read_descriptor: int, write_descriptor: int) -> None:
        self._in, self._out = read_descriptor, write_descriptor
        self._write_lock = threading.Lock()
        self._client = HubClient()
        self._running: dict[int, _Running] = {}
        self._news: dict[int, Transferred] = {}
        self._news_lock = threading.Lock()

    def run(self) -> int:
        """Serve until Shutdown or end of input; what runs is stopped in order."""
        splitter = wire.LineSplitter()
        threading.Thread(target=self._report, daemon=True).start()
        while data := os.read(self._in, 1 << 16):
            for line in splitter.feed(data):
                request = wire.decode(line, HUB_REQUESTS)
                if isinstance(request, Shutdown):
                    return self._leave()
                self._take(request)
        return self._leave()

    def _take(self, request: Any) -> None:
        if isinstance(request, Cancel):
            running = self._running.get(request.target)
            if running is not None and running.job is not None:
                running.job.stop()
            return
        tell = self._tell(request.id)
        job: Job | None = None
        if isinstance(request, Fetch):
            job = FetchJob(request, tell)
        elif isinstance(request, Digest):
            job = DigestJob(request, tell)
        work = job.run if job is not None else (lambda: ask(self._client, request))
        thread = threading.Thread(target=self._work, args=(request.id, work), daemon=True)
        self._running[request.id] = _Running(thread, job)
        thread.start()

    def _work(self, number: int, work: Callable[[], Any]) -> None:
        try:
            event = work()
        except StoppedError:
            event = failed(number, "stopped", "Stopped: the downloaded part is kept.")
        except AppError as error:
            event = failed(number, error.kind, error.user_text, error.detail)
        except Exception as error:  # noqa: BLE001 - whatever it is, the window must hear of it
            text = f"{type(error).__name__}: {error}"
            event = failed(number, "bug", f"Unexpected hub failure: {text}", text)
        self._running.pop(number, None)
        self._send_news()
        self._emit(event)

    def _tell(self, number: int) -> Callable[[Transferred], None]:
        """Notes the newest progress of a request; `_report` sends it."""

        def tell(news: Transferred) -> None:
            with self._news_lock:
                self._news[number] = news

        return tell

    def _report(self) -> None:
        """Send the newest progress of each request, ten times a second at most."""
        while True:
            threading.Event().wait(_PROGRESS_S)
            self._send_news()

    def _send_news(self) -> None:
        with self._news_lock:
            news, self._news = self._news, {}
        for number, latest in news.items():
            self._emit(Progress(number, latest))

    def _leave(self) -> int:
        running = list(self._running.values())
        for entry in running:
            if entry.job is not None:
                entry.job.stop()
        deadline = time.monotonic() + _LAST_WORDS_S
        for entry in running:
            if entry.job is not None:
                entry.thread.join(max(0.0, deadline - time.monotonic()))
        return 0

    def _emit(self, event: Any) -> None:
        try:
            line = wire.encode(event)
        except wire.WireError as error:
            line = wire.encode(failed(event.id, "unsendable", f"The hub's answer cannot be passed on: {error}."))
        try:
            with self._write_lock:
                _write_all(self._out, line)
        except OSError:
            os._exit(0)  # nobody listens any more; a half-finished file is safe at any moment


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]

"""Short jobs away from the window's thread, their results back on it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal

from weighin.core.errors import AppError

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

log = logging.getLogger(__name__)

Done = Callable[[Any], None]
Failed = Callable[[AppError], None]


class TaskRunner(QObject):
    """Runs functions in a pool of `threads`; with one thread in order. Callbacks come on this object's thread."""

    _settled = Signal(object)

    def __init__(self, threads: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads = threads
        self._closed = False
        self._lock = threading.Lock()  # the pool is made once, whoever comes first
        self._settled.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def run(self, work: Callable[[], Any], done: Done, failed: Failed) -> None:
        """Call `work` in the pool, then `done(result)` or `failed(error)`; the unexpected is logged and wrapped."""

        def settle(future: Future[Any]) -> None:
            if not future.cancelled():
                self._settled.emit((future, done, failed))

        self._submit(work).add_done_callback(settle)

    def wait(self, work: Callable[[], Any]) -> Any:
        """The result of `work`, done in the pool. Only from a thread that may wait, never from the window's."""
        return self._submit(work).result()

    def close(self) -> None:
        """Finish what was begun; results that come after this are not delivered."""
        self._closed = True
        if "_pool" in vars(self):
            self._pool.shutdown(wait=True, cancel_futures=False)

    def _submit(self, work: Callable[[], Any]) -> Future[Any]:
        with self._lock:
            return self._pool.submit(work)

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        """Made with the first job: the first paint waits for no thread."""
        from concurrent.futures import ThreadPoolExecutor

        return ThreadPoolExecutor(self._threads, thread_name_prefix="weighin-task")

    def _deliver(self, outcome: Any) -> None:
        if self._closed:  # whoever asked may be gone
            return
        future, done, failed = outcome
        error = future.exception()
        if error is None:
            done(future.result())
        elif isinstance(error, AppError):
            failed(error)
        else:
            log.error("a task failed", exc_info=error)
            failed(AppError(f"Unexpected error: {type(error).__name__}: {error}", kind="bug"))

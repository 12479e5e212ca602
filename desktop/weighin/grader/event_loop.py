"""asyncio wakes its own loop by a pair of sockets, which nobody makes behind the walls: a pipe does as well."""

from __future__ import annotations

import contextlib
import os
from typing import Any


class _PipeEnd:
    """What asyncio asks of such a socket."""

    def __init__(self, descriptor: int) -> None:
        os.set_blocking(descriptor, False)
        self._descriptor = descriptor

    def fileno(self) -> int:
        return self._descriptor

    def recv(self, most: int) -> bytes:
        return os.read(self._descriptor, most)

    def send(self, data: bytes) -> int:
        return os.write(self._descriptor, data)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            os.close(self._descriptor)


def wake_by_pipes() -> None:
    """For every loop that is made from now on."""
    from asyncio import selector_events

    vars_of_loop: Any = selector_events.BaseSelectorEventLoop
    vars_of_loop._make_self_pipe = _make_self_pipe


def _make_self_pipe(loop: Any) -> None:
    loop._ssock, loop._csock = (_PipeEnd(descriptor) for descriptor in os.pipe())
    loop._internal_fds += 1
    loop._add_reader(loop._ssock.fileno(), loop._read_from_self)

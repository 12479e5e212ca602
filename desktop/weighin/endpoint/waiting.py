"""Waits where a server asks to be asked again later, or is away for a moment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from weighin.endpoint.errors import StatusError
from weighin.workers.engine import EngineError

# Without a word of the server: twice as long each time, from the first to the last.
_FIRST_S, _LONGEST_S = 1.0, 60.0
# Of a server that answered before: it is started again, or the way to it was broken.
_AWAY = ("server_down", "cut", "server_error")
_T = TypeVar("_T")


class Waiting:
    """Asks again for at most `most_s` seconds a question. times: how often it waited in all."""

    def __init__(self, most_s: float) -> None:
        self._most_s = most_s
        self.times = 0

    async def ask(self, question: Callable[[], Awaitable[_T]], answered_before: bool = False) -> _T:
        """What `question` gives. Raises EngineError where waiting does not help, or would take too long.

        answered_before: the server did answer this, so that a failure of its own or of the way to it may pass."""
        pause, left = _FIRST_S, self._most_s
        while True:
            try:
                return await question()
            except EngineError as error:
                wait = pause
                if isinstance(error, StatusError) and error.passes:
                    wait = pause if error.wait_s is None else max(error.wait_s, _FIRST_S)
                elif not (answered_before and error.kind in _AWAY):
                    raise
                if wait > left:
                    raise
            self.times += 1
            left, pause = left - wait, min(2 * pause, _LONGEST_S)
            await asyncio.sleep(wait)

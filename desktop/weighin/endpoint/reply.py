"""An answer over HTTP as it comes: how long it is waited for, and what it is by its first bytes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from typing import TypeVar

import httpx2

from weighin.endpoint import errors
from weighin.endpoint.unpacking import PackedError, Unpacker

# White space and a byte order mark may stand before everything.
_BLANK = b" \t\r\n\xef\xbb\xbf"
_T = TypeVar("_T")


@dataclass(frozen=True)
class Patience:
    """Seconds to wait: for a connection, for the first of an answer (a large model reads a long prompt for minutes),
    and then for the next."""

    connect_s: float = 10.0
    first_s: float = 900.0
    stall_s: float = 60.0


class Reply:
    """An open answer with a status of success."""

    def __init__(self, response: httpx2.Response, host: str, patience: Patience) -> None:
        self._host, self._patience = host, patience
        self._type = response.headers.get("content-type", "").lower()
        self._unpacker = Unpacker(response.headers.get("content-encoding", ""))
        # As sent, when it is sent: with a size given, httpx would wait until that much has come. And unpacked here: a
        # server that compresses although it was asked not to could send far more than it seems.
        self._source = self._read(response.aiter_raw())
        self._held = b""
        self._began = self._came = False

    @property
    def claims_web_page(self) -> bool:
        """Whether its header says that it is a page for people."""
        return "html" in self._type

    def begin(self) -> None:
        """Something of the answer itself is there: what follows is not waited for as long as the first of it."""
        self._began = True

    async def first_byte(self) -> bytes:
        """The first byte that is not blank, which stays to be read; b"" where there is none. Raises EngineError."""
        async for piece in self._source:
            if begun := piece.lstrip(_BLANK):
                self._held = begun
                return begun[:1]
        return b""

    async def pieces(self) -> AsyncIterator[bytes]:
        """The bytes as they come. Raises EngineError where they stop coming."""
        if self._held:
            held, self._held = self._held, b""
            yield held
        async for piece in self._source:
            yield piece

    async def whole(self, most: int) -> bytes:
        """All of it. Raises EngineError above `most` bytes."""
        body = bytearray()
        async for piece in self.pieces():
            body += piece
            if not self._began and piece.strip():
                self.begin()
            if len(body) > most:
                raise errors.garbage(self._host, f"more than {most:,} bytes")
        return bytes(body)

    async def _read(self, source: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        while data := await self._next(source):
            self._came = True
            try:
                for piece in self._unpacker.feed(data):
                    yield piece
                    await asyncio.sleep(0)  # so that Stop is heard however much comes out of a little
            except PackedError as error:
                raise errors.compressed(self._host, str(error)) from None

    async def _next(self, source: AsyncIterator[bytes]) -> bytes:
        wait = self._patience.stall_s if self._began else self._patience.first_s
        try:
            return await within(anext(source, b""), wait)
        except asyncio.TimeoutError:
            raise errors.stalled(self._host, wait, self._began) from None
        except httpx2.HTTPError as error:
            raise errors.network_error(error, self._host, began=self._came) from None


async def within(work: Awaitable[_T], seconds: float) -> _T:
    """What `work` gives. Raises asyncio.TimeoutError after `seconds`. Unlike asyncio.wait_for before Python 3.12 it
    loses no Stop that comes in the very moment in which `work` is done."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({task}, timeout=seconds)
        if not task.done():
            raise asyncio.TimeoutError
        return task.result()
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
        if not task.cancelled():
            task.exception()  # looked at, so that nobody is told that it never was

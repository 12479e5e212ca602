"""An answer over HTTP as it comes: how long it is waited for, and what it is by its first bytes."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Awaitable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx2

from weighin.core import format
from weighin.endpoint import errors

# A few compressed bytes can stand for very many: so much is given out at a time.
MOST = 1 << 16
_GZIP, _DEFLATE = b"\x1f\x8b", ("deflate", "zlib")
_PLAIN = ("", "identity", "none", "utf-8", "gzip", "x-gzip", *_DEFLATE)
# What stream and object begin with: an encoding that is only claimed is common behind proxies.
_READABLE = b"{[<: \t\r\n\xef"
_FIELDS = (b"data", b"event", b"id", b"retry")


class PackedError(Exception):
    """A way of compressing that cannot be read, or bytes that are not what they claim; the text says which."""


class Unpacker:
    """Bytes of one reply in, unpacked ones out. `encoding`: what its header claims; the first bytes decide."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding.rpartition(",")[2].strip().lower()
        self._head = b""
        self._decided = False
        self._packed: Any = None
        self._wbits = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What `data` unpacks to, in pieces of at most MOST bytes where it was compressed. Raises PackedError."""
        if not self._decided:
            self._head += data
            if len(self._head) < len(_GZIP) and self._head == _GZIP[: len(self._head)]:
                return
            data, self._head = self._head, b""
            self._decide(data)
        yield from self._unpack(data) if self._packed else (data,)

    def _decide(self, data: bytes) -> None:
        self._decided = True
        if data.startswith(_GZIP):
            self._wbits = zlib.MAX_WBITS | 16
        elif data[0] in _READABLE or data.startswith(_FIELDS):
            return
        elif self._encoding in _DEFLATE:
            wrapped = data[0] & 15 == 8 and (len(data) < 2 or int.from_bytes(data[:2], "big") % 31 == 0)
            self._wbits = zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS
        elif self._encoding not in _PLAIN:
            raise PackedError(self._encoding)
        else:
            return
        self._packed = zlib.decompressobj(self._wbits)

    def _unpack(self, data: bytes) -> Iterator[bytes]:
        try:
            while data:
                piece = self._packed.decompress(data, MOST)
                if piece:
                    yield piece
                data = self._packed.unconsumed_tail
                if self._packed.eof and (data := self._packed.unused_data.lstrip(b"\0")):
                    self._packed = zlib.decompressobj(self._wbits)
        except zlib.error:
            raise PackedError(self._encoding or "gzip") from None


# White space and a byte order mark may stand before everything.
_BLANK = b" \t\r\n\xef\xbb\xbf"
_T = TypeVar("_T")


@dataclass(frozen=True)
class ReplyTimeouts:
    """Seconds to wait: for a connection, for the first of an answer (a large model reads a long prompt for minutes),
    and then for the next."""

    connect_s: float = 10.0
    first_s: float = 900.0
    stall_s: float = 60.0


class Reply:
    """An open answer with a status of success."""

    def __init__(self, response: httpx2.Response, host: str, patience: ReplyTimeouts) -> None:
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
                raise errors.garbage(self._host, f"more than {format.count(most)} bytes")
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

"""Unpacks what a server compresses although it was asked not to."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

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

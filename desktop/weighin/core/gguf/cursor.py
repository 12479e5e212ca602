"""Walks through the bytes of a header: nothing is taken for granted, and little is kept."""

from __future__ import annotations

import hashlib
import struct
from typing import Any, BinaryIO

from weighin.core import format
from weighin.core.errors import AppError

# The largest real headers are of 32 MB, with a million texts in their lists.
MAX_HEADER = 64 << 20
MAX_TEXTS = 2 << 20
_KEPT_TEXT = 4 << 20  # bytes
_MOST_KEPT = 16 << 20  # of all together, in bytes of memory, roughly
_PER_TEXT, PER_NUMBER = 100, 40  # what Python needs for each
_KEPT_LISTS = 4
_STEP = 1 << 20


class Cursor:
    """A place in a byte source that grows by reading on, up to MAX_HEADER."""

    def __init__(self, stream: BinaryIO, texts: KnownTexts | None) -> None:
        self._stream = stream
        self._texts = texts or KnownTexts()
        self._passed = self._kept = 0
        self.data = bytearray()
        self.at = 0

    def need(self, count: int) -> int:
        """Make `count` bytes from the current place available; the place before them. Moves on."""
        end = self.at + count
        if end > MAX_HEADER:
            raise too_large()
        while len(self.data) < end:
            # Never as much as is announced: forty bytes can announce anything.
            more = self._stream.read(_STEP)
            if not more:
                raise AppError("The file is incomplete: it ends inside its header.", kind="truncated")
            self.data += more
        start, self.at = self.at, end
        return start

    def scalar(self, code: str) -> Any:
        """One number."""
        return struct.unpack_from(code, self.data, self.need(struct.calcsize(code)))[0]

    def keep(self, size: int) -> None:
        """Count `size` bytes of memory that stay."""
        self._kept += size
        if self._kept > _MOST_KEPT:
            raise too_large()

    def text(self) -> str | None:
        """One length-prefixed string; None for one that is too long to be kept."""
        size = self._text_size()
        start = self.need(size)
        if size > _KEPT_TEXT:
            return None
        self.keep(_PER_TEXT + size)
        return self.data[start : start + size].decode("utf-8", "replace")

    def name(self) -> str:
        """One length-prefixed string that names something."""
        text = self.text()
        if text is None:
            raise damaged("a name that is far too long")
        return text

    def skip_texts(self, count: int) -> None:
        """Pass over `count` strings without making them; at once where the same ones were passed over before."""
        begin = self.at
        self._passed += count
        if self._passed > MAX_TEXTS:
            raise damaged(f"lists of {format.count(self._passed)} texts")
        for size, digest in self._texts.candidates(count):
            self.fill(size)
            if hashlib.sha256(memoryview(self.data)[begin : begin + size]).digest() == digest:
                self.at = begin + size
                return
        unpack = struct.Struct("<Q").unpack_from
        left = count
        while left:
            data, at, end = self.data, self.at, len(self.data)
            try:
                while left and (after := at + 8 + unpack(data, at)[0]) <= end:
                    at = after
                    left -= 1
            except struct.error:
                pass
            self.at = at
            if left:
                self._skip_one()
                left -= 1
        self._texts.learn(count, memoryview(self.data)[begin : self.at])

    def fill(self, count: int) -> None:
        """Read on until `count` bytes from the current place are there, or the end."""
        while len(self.data) < min(self.at + count, MAX_HEADER):
            more = self._stream.read(_STEP)
            if not more:
                return
            self.data += more

    def _skip_one(self) -> None:
        self.need(self._text_size())

    def _text_size(self) -> int:
        size = int(self.scalar("<Q"))
        if size > MAX_HEADER:
            raise damaged(f"a text of {format.count(size)} bytes")
        return size


class KnownTexts:
    """Lists of texts passed over before: hundreds of files share a handful of vocabularies, and to see by its digest
    that one is the same takes a tenth of walking through it."""

    def __init__(self) -> None:
        self._known: dict[int, list[tuple[int, bytes]]] = {}

    def candidates(self, count: int) -> tuple[tuple[int, bytes], ...]:
        """(bytes, sha256) of lists of `count` texts."""
        return tuple(self._known.get(count, ()))

    def learn(self, count: int, data: memoryview) -> None:
        """Remember a list of `count` texts."""
        entries = self._known.setdefault(count, [])
        if len(entries) < _KEPT_LISTS:
            entries.append((len(data), hashlib.sha256(data).digest()))


def damaged(what: str) -> AppError:
    """For a header that declares `what` cannot be."""
    return AppError(f"The header of this file is damaged: it declares {what}.", kind="header")


def too_large() -> AppError:
    """For a header beyond all bounds."""
    return AppError("The header of this file is far too large: the file may be damaged.", kind="header")

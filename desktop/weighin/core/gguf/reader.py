"""Reads the header of a GGUF file that nobody trusts: every length is checked, nothing native is called.

Layout: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import hashlib
import math
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from weighin.core import format
from weighin.core.errors import AppError

MAX_HEADER = 256 << 20
MAX_STRING = 64 << 20
MAX_COUNT = 1 << 20
MAX_ARRAY = 16 << 20
_VERSIONS = (2, 3)
_KEPT_ARRAY = 1024
_KEPT_LISTS = 4
_STEP = 1 << 20

SCALARS = {0: "B", 1: "b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "?", 10: "<Q", 11: "<q", 12: "<d"}
_STRING, _ARRAY = 8, 9

# Elements and bytes of one block, from the static_asserts of ggml-common.h.
TENSOR_TYPES: dict[int, tuple[str, int, int]] = {
    0: ("F32", 1, 4), 1: ("F16", 1, 2), 2: ("Q4_0", 32, 18), 3: ("Q4_1", 32, 20), 6: ("Q5_0", 32, 22),
    7: ("Q5_1", 32, 24), 8: ("Q8_0", 32, 34), 9: ("Q8_1", 32, 36), 10: ("Q2_K", 256, 84), 11: ("Q3_K", 256, 110),
    12: ("Q4_K", 256, 144), 13: ("Q5_K", 256, 176), 14: ("Q6_K", 256, 210), 15: ("Q8_K", 256, 292),
    16: ("IQ2_XXS", 256, 66), 17: ("IQ2_XS", 256, 74), 18: ("IQ3_XXS", 256, 98), 19: ("IQ1_S", 256, 50),
    20: ("IQ4_NL", 32, 18), 21: ("IQ3_S", 256, 110), 22: ("IQ2_S", 256, 82), 23: ("IQ4_XS", 256, 136),
    24: ("I8", 1, 1), 25: ("I16", 1, 2), 26: ("I32", 1, 4), 27: ("I64", 1, 8), 28: ("F64", 1, 8),
    29: ("IQ1_M", 256, 56), 30: ("BF16", 1, 2), 34: ("TQ1_0", 256, 54), 35: ("TQ2_0", 256, 66),
    39: ("MXFP4", 32, 17), 40: ("NVFP4", 64, 36), 41: ("Q1_0", 128, 18), 42: ("Q2_0", 64, 18),
}  # fmt: skip


@dataclass(frozen=True)
class Tensor:
    """One entry of the tensor table: shape in elements (first dimension contiguous), ggml type, place in the data."""

    name: str
    shape: tuple[int, ...]
    type: int
    offset: int

    @property
    def elements(self) -> int:
        """Number of weights."""
        return math.prod(self.shape)

    @property
    def bytes(self) -> int | None:
        """Size of the data; None for a type this reader does not know."""
        if self.type not in TENSOR_TYPES:
            return None
        _, block, size = TENSOR_TYPES[self.type]
        return self.elements // block * size


@dataclass(frozen=True)
class Header:
    """Metadata and tensor table. Arrays longer than a thousand entries are kept as their length only (`lengths`).

    spans: where in the file each entry of the metadata begins and ends, key and type included."""

    version: int
    metadata: dict[str, Any]
    lengths: dict[str, int]
    tensors: tuple[Tensor, ...]
    data_start: int = 0
    alignment: int = 32
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def needed_bytes(self) -> int:
        """Size the file must at least have to hold all its tensors."""
        ends = [self.data_start + t.offset + t.bytes for t in self.tensors if t.bytes is not None]
        return max(ends, default=0)


class _Cursor:
    """A place in a byte source that grows by reading on, up to MAX_HEADER."""

    def __init__(self, stream: BinaryIO, texts: KnownTexts | None) -> None:
        self._stream = stream
        self._texts = texts or KnownTexts()
        self.data = bytearray()
        self.at = 0

    def need(self, count: int) -> int:
        """Make `count` bytes from the current place available; the place before them. Moves on."""
        end = self.at + count
        if end > MAX_HEADER:
            raise AppError("The header of this file is far too large: the file may be damaged.", kind="header")
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

    def text(self) -> str:
        """One length-prefixed string."""
        size = self.scalar("<Q")
        if size > MAX_STRING:
            raise _damaged(f"a text of {format.count(size)} bytes")
        start = self.need(size)
        return self.data[start : start + size].decode("utf-8", "replace")

    def skip_texts(self, count: int) -> None:
        """Pass over `count` strings without making them; at once where the same ones were passed over before."""
        begin = self.at
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
        size = self.scalar("<Q")
        if size > MAX_STRING:
            raise _damaged(f"a text of {format.count(size)} bytes")
        self.need(size)


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


def _damaged(what: str) -> AppError:
    return AppError(f"The header of this file is damaged: it declares {what}.", kind="header")


def read_header(stream: BinaryIO, texts: KnownTexts | None = None) -> Header:
    """The header at the beginning of `stream`. Raises AppError: kind "not_gguf", "truncated" or "header".

    `texts`: shared by whoever reads many headers."""
    cursor = _Cursor(stream, texts)
    _check_magic(cursor)
    version = cursor.scalar("<I")
    if version not in _VERSIONS and int.from_bytes(struct.pack("<I", version), "big") in (1, *_VERSIONS):
        raise AppError("This file is for big-endian machines and cannot be read here.", kind="header")
    if version not in _VERSIONS:
        raise AppError(f"This is GGUF version {version}; only versions 2 and 3 are supported.", kind="header")
    tensor_count, pair_count = cursor.scalar("<Q"), cursor.scalar("<Q")
    if tensor_count > MAX_COUNT or pair_count > MAX_COUNT:
        raise _damaged(f"{format.count(tensor_count)} tensors and {format.count(pair_count)} entries")
    metadata: dict[str, Any] = {}
    lengths: dict[str, int] = {}
    spans: dict[str, tuple[int, int]] = {}
    for _ in range(pair_count):
        begin = cursor.at
        key = cursor.text()
        metadata[key] = _value(cursor, key, cursor.scalar("<I"), lengths)
        spans[key] = (begin, cursor.at)
    tensors = tuple(_tensor(cursor) for _ in range(tensor_count))
    alignment = metadata.get("general.alignment", 32)
    if not isinstance(alignment, int) or not 1 <= alignment <= 1 << 20:
        raise _damaged(f"an alignment of {alignment!r}")
    start = -(-cursor.at // alignment) * alignment
    return Header(version, metadata, lengths, tensors, start, alignment, spans)


def read_header_of(path: Path, texts: KnownTexts | None = None) -> Header:
    """The header of the file at `path`, its tensors checked against the size of the file.

    Raises AppError with one sentence: missing, unreadable, a directory, empty, something else, incomplete."""
    try:
        if path.is_dir():
            raise AppError("This is a folder, not a GGUF file.", kind="directory")
        size = path.stat().st_size
        if not path.is_file():
            raise AppError("This is a device or a pipe, not a file.", kind="not_a_file")
        if size == 0:
            raise AppError("This file is empty.", kind="empty")
        with path.open("rb") as stream:
            header = read_header(stream, texts)
    except FileNotFoundError:
        raise AppError("There is no such file.", kind="missing") from None
    except PermissionError:
        raise AppError("This file cannot be read: permission denied.", kind="unreadable") from None
    except OSError as error:
        raise AppError(f"This file cannot be read: {error.strerror or error}.", kind="unreadable") from None
    missing = header.needed_bytes - size
    if missing > 0:
        of = f"{format.count(missing)} of {format.count(header.needed_bytes)}"
        raise AppError(f"The file is incomplete: {of} bytes are missing.", kind="truncated")
    return header


def _check_magic(cursor: _Cursor) -> None:
    try:
        start = cursor.need(4)
    except AppError as error:
        if error.kind != "truncated":
            raise
        raise AppError("This file is too short to be a GGUF model.", kind="not_gguf") from None
    if (what := what_else(bytes(cursor.data[start : start + 512]))) is not None:
        raise AppError(f"This is not a GGUF model: {what}.", kind="not_gguf")


def what_else(head: bytes) -> str | None:
    """What a file that begins with `head` (4 bytes or more) is, in words; None where it is GGUF."""
    magic = head[:4]
    if magic == b"GGUF":
        return None
    text = head.lstrip().lower()
    guesses = (
        (text.startswith((b"<!doctype", b"<html")), "it is a web page (a login or error page saved under this name)"),
        (text.startswith(b"version https://git-lfs"), "it is a Git LFS pointer, not the file itself"),
        (magic[:2] == b"PK", "it is a zip archive"),
        (magic[:2] == b"\x1f\x8b", "it is a gzip archive"),
        (magic in (b"lmgg", b"tjgg", b"fmgg"), "it is an old GGML file from before GGUF"),
    )
    return next((words for found, words in guesses if found), "it begins with other bytes")


def _value(cursor: _Cursor, key: str, kind: int, lengths: dict[str, int]) -> Any:
    if kind in SCALARS:
        return cursor.scalar(SCALARS[kind])
    if kind == _STRING:
        return cursor.text()
    if kind != _ARRAY:
        raise _damaged(f"a value of unknown type {kind}")
    inner, count = cursor.scalar("<I"), cursor.scalar("<Q")
    if count > MAX_ARRAY:
        raise _damaged(f"an array of {format.count(count)} entries")
    lengths[key] = count
    if inner == _STRING:
        if count > _KEPT_ARRAY:
            cursor.skip_texts(count)
            return None
        return [cursor.text() for _ in range(count)]
    if inner not in SCALARS:
        raise _damaged(f"an array of unknown type {inner}")
    code = SCALARS[inner][-1]
    size = struct.calcsize("<" + code)
    start = cursor.need(size * count)
    return None if count > _KEPT_ARRAY else list(struct.unpack_from(f"<{count}{code}", cursor.data, start))


def _tensor(cursor: _Cursor) -> Tensor:
    name = cursor.text()
    dimensions = cursor.scalar("<I")
    if dimensions > 8:
        raise _damaged(f"a tensor of {dimensions} dimensions")
    shape = tuple(cursor.scalar("<Q") for _ in range(dimensions))
    if math.prod(shape) > 1 << 50:
        raise _damaged("a tensor of impossible size")
    return Tensor(name, shape, cursor.scalar("<I"), cursor.scalar("<Q"))

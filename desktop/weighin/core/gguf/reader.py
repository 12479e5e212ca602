"""Reads the header of a GGUF file that nobody trusts: every length is checked, nothing native is called.

Layout: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from weighin.core import format
from weighin.core.errors import AppError
from weighin.core.gguf.cursor import MAX_HEADER, PER_NUMBER, Cursor, KnownTexts, damaged, too_large
from weighin.core.safe_text import safe_name

# The largest real headers have a thousand entries and ten thousand tensors.
MAX_ENTRIES = 1 << 16
MAX_TENSORS = 1 << 16
MAX_ARRAY = 16 << 20
_VERSIONS = (2, 3)
_KEPT_ARRAY = 1024
_MOST_ELEMENTS = 1 << 50
# Behind its weights a file may have a little more; the engine reads all there is.
_MOST_BEHIND = 64 << 20
_LARGEST_WEIGHT = 8  # bytes
_MOST_ALIGNMENT = 1 << 20

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
    """Metadata and tensor table. Of arrays longer than a thousand entries only the length is kept (`lengths`), of texts
    longer than 4 MB nothing (None).

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

    @property
    def most_bytes(self) -> int:
        """Size the file can at most have, tensors of unknown types being as large as can be."""
        sizes = ((t, t.elements * _LARGEST_WEIGHT if t.bytes is None else t.bytes) for t in self.tensors)
        return max((self.data_start + t.offset + size for t, size in sizes), default=self.data_start) + _MOST_BEHIND


def read_header(stream: BinaryIO, texts: KnownTexts | None = None) -> Header:
    """The header at the beginning of `stream`. Raises AppError: kind "not_gguf", "truncated" or "header".

    `texts`: shared by whoever reads many headers."""
    cursor = Cursor(stream, texts)
    _check_magic(cursor)
    version = cursor.scalar("<I")
    if version not in _VERSIONS and int.from_bytes(struct.pack("<I", version), "big") in (1, *_VERSIONS):
        raise AppError("This file is for big-endian machines and cannot be read here.", kind="header")
    if version not in _VERSIONS:
        raise AppError(f"This is GGUF version {version}; only versions 2 and 3 are supported.", kind="header")
    tensor_count, pair_count = cursor.scalar("<Q"), cursor.scalar("<Q")
    if tensor_count > MAX_TENSORS or pair_count > MAX_ENTRIES:
        raise damaged(f"{format.count(tensor_count)} tensors and {format.count(pair_count)} entries")
    metadata: dict[str, Any] = {}
    lengths: dict[str, int] = {}
    spans: dict[str, tuple[int, int]] = {}
    for _ in range(pair_count):
        begin = cursor.at
        key = cursor.name()
        if not key:
            raise damaged("an entry without a name")
        if key in metadata:
            raise _twice(key)
        metadata[key] = _value(cursor, key, cursor.scalar("<I"), lengths)
        spans[key] = (begin, cursor.at)
    tensors = _tensors(cursor, tensor_count)
    alignment = metadata.get("general.alignment", 32)
    if not _is_alignment(alignment):
        raise damaged(f"an alignment of {safe_name(str(alignment), 40)}")
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
    check_nothing_behind(header, size)
    return header


def read_headers_of(parts: Iterable[Path], texts: KnownTexts | None = None) -> list[Header]:
    """The headers of all parts of one model, together no larger than one header may be. Raises as `read_header_of`."""
    headers: list[Header] = []
    total = 0
    for part in parts:
        headers.append(read_header_of(part, texts))
        total += headers[-1].data_start
        check_together(total)
    return headers


def check_together(total: int) -> None:
    """Raises AppError where the headers of the parts of a model, `total` bytes together, are larger than one may be."""
    if total > MAX_HEADER:
        raise too_large()


def check_nothing_behind(header: Header, size: int) -> None:
    """Raises AppError where a file of `size` bytes goes on far behind its weights: the engine would read all of it."""
    if size > header.most_bytes:
        whole, weights = format.size(size), format.size(max(header.needed_bytes, header.data_start))
        text = f"The file is {whole}, but its weights end after {weights}: it is damaged, or not what it says."
        raise AppError(text, kind="oversized")


def _twice(name: str) -> AppError:
    return AppError(f"The header of this file is damaged: it names “{safe_name(name, 60)}” twice.", kind="header")


def _is_alignment(value: Any) -> bool:
    """Whether `value` is a power of two."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return is_number and 1 <= value <= _MOST_ALIGNMENT and not value & (value - 1)


def _check_magic(cursor: Cursor) -> None:
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


def _value(cursor: Cursor, key: str, kind: int, lengths: dict[str, int]) -> Any:
    if kind in SCALARS:
        return cursor.scalar(SCALARS[kind])
    if kind == _STRING:
        return cursor.text()
    if kind != _ARRAY:
        raise damaged(f"a value of unknown type {kind}")
    inner, count = cursor.scalar("<I"), cursor.scalar("<Q")
    if count > MAX_ARRAY:
        raise damaged(f"an array of {format.count(count)} entries")
    lengths[key] = count
    if inner == _STRING:
        if count > _KEPT_ARRAY:
            cursor.skip_texts(count)
            return None
        return [cursor.text() or "" for _ in range(count)]
    if inner not in SCALARS:
        raise damaged(f"an array of unknown type {inner}")
    code = SCALARS[inner][-1]
    size = struct.calcsize("<" + code)
    start = cursor.need(size * count)
    if count > _KEPT_ARRAY:
        return None
    cursor.keep(PER_NUMBER * count)
    return list(struct.unpack_from(f"<{count}{code}", cursor.data, start))


def _tensors(cursor: Cursor, count: int) -> tuple[Tensor, ...]:
    tensors: dict[str, Tensor] = {}
    elements = 0
    for _ in range(count):
        tensor = _tensor(cursor)
        if tensor.name in tensors:
            raise _twice(tensor.name)
        tensors[tensor.name] = tensor
        elements += tensor.elements
        if elements > _MOST_ELEMENTS:
            raise damaged("tensors of impossible size")
    return tuple(tensors.values())


def _tensor(cursor: Cursor) -> Tensor:
    name = cursor.name()
    dimensions = cursor.scalar("<I")
    if dimensions > 8:
        raise damaged(f"a tensor of {dimensions} dimensions")
    shape = tuple(cursor.scalar("<Q") for _ in range(dimensions))
    if math.prod(shape) > _MOST_ELEMENTS:
        raise damaged("a tensor of impossible size")
    if not all(shape):
        raise damaged("a tensor without weights")
    return Tensor(name, shape, cursor.scalar("<I"), cursor.scalar("<Q"))

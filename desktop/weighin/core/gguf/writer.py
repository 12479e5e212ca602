"""Writes the header of a GGUF file: for stand-ins and slices, never for models.

Layout: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

from weighin.core.gguf.reader import TENSOR_TYPES, Tensor

_VERSION, ALIGNMENT = 3, 32
_UINT32, _FLOAT32, _STRING = 4, 6, 8


def text(value: str) -> bytes:
    """A length-prefixed string."""
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def whole(key: str, value: int) -> bytes:
    """An entry of type uint32."""
    return text(key) + struct.pack("<II", _UINT32, value)


def real(key: str, value: float) -> bytes:
    """An entry of type float32."""
    return text(key) + struct.pack("<If", _FLOAT32, value)


def words(key: str, value: str) -> bytes:
    """An entry of type string."""
    return text(key) + struct.pack("<I", _STRING) + text(value)


def lay_out(tensors: Iterable[tuple[str, tuple[int, ...], int]]) -> tuple[Tensor, ...]:
    """Tensors (name, shape in elements, ggml type) one after the other, each at a multiple of ALIGNMENT.

    Raises KeyError for a type whose size is not known."""
    placed: list[Tensor] = []
    offset = 0
    for name, shape, kind in tensors:
        TENSOR_TYPES[kind]
        tensor = Tensor(name, shape, kind, offset)
        placed.append(tensor)
        offset += -(-(tensor.bytes or 0) // ALIGNMENT) * ALIGNMENT
    return tuple(placed)


def header(entries: Iterable[bytes], tensors: Iterable[Tensor]) -> bytes:
    """Everything before the data, padded to ALIGNMENT. `entries`: as the functions above or spans of a file give."""
    entries, tensors = tuple(entries), tuple(tensors)
    table = b"".join(
        text(t.name) + struct.pack("<I", len(t.shape)) + struct.pack(f"<{len(t.shape)}QIQ", *t.shape, t.type, t.offset)
        for t in tensors
    )
    body = b"GGUF" + struct.pack("<IQQ", _VERSION, len(tensors), len(entries)) + b"".join(entries) + table
    return body + bytes(-len(body) % ALIGNMENT)

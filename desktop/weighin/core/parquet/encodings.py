"""How values and levels lie in a page."""

from __future__ import annotations

import struct
from typing import Any

from weighin.core.parquet.thrift import ParquetError, varint

INT32, INT64, BYTE_ARRAY = 1, 2, 6
_NUMBERS = {INT32: ("i", 4), INT64: ("q", 8)}


def plain(data: bytes, kind: int, count: int) -> list[Any]:
    """`count` values one behind the other: whole numbers, or texts with their length before them."""
    if kind in _NUMBERS:
        letter, width = _NUMBERS[kind]
        if count * width > len(data):
            raise ParquetError("it ends too early")
        return list(struct.unpack_from(f"<{count}{letter}", data))
    found, at = [], 0
    for _ in range(count):
        size = int.from_bytes(data[at : at + 4], "little")
        begin, at = at + 4, at + 4 + size
        if at > len(data):
            raise ParquetError("it ends too early")
        try:
            found.append(data[begin:at].decode())
        except UnicodeDecodeError:
            raise ParquetError("its texts are not UTF-8") from None
    return found


def hybrid(data: bytes, width: int, count: int) -> list[int]:
    """`count` numbers of `width` bits: runs of one number and stretches packed to bits, in turn."""
    if not 0 <= width <= 32:
        raise ParquetError("it is damaged")
    found: list[int] = []
    at, end, mask = 0, len(data), (1 << width) - 1
    while len(found) < count:
        head, at = varint(data, at, end)
        if head & 1:
            # The last stretch may be cut off where its values end.
            groups = min(head >> 1, -(-(count - len(found)) // 8))
            size = groups * width
            if at >= end and size:
                raise ParquetError("it ends too early")
            for group in range(groups):
                begin = at + group * width
                bits = int.from_bytes(data[begin : begin + width], "little")
                found += [(bits >> (i * width)) & mask for i in range(8)]
            at += (head >> 1) * width
        else:
            size = (width + 7) // 8
            if at + size > end:
                raise ParquetError("it ends too early")
            run = min(head >> 1, count - len(found))
            if not run:
                raise ParquetError("it is damaged")
            found += [int.from_bytes(data[at : at + size], "little")] * run
            at += size
    return found[:count]


def looked_up(data: bytes, dictionary: list[Any] | None, count: int) -> list[Any]:
    """`count` values by their places in the dictionary of the column."""
    if dictionary is None or not data:
        if not count:
            return []
        raise ParquetError("a column has no dictionary")
    try:
        return [dictionary[place] for place in hybrid(data[1:], data[0], count)]
    except IndexError:
        raise ParquetError("it is damaged") from None

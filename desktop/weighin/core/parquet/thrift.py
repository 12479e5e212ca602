"""Structures in Thrift's compact protocol, as dicts by the number of each field."""

from __future__ import annotations

import struct
from typing import Any

_DEEPEST, _MOST_VALUES = 12, 2_000_000
_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 11, 12
_WHOLE = (4, 5, 6)


class ParquetError(Exception):
    """What is wrong with a file, as a part of a sentence."""


class ThriftReader:
    """Reads from `data` at `position`, which moves on. Raises ParquetError for whatever is no such structure."""

    def __init__(self, data: bytes, position: int, end: int) -> None:
        self._data, self.position, self._end = data, position, end
        self._left = _MOST_VALUES

    def structure(self, depth: int = 0) -> dict[int, Any]:
        """The structure that begins here: numbers, truth values, bytes, lists and structures by field."""
        if depth > _DEEPEST:
            raise ParquetError("its description is nested too deeply")
        fields: dict[int, Any] = {}
        number = 0
        while head := self._byte():
            kind = head & 15
            number = number + (head >> 4) if head >> 4 else self._whole()
            fields[number] = kind == _TRUE if kind in (_TRUE, _FALSE) else self._value(kind, depth)
        return fields

    def _value(self, kind: int, depth: int) -> Any:
        self._left -= 1
        if self._left < 0:
            raise ParquetError("its description is too long")
        if kind in _WHOLE:
            return self._whole()
        if kind == _BINARY:
            return self._take(self._varint())
        if kind == _STRUCT:
            return self.structure(depth + 1)
        if kind in (_LIST, _SET):
            head = self._byte()
            count = head >> 4 if head >> 4 < 15 else self._varint()
            return self._values(count, head & 15, depth)
        if kind in (_BYTE, _TRUE, _FALSE):
            return self._byte()
        if kind == _DOUBLE:
            return struct.unpack("<d", self._take(8))[0]
        if kind == _MAP:
            count = self._varint()
            kinds = self._byte() if count else 0
            return [self._values(1, k, depth) for _ in range(self._counted(count)) for k in (kinds >> 4, kinds & 15)]
        raise ParquetError("its description is damaged")

    def _values(self, count: int, kind: int, depth: int) -> list[Any]:
        return [self._value(kind, depth + 1) for _ in range(self._counted(count))]

    def _counted(self, count: int) -> int:
        """`count` where there are bytes enough for so many. Each value takes one or more."""
        if count > self._end - self.position:
            raise ParquetError("its description is damaged")
        return count

    def _byte(self) -> int:
        return self._take(1)[0]

    def _take(self, count: int) -> bytes:
        begin, self.position = self.position, self.position + count
        if self.position > self._end:
            raise ParquetError("it ends too early")
        return self._data[begin : self.position]

    def _whole(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)

    def _varint(self) -> int:
        value, self.position = varint(self._data, self.position, self._end)
        return value


def varint(data: bytes, position: int, end: int) -> tuple[int, int]:
    """An unsigned number in seven bits a byte, at most 64 bits, and the place behind it. Raises ParquetError."""
    value = shift = 0
    while position < end and shift < 70:
        byte = data[position]
        value |= (byte & 127) << shift
        position += 1
        if byte < 128:
            return value, position
        shift += 7
    raise ParquetError("it ends too early" if position >= end else "it is damaged")

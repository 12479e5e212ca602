"""Rows of a Parquet file as dicts."""

from __future__ import annotations

import zlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from weighin.core import format
from weighin.core.errors import AppError
from weighin.core.parquet.encodings import BYTE_ARRAY, INT32, INT64, hybrid, looked_up, plain
from weighin.core.parquet.snappy import decompress
from weighin.core.parquet.thrift import ParquetError, ThriftReader
from weighin.core.safe_text import safe_name

_MAGIC = b"PAR1"
_REQUIRED, _REPEATED = 0, 2
_DATA, _DICTIONARY, _DATA_2 = 0, 2, 3
_PLAIN, _RLE, _PLACES = 0, 3, (2, 8)
_CODECS = {3: "LZO", 4: "Brotli", 5: "LZ4", 6: "Zstandard", 7: "LZ4"}
_UNCOMPRESSED, _SNAPPY, _GZIP = 0, 1, 2
_MOST_ROWS, _MOST_VALUES, _MOST_BYTES, _MOST_NODES = 200_000, 4_000_000, 128 << 20, 1000


@dataclass(frozen=True)
class _Column:
    """A leaf. names: of the fields around it, without what only makes a list of it; definition, repetition: its highest
    levels; present: the level of definition from which its list has an element, 0 where it is in none."""

    path: tuple[str, ...]
    names: tuple[str, ...]
    kind: int
    definition: int
    repetition: int
    present: int


def read_rows(data: bytes, name: str, fields: Collection[str] = ()) -> list[dict[str, Any]]:
    """The rows of the Parquet file `data`: texts, whole numbers, lists, dicts for structures (of a list of them a dict
    of lists), None for null. fields: the only columns that are read, where any are named. `name`: of the file, for
    what went wrong. Raises AppError(kind="questions")."""
    try:
        return _File(data).rows(frozenset(fields))
    except ParquetError as error:
        raise AppError(f"{safe_name(name)} cannot be read as Parquet: {error}.", kind="questions") from None


class _File:
    def __init__(self, data: bytes) -> None:
        if len(data) < 12 or data[:4] != _MAGIC or data[-4:] != _MAGIC:
            raise ParquetError("it is no such file, or was cut off" if data[:4] == _MAGIC else "it is no such file")
        size = int.from_bytes(data[-8:-4], "little")
        if size > len(data) - 12:
            raise ParquetError("it was cut off")
        self._data, self._end = data, len(data) - 8 - size
        self._footer = ThriftReader(data, self._end, len(data) - 8).structure()
        self._values, self._bytes = _MOST_VALUES, _MOST_BYTES

    def rows(self, fields: frozenset[str]) -> list[dict[str, Any]]:
        count = _number(self._footer, 3)
        if count > _MOST_ROWS:
            raise ParquetError(f"it has more than {format.count(_MOST_ROWS)} rows")
        columns = [c for c in _columns(_list(self._footer, 2)) if not fields or c.names[0] in fields]
        rows: list[dict[str, Any]] = [{} for _ in range(count)]
        for column in columns:
            values = self._column(column)
            if len(values) != count:
                raise ParquetError("its columns are not of the same length")
            for row, value in zip(rows, values, strict=True):
                _put(row, column.names, value)
        return rows

    def _column(self, column: _Column) -> list[Any]:
        """A value of each row."""
        if column.repetition > 1:
            raise ParquetError("it has lists within lists")
        if column.kind not in (INT32, INT64, BYTE_ARRAY):
            raise ParquetError(
                f"its column {safe_name('.'.join(column.path), 60)} holds neither texts nor whole numbers"
            )
        found: list[Any] = []
        path = [part.encode() for part in column.path]
        for group in _list(self._footer, 4):
            chunks = [chunk.get(3) for chunk in _list(group, 1) if isinstance(chunk, dict)]
            chunk = next((chunk for chunk in chunks if _list(chunk, 3) == path), None)
            if chunk is None:
                raise ParquetError("a column is missing")
            found += self._chunk(chunk, column)
        return found

    def _chunk(self, chunk: dict[int, Any], column: _Column) -> list[Any]:
        """The values of one column in one group of rows."""
        codec, left = _number(chunk, 4), _number(chunk, 5)
        if codec in _CODECS:
            text = f"it is compressed with {_CODECS[codec]}, and only Snappy, gzip and none can be read"
            raise ParquetError(text)
        at = _number(chunk, 9)
        if 11 in chunk:
            at = min(at, _number(chunk, 11) or at)
        dictionary: list[Any] | None = None
        rows = _Rows(column)
        while left > 0:
            reader = ThriftReader(self._data, at, self._end)
            head = reader.structure()
            at = reader.position + _number(head, 3)
            if at > self._end:
                raise ParquetError("it ends too early")
            page = _Page(head, self._data[reader.position : at], codec, column)
            self._bytes -= page.size
            if self._bytes < 0:
                raise ParquetError("it is far larger than a file of questions")
            if page.kind == _DICTIONARY:
                dictionary = page.dictionary()
            elif page.kind in (_DATA, _DATA_2):
                left -= page.count
                self._values -= page.count
                if self._values < 0 or left < 0:
                    raise ParquetError("it is damaged, or far larger than a file of questions")
                rows.take(*page.values(dictionary))
        return rows.found


class _Page:
    """One page. count: of its values, nulls too; size: in bytes, unpacked."""

    def __init__(self, head: dict[int, Any], body: bytes, codec: int, column: _Column) -> None:
        self.kind, self.size = _number(head, 1), _number(head, 2)
        self._body, self._codec, self._column = body, codec, column
        about = head.get({_DATA: 5, _DICTIONARY: 7, _DATA_2: 8}.get(self.kind, 0), {})
        self._about = about if isinstance(about, dict) else {}
        self.count = _number(self._about, 1)
        if self.count > _MOST_VALUES or self.size > _MOST_BYTES:
            raise ParquetError("it is far larger than a file of questions")

    def dictionary(self) -> list[Any]:
        """The values of a page that is the dictionary of its column."""
        return plain(self._unpacked(self._body, self.size), self._column.kind, self.count)

    def values(self, dictionary: list[Any] | None) -> tuple[list[int], list[int], list[Any]]:
        """Levels of repetition and of definition, and the values that are there."""
        column, count = self._column, self.count
        if self.kind == _DATA_2:
            encoding, sizes = _number(self._about, 4), (_number(self._about, 6), _number(self._about, 5))
            levels = [self._body[: sizes[0]], self._body[sizes[0] : sum(sizes)]]
            data = self._body[sum(sizes) :]
            if self._about.get(7, True):
                data = self._unpacked(data, self.size - sum(sizes))
        else:
            encoding = _number(self._about, 2)
            data, levels = self._unpacked(self._body, self.size), []
            for highest, kind in ((column.repetition, 4), (column.definition, 3)):
                size = 0
                if highest:
                    if _number(self._about, kind) != _RLE:
                        raise ParquetError("its levels are written in a way that cannot be read")
                    size = int.from_bytes(data[:4], "little") + 4
                levels.append(data[4:size])
                data = data[size:]
        repeated, defined = (
            hybrid(part, highest.bit_length(), count) if highest else [0] * count
            for part, highest in zip(levels, (column.repetition, column.definition), strict=True)
        )
        there = sum(level == column.definition for level in defined)
        if encoding in _PLACES:
            return repeated, defined, looked_up(data, dictionary, there)
        if encoding != _PLAIN:
            raise ParquetError("its values are written in a way that cannot be read; plain and dictionary can")
        return repeated, defined, plain(data, column.kind, there)

    def _unpacked(self, data: bytes, size: int) -> bytes:
        if self._codec == _UNCOMPRESSED or not data:
            return data
        if self._codec == _SNAPPY:
            return decompress(data, size)
        if self._codec != _GZIP:
            raise ParquetError("it is compressed in a way that cannot be read")
        try:
            unpacker = zlib.decompressobj(wbits=31)
            found = unpacker.decompress(data, size + 1)
        except zlib.error:
            raise ParquetError("its compressed data is damaged") from None
        if len(found) != size:
            raise ParquetError("its compressed data is damaged")
        return found


class _Rows:
    """Puts the values of a column into rows. found: so far."""

    def __init__(self, column: _Column) -> None:
        self._column = column
        self.found: list[Any] = []

    def take(self, repeated: list[int], defined: list[int], values: list[Any]) -> None:
        """The levels of a page and the values that are there."""
        column, following = self._column, iter(values)
        for again, level in zip(repeated, defined, strict=True):
            value = next(following) if level == column.definition else None
            if not column.repetition:
                self.found.append(value)
                continue
            if not again:
                self.found.append([] if level >= column.present - 1 else None)
            if level >= column.present:
                if not self.found or self.found[-1] is None:
                    raise ParquetError("it is damaged")
                self.found[-1].append(value)


def _put(row: dict[str, Any], names: tuple[str, ...], value: Any) -> None:
    """Write `value` where `names` lead, structure by structure."""
    for field in names[:-1]:
        row = row.setdefault(field, {})
        if not isinstance(row, dict):
            raise ParquetError("two of its columns have one name")
    if names[-1] in row:
        raise ParquetError("two of its columns have one name")
    row[names[-1]] = value


def _columns(schema: list[Any]) -> list[_Column]:
    """The leaves of a schema, which lists every node before its children."""
    if not 1 < len(schema) <= _MOST_NODES:
        raise ParquetError("its columns cannot be made out")
    found: list[_Column] = []

    def walk(place: int, above: _Column, in_list: bool) -> int:
        """The place behind the node at `place` and all below it."""
        if place >= len(schema) or len(above.path) > 8:
            raise ParquetError("its columns cannot be made out")
        node = schema[place]
        name, kind = _name(node), _number(node, 3) if 3 in node else _REQUIRED
        children = _number(node, 5) if 5 in node else 0
        definition = above.definition + (kind != _REQUIRED)
        repetition = above.repetition + (kind == _REPEATED)
        # A list is a group with one repeated group in it, which holds the element: only the first name says anything.
        plumbing = bool(above.names) and (kind == _REPEATED or in_list)
        names = above.names if plumbing else (*above.names, name)
        present = definition if kind == _REPEATED else above.present
        here = _Column(
            (*above.path, name), names, _number(node, 1) if 1 in node else -1, definition, repetition, present
        )
        if not children:
            found.append(here)
        place += 1
        for _ in range(children):
            place = walk(place, here, kind == _REPEATED and children == 1)
        return place

    root = schema[0] if isinstance(schema[0], dict) else {}
    place = 1
    for _ in range(_number(root, 5) if 5 in root else 0):
        place = walk(place, _Column((), (), -1, 0, 0, 0), False)
    return found


def _name(node: Any) -> str:
    text = node.get(4) if isinstance(node, dict) else None
    if not isinstance(text, bytes) or not text:
        raise ParquetError("its columns cannot be made out")
    return text.decode("utf-8", "replace")


def _number(fields: Any, field: int) -> int:
    """A number that is not negative."""
    value = fields.get(field) if isinstance(fields, dict) else None
    if not isinstance(value, int) or value < 0:
        raise ParquetError("its description is damaged")
    return int(value)


def _list(fields: Any, field: int) -> list[Any]:
    value = fields.get(field) if isinstance(fields, dict) else None
    return value if isinstance(value, list) else []

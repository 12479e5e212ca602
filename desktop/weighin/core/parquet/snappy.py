"""Snappy, raw: a length, then stretches of bytes and copies of what stands before them."""

from __future__ import annotations

from weighin.core.parquet.thrift import ParquetError, varint

_DAMAGED = "its compressed data is damaged"


def decompress(data: bytes, size: int) -> bytes:
    """What `data` holds, which is `size` bytes. Raises ParquetError."""
    stated, at = varint(data, 0, len(data))
    if stated != size:
        raise ParquetError(_DAMAGED)
    found = bytearray()
    end = len(data)
    while at < end:
        tag = data[at]
        at += 1
        if tag & 3 == 0:
            count = (tag >> 2) + 1
            if count > 60:
                extra = count - 60
                count = int.from_bytes(data[at : at + extra], "little") + 1
                at += extra
            if at + count > end:
                raise ParquetError(_DAMAGED)
            found += data[at : at + count]
            at += count
        else:
            width = (0, 1, 2, 4)[tag & 3]
            count = ((tag >> 2) & 7) + 4 if width == 1 else (tag >> 2) + 1
            back = int.from_bytes(data[at : at + width], "little") + ((tag >> 5 << 8) if width == 1 else 0)
            at += width
            begin = len(found) - back
            if not back or begin < 0 or at > end:
                raise ParquetError(_DAMAGED)
            # A copy may reach into itself: then it repeats.
            piece = found[begin : begin + count]
            found += (piece * (count // len(piece) + 1))[:count]
        if len(found) > size:
            raise ParquetError(_DAMAGED)
    if len(found) != size:
        raise ParquetError(_DAMAGED)
    return bytes(found)

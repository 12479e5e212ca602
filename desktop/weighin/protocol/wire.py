"""JSON lines: one object a line, at most 1 MiB, checked field by field against the dataclasses of messages.py."""

from __future__ import annotations

import json
from typing import Any

from weighin.core.jsonable import ShapeError, from_plain, to_plain

MAX_LINE = 1 << 20


class WireError(Exception):
    """A line that is no message: too long, not JSON, of unknown type, or with a field of the wrong type."""


def encode(message: Any) -> bytes:
    """One message as a line of JSON in UTF-8, newline included. Raises WireError above MAX_LINE."""
    body = {"type": type(message).__name__, **to_plain(message)}
    try:
        line = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:  # a path that is not UTF-8 travels in escapes
        line = json.dumps(body, separators=(",", ":")).encode("ascii") + b"\n"
    if len(line) > MAX_LINE:
        raise WireError(f"a {body['type']} message of {len(line):,} bytes is over the limit of {MAX_LINE:,}")
    return line


def decode(line: bytes, allowed: tuple[type, ...]) -> Any:
    """The message of one line, one of the `allowed` classes. Unknown fields are ignored; anything else wrong raises
    WireError."""
    if len(line) > MAX_LINE:
        raise WireError(f"a line of {len(line):,} bytes is over the limit of {MAX_LINE:,}")
    try:
        body = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise WireError(f"not JSON: {error}") from None
    if not isinstance(body, dict):
        raise WireError("not a JSON object")
    for cls in allowed:
        if cls.__name__ == body.get("type"):
            try:
                return from_plain(cls, body)
            except ShapeError as error:
                raise WireError(str(error)) from None
    raise WireError(f"unknown message type {body.get('type')!r}")


class LineSplitter:
    """Cuts a byte stream into lines and refuses one that grows beyond MAX_LINE before its end is seen."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Complete lines (without newline) that `data` finishes. Raises WireError for an overlong line."""
        self._buffer += data
        *lines, rest = self._buffer.split(b"\n")
        self._buffer = rest
        if len(rest) > MAX_LINE:
            raise WireError(f"a line without end after {len(rest):,} bytes")
        return [bytes(line) for line in lines if line]

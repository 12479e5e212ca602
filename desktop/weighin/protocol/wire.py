"""JSON lines: one object a line, at most 1 MiB, checked field by field against the dataclasses of messages.py."""

from __future__ import annotations

import json
from typing import Any

from weighin.core.jsonable import LARGEST_INT, ShapeError, from_plain, to_plain

MAX_LINE = 1 << 20
_MOST_WORDS = 300  # of a reason, which may quote what is wrong


class WireError(Exception):
    """A line that is no message: too long, not JSON, of unknown type, or with a field of the wrong type."""


def encode(message: Any) -> bytes:
    """One message as a line of JSON in UTF-8, newline included. Raises WireError for what `decode` would not take:
    lines above MAX_LINE, numbers that are none or too large."""
    try:
        body = {"type": type(message).__name__, **to_plain(message)}
        _check_numbers(body)
        line = _dumped(body)
    except (TypeError, ValueError, RecursionError) as error:
        raise WireError(f"a {type(message).__name__} message that cannot be written: {error}"[:_MOST_WORDS]) from None
    if len(line) > MAX_LINE:
        raise WireError(f"a {body['type']} message of {len(line):,} bytes is over the limit of {MAX_LINE:,}")
    return line


def _dumped(body: dict[str, Any]) -> bytes:
    try:
        return json.dumps(body, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode() + b"\n"
    except UnicodeEncodeError:  # a path that is not UTF-8 travels in escapes
        return json.dumps(body, separators=(",", ":"), allow_nan=False).encode("ascii") + b"\n"


def _check_numbers(body: Any) -> None:
    """Raises ValueError for a whole number that the other side would not take."""
    if isinstance(body, dict):
        body = body.values()
    elif not isinstance(body, (list, tuple)):
        if isinstance(body, int) and abs(body) >= LARGEST_INT:
            raise ValueError("a number is too large")
        return
    for value in body:
        _check_numbers(value)


def decode(line: bytes, allowed: tuple[type, ...]) -> Any:
    """The message of one line, one of the `allowed` classes. Unknown fields are ignored; anything else wrong raises
    WireError."""
    if len(line) > MAX_LINE:
        raise WireError(f"a line of {len(line):,} bytes is over the limit of {MAX_LINE:,}")
    try:
        body = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise WireError(f"not JSON: {error}"[:_MOST_WORDS]) from None
    if not isinstance(body, dict):
        raise WireError("not a JSON object")
    for cls in allowed:
        if cls.__name__ == body.get("type"):
            try:
                return from_plain(cls, body)
            except ShapeError as error:
                raise WireError(str(error)[:_MOST_WORDS]) from None
    raise WireError(f"unknown message type {body.get('type')!r}"[:_MOST_WORDS])


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

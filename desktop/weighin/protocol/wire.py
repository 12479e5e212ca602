"""JSON lines: one object a line, at most 1 MiB, checked field by field against the dataclasses of messages.py."""

from __future__ import annotations

import dataclasses
import functools
import json
import math
import types
import typing
from enum import Enum
from typing import Any

from weighin.protocol import messages

MAX_LINE = 1 << 20


class WireError(Exception):
    """A line that is no message: too long, not JSON, of unknown type, or with a field of the wrong type."""


def encode(message: Any) -> bytes:
    """One message as a line of ASCII JSON, newline included. Raises WireError above MAX_LINE."""
    body = {"type": type(message).__name__, **dataclasses.asdict(message)}
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
            return _build(cls, body)
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


@functools.cache
def _hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls, vars(messages))


def _build(cls: type, body: Any) -> Any:
    """An instance of dataclass `cls` from a JSON object."""
    if not isinstance(body, dict):
        raise WireError(f"{cls.__name__}: not an object")
    values = {}
    hints = _hints(cls)
    for field in dataclasses.fields(cls):
        if field.name in body:
            values[field.name] = _value(hints[field.name], body[field.name], f"{cls.__name__}.{field.name}")
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise WireError(f"{cls.__name__}.{field.name} is missing")
    try:
        return cls(**values)
    except Exception as error:  # a validating constructor (LoadOptions, SamplingOptions) said no
        raise WireError(f"{cls.__name__}: {error}") from None


def _value(hint: Any, value: Any, where: str) -> Any:
    """`value` checked against the type `hint`, converted where JSON has no such type (tuples, enums, dataclasses)."""
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        if value is None and type(None) in typing.get_args(hint):
            return None
        inner = next(a for a in typing.get_args(hint) if a is not type(None))
        return _value(inner, value, where)
    if origin is tuple and isinstance(value, list):
        inner = typing.get_args(hint)[0]
        return tuple(_value(inner, v, where) for v in value)
    if origin is dict and isinstance(value, dict):
        inner = typing.get_args(hint)[1]
        return {str(k): _value(inner, v, where) for k, v in value.items()}
    if dataclasses.is_dataclass(hint):
        return _build(typing.cast(type, hint), value)
    if isinstance(hint, type) and issubclass(hint, Enum) and value in [e.value for e in hint]:
        return hint(value)
    if hint is float and isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    if hint is int and isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 62:
        return value
    if (hint is str and isinstance(value, str)) or (hint is bool and isinstance(value, bool)):
        return value
    raise WireError(f"{where}: {type(value).__name__} does not fit")

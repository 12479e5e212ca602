"""Frozen dataclasses to plain JSON values and back, strictly by their type hints."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import sys
import types
import typing
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")


LARGEST_INT = 1 << 62  # no whole number of a record or a message is as large
# Python makes no float of a larger whole number.
_LARGEST_FLOAT = sys.float_info.max


class ShapeError(Exception):
    """A value does not have the shape its type asks for; the text says where."""


def is_finite(value: object) -> bool:
    """Whether `value`, from anywhere, is a number that a float can hold."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return -_LARGEST_FLOAT <= value <= _LARGEST_FLOAT


def to_plain(value: Any) -> Any:
    """`value` (a dataclass) as dicts, lists and scalars that json can write."""
    return dataclasses.asdict(value)


def from_plain(cls: type, body: Any) -> Any:
    """An instance of dataclass `cls` from a JSON object. Unknown fields are ignored. Raises ShapeError."""
    if not isinstance(body, dict):
        raise ShapeError(f"{cls.__name__}: not an object")
    values = {}
    hints = _hints(cls)
    for field in dataclasses.fields(cls):
        if field.name in body:
            values[field.name] = _value(hints[field.name], body[field.name], f"{cls.__name__}.{field.name}")
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise ShapeError(f"{cls.__name__}.{field.name} is missing")
    try:
        return cls(**values)
    except Exception as error:  # noqa: BLE001 - whatever a validating constructor says no with
        raise ShapeError(f"{cls.__name__}: {error}") from None


def salvaged(base: T, body: Any) -> T:
    """`base` with those fields of the JSON object `body` that fit, dataclasses within it likewise: for what other
    versions of the program wrote, and people edit. Never raises."""
    if not isinstance(body, dict):
        return base
    hints = _hints(type(base))
    for field in dataclasses.fields(base):
        if field.name not in body:
            continue
        before, given = getattr(base, field.name), body[field.name]
        # Whatever a validating constructor says no with: that field stays.
        with contextlib.suppress(Exception):
            inner = dataclasses.is_dataclass(before)
            value = salvaged(before, given) if inner else _value(hints[field.name], given, field.name)
            base = dataclasses.replace(base, **{field.name: value})
    return base


@functools.cache
def _hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def _value(hint: Any, value: Any, where: str) -> Any:
    """`value` checked against the type `hint`, converted where JSON has no such type (tuples, enums, dataclasses)."""
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        if value is None and type(None) in typing.get_args(hint):
            return None
        return _value(next(a for a in typing.get_args(hint) if a is not type(None)), value, where)
    if origin is tuple and isinstance(value, (list, tuple)):
        inner = typing.get_args(hint)
        if inner[-1] is not ... and len(inner) != len(value):
            raise ShapeError(f"{where}: {len(value)} entries instead of {len(inner)}")
        return tuple(_value(inner[0], v, where) for v in value)
    if origin is dict and isinstance(value, dict):
        inner = typing.get_args(hint)[1]
        return {str(k): _value(inner, v, where) for k, v in value.items()}
    if dataclasses.is_dataclass(hint):
        return from_plain(typing.cast(type, hint), value)
    if isinstance(hint, type) and issubclass(hint, Enum) and value in [e.value for e in hint]:
        return hint(value)
    if hint is float and is_finite(value):
        return float(value)
    if hint is int and isinstance(value, int) and not isinstance(value, bool) and abs(value) < LARGEST_INT:
        return value
    if (hint is str and isinstance(value, str)) or (hint is bool and isinstance(value, bool)):
        return value
    raise ShapeError(f"{where}: {type(value).__name__} does not fit")

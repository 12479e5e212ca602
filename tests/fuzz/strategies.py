"""Inputs that are nearly right: something valid with a few things changed, which gets further than noise."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import strategies as st

# What breaks readers: numbers beyond their types, texts that are none, too deep, too long, of the wrong type.
_ODD_JSON = st.one_of(
    st.sampled_from(
        [
            None, True, False, 0, -1, 0.5, -0.0, 1 << 31, 1 << 53, 1 << 62, 1 << 63, -(1 << 63), 10**308, 10**309,
            10**4000, float("nan"), float("inf"), float("-inf"), 1e308, "", "\0", "\ud800", "\u202e", "\x1b[2J", "1",
            "NaN", "9" * 5000, "x" * 3000, [], {}, [[]], [None], {"": ""}, {"a": {"a": {"a": []}}}, [0] * 2000,
        ]
    ),
    st.text(max_size=20),
    st.integers(),
    st.floats(),
    st.recursive(st.none() | st.text(max_size=3), lambda inner: st.lists(inner, max_size=2), max_leaves=20),
)  # fmt: skip


def _places(body: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to everything inside a JSON value."""
    inner = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    found = []
    for key, value in inner:
        found += [(*above, key), *_places(value, (*above, key))]
    return found


def _changed(body: Any, place: tuple[Any, ...], value: Any, how: str) -> None:
    """Changes the value at `place`, if that is still there."""
    for key in place[:-1]:
        try:
            body = body[key]
        except (KeyError, IndexError, TypeError):
            return
    last = place[-1]
    try:
        if how == "drop":
            del body[last]
        elif how == "double" and isinstance(body, list):
            body.insert(last, copy.deepcopy(body[last]))
        else:
            body[last] = copy.deepcopy(value)
    except (KeyError, IndexError, TypeError):
        return


@st.composite
def nearly(draw: st.DrawFn, samples: list[Any]) -> Any:
    """One of the JSON `samples` with a few values changed, dropped or doubled."""
    body = copy.deepcopy(draw(st.sampled_from(samples)))
    for _ in range(draw(st.integers(0, 4))):
        if not (places := _places(body)):
            break
        how = draw(st.sampled_from(("set", "set", "set", "drop", "double")))
        _changed(body, draw(st.sampled_from(places)), draw(_ODD_JSON), how)
    return body


def written(body: Any) -> bytes:
    """As JSON, whatever a reader may think of it."""
    return json.dumps(body).encode("utf-8", "surrogatepass")


@st.composite
def damaged(draw: st.DrawFn, samples: list[bytes]) -> bytes:
    """One of the `samples` with a few bytes overwritten, taken out, doubled or cut off."""
    data = bytearray(draw(st.sampled_from(samples)))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        size = draw(st.sampled_from((1, 1, 2, 4, 8, 40)))
        how = draw(st.sampled_from(("set", "set", "set", "drop", "double", "cut", "odd")))
        if how == "set":
            data[at : at + size] = draw(st.binary(min_size=size, max_size=size))
        elif how == "odd":
            data[at : at + 8] = draw(
                st.sampled_from((b"\xff" * 8, b"\0" * 8, b"\0\0\0\0\0\0\0\x80", b"\xff\xfe\0\x01"))
            )
        elif how == "drop":
            del data[at : at + size]
        elif how == "double":
            data[at:at] = data[at : at + size] * draw(st.sampled_from((1, 1, 100)))
        else:
            del data[at:]
    return bytes(data)

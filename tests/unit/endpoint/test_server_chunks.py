"""The small readers behind a server's answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighin.endpoint.chunks import Chunk, ChunkError, Usage, chunk_of
from weighin.endpoint.sse import MAX_LINE, EventReader, OverlongError


@given(
    st.lists(st.text(st.characters(exclude_characters="\r\n", codec="utf-8"), min_size=1), max_size=5),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.integers(1, 7),
)
def test_events_are_the_same_however_the_bytes_are_cut(texts: list[str], ending: str, step: int) -> None:
    stream = "".join(f": life{ending}event: message{ending}data: {text}{ending}{ending}" for text in texts).encode()
    reader = EventReader()
    found = [data for at in range(0, len(stream), step) for data in reader.feed(stream[at : at + step])]
    assert [data.decode() for data in found] == texts
    assert reader.finish() == b""


def test_data_of_several_lines_is_one_event() -> None:
    assert EventReader().feed(b"data: {\ndata:}\n\n") == [b"{\n}"]


def test_the_last_event_may_lack_its_empty_line() -> None:
    reader = EventReader()
    assert reader.feed(b"data: one\n\ndata: tw") == [b"one"]
    reader.feed(b"o")
    assert reader.finish() == b"two"


@pytest.mark.parametrize("piece", [b"x" * 1000, b"data: " + b"x" * 1000, b"data: x\n" * 100])
def test_what_never_ends_is_given_up(piece: bytes) -> None:
    reader = EventReader()
    with pytest.raises(OverlongError):
        for _ in range(2 * MAX_LINE // len(piece)):
            reader.feed(piece)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"choices": [{"delta": {"content": "hi"}, "finish_reason": None}]}, Chunk("hi")),
        ({"choices": [{"delta": {"reasoning": "hm", "content": None}}]}, Chunk("", "hm")),
        ({"choices": [{"text": " on", "finish_reason": "length"}]}, Chunk(" on", finish="length")),
        ({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 4}}, Chunk(usage=Usage(3, None, 4, None))),
        ({"usage": {"prompt_tokens": -1, "completion_tokens": "x"}}, Chunk(usage=Usage())),
        ({"error": {"message": "out of\nmemory"}}, Chunk(error="out of memory")),
        ({"error": "no"}, Chunk(error="no")),
        ({"choices": [{"delta": {"content": "a\ud800b"}}]}, Chunk("a\ufffdb")),
    ],
)
def test_chunks_of_the_usual_servers(body: dict[str, Any], expected: Chunk) -> None:
    assert chunk_of(json.dumps(body).encode()) == expected


@pytest.mark.parametrize(
    "data",
    [b"", b"nonsense", b"\xff\xfe", b"[]", b"7", b"{}", b'{"choices": 7}', b'{"choices": [7]}', b"[" * 100_000,
     b'{"choices": [{"delta": "x"}]}', b'{"choices": [{"delta": {"content": 7}}]}'],
)  # fmt: skip
def test_anything_else_is_told_apart(data: bytes) -> None:
    with pytest.raises(ChunkError):
        chunk_of(data)

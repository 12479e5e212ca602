"""The small readers behind a server's answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighin.endpoint.chunks import Chunk, ChunkError, ChunkReader
from weighin.endpoint.sse import MAX_LINE, Event, EventReader, OverlongError
from weighin.endpoint.usage import Usage

OBJECT = b'{"a": {"b": [1]}}'


def events_of(stream: bytes, step: int = 1) -> list[Event]:
    reader = EventReader()
    found = [event for at in range(0, len(stream), step) for event in reader.feed(stream[at : at + step])]
    return found + reader.finish()


@given(
    st.lists(st.text(st.characters(exclude_characters="\r\n", codec="utf-8"), min_size=1), max_size=5),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.integers(1, 7),
)
def test_events_are_the_same_however_the_bytes_are_cut(texts: list[str], ending: str, step: int) -> None:
    texts = [f"x{text}" for text in texts]
    parts = (
        f": life{ending}event: message{ending}data: {t}{ending}id: 7{ending}retry: 9{ending}{ending}" for t in texts
    )
    assert events_of("".join(parts).encode(), step) == [Event(text.encode(), "message") for text in texts]


@pytest.mark.parametrize(
    ("stream", "found"),
    [
        (b"data: {\ndata:}\n\n", [Event(b"{\n}")]),
        (b"data:\n\ndata: \n\ndata\n\nevent: ping\n\n" + b"data: x\n\n", [Event(b"x")]),
        (
            b"data: " + OBJECT + b"\ndata: " + OBJECT + b"\ndata: [DONE]\n",
            [Event(OBJECT), Event(OBJECT), Event(b"[DONE]")],
        ),
        (
            b"event: a\ndata: " + OBJECT + b"\nevent: b\ndata: " + OBJECT + b"\n",
            [Event(OBJECT, "a"), Event(OBJECT, "b")],
        ),
        (b"data: ping\ndata: " + OBJECT + b"\n\n", [Event(b"ping"), Event(OBJECT)]),
        (b"data: [\ndata: {}\ndata: ]\n\n", [Event(b"[\n{}\n]")]),
        (b'data: x\n\nerror: {"message": "no"}\n\n', [Event(b"x"), Event(b'{"message": "no"}', "error")]),
        (OBJECT, [Event(OBJECT)]),
        (OBJECT + b"\n" + OBJECT + b"\n\n", [Event(OBJECT), Event(OBJECT)]),
        (b'{\n  "a": {\n    "b": 1\n  }\n}\n', [Event(b'{\n  "a": {\n    "b": 1\n  }\n}')]),
        (b'data: x\n\n{"error": "no"}\n', [Event(b"x"), Event(b'{"error": "no"}')]),
        (b"data: x\n\n{ broken\ndata: y\n\n", [Event(b"x"), Event(b"{ broken"), Event(b"y")]),
        (b"<html>\nBad gateway\n", []),
        (b"", []),
    ],
)
@given(st.integers(1, 40))
def test_what_servers_make_of_the_format(stream: bytes, found: list[Event], step: int) -> None:
    assert events_of(stream, step) == found


def test_an_event_is_given_out_as_soon_as_its_data_is_complete() -> None:
    assert EventReader().feed(b"data: " + OBJECT + b"\n") == [Event(OBJECT)]


def test_the_last_event_may_lack_its_empty_line() -> None:
    reader = EventReader()
    assert reader.feed(b"data: one\n\ndata: tw") == [Event(b"one")]
    assert reader.feed(b"o") == []
    assert reader.finish() == [Event(b"two")] and reader.finish() == []


@pytest.mark.parametrize(
    "piece", [b"x" * 1000, b"data: " + b"x" * 1000, b"data: x\n" * 100, b"{" + b"x" * 999, b"[\n" * 500]
)
def test_what_never_ends_is_given_up(piece: bytes) -> None:
    reader = EventReader()
    with pytest.raises(OverlongError):
        for _ in range(9 * MAX_LINE // len(piece)):
            reader.feed(piece)


def read(*bodies: Any, name: str = "") -> list[Chunk]:
    """The chunks of one answer."""
    reader = ChunkReader()
    return [chunk for body in bodies for chunk in reader.read(Event(json.dumps(body).encode(), name))]


def say(**fields: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": fields, "finish_reason": None}]}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (say(content="hi"), Chunk("hi")),
        ({"choices": [{"text": " on", "finish_reason": "length"}]}, Chunk(" on", finish="length")),
        ({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 4}}, Chunk(usage=Usage(3, None, 4, None))),
        ({"choices": [], "prompt_filter_results": [{"prompt_index": 0}]}, Chunk()),
        ({"choices": None, "object": "chat.completion.chunk"}, Chunk()),
        ({"type": "ping"}, Chunk()),
        ({"usage": {"prompt_tokens": -1, "completion_tokens": "x"}}, Chunk(usage=Usage())),
        ({"usage": {"prompt_tokens": 0, "completion_tokens": 0}}, Chunk(usage=Usage())),
        ({"choices": [None]}, Chunk()),
        ({"choices": [{"delta": None, "finish_reason": "stop"}]}, Chunk(finish="stop")),
        ({"choices": [{"delta": "x"}]}, Chunk("x")),
        (
            {"choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}]},
            Chunk("hi", finish="stop", whole=True),
        ),
        (say(content=None, refusal="I cannot"), Chunk("I cannot", refused=True)),
        (say(tool_calls=[{"index": 0, "function": {"name": "add", "arguments": ""}}]), Chunk(tools=("add",))),
        (say(function_call={"name": "add"}), Chunk(tools=("add",))),
        (say(tool_calls=[{"function": {"arguments": "{}"}}, None, 7]), Chunk(tools=("",))),
        (say(content="hi", finish_reason="stop"), Chunk("hi", finish="stop")),
        (say(content="a\ud800b"), Chunk("a\ufffdb")),
    ],
)
def test_chunks_of_the_usual_servers(body: dict[str, Any], expected: Chunk) -> None:
    assert read(body) == [expected]


@pytest.mark.parametrize(
    ("fields", "text", "reasoning"),
    [
        ({"content": [{"type": "text", "text": "Twel"}, {"type": "text", "text": "ve"}]}, "Twelve", ""),
        ({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Add."}]}]}, "", "Add."),
        ({"content": ["a", {"type": "output_text", "text": {"value": "b"}}]}, "ab", ""),
        ({"content": {"type": "text", "text": "x"}}, "x", ""),
        ({"content": [["x", {"type": "text", "text": "y"}]]}, "xy", ""),
        ({"content": {"parts": [{"text": "x"}, {"text": "y"}]}}, "xy", ""),
        ({"content": [{"text": "hm", "thought": True}, {"text": "x"}]}, "x", "hm"),
        ({"content": "", "reasoning": {"effort": "low"}}, "", ""),
        ({"content": "x", "reasoning": {"content": "hm"}}, "x", "hm"),
        ({"content": None, "reasoning_content": "", "reasoning": "hm"}, "", "hm"),
        ({"reasoning": "hm", "reasoning_content": "hm", "content": ""}, "", "hm"),
        ({"thinking": "hm"}, "", "hm"),
        (
            {"reasoning_details": [{"type": "reasoning.summary", "summary": "hm"}, {"type": "reasoning.encrypted"}]},
            "",
            "hm",
        ),
        ({"reasoning": 7, "thinking": True, "content": "x"}, "x", ""),
    ],
)
def test_text_in_parts_and_reasoning_in_any_shape(fields: dict[str, Any], text: str, reasoning: str) -> None:
    (chunk,) = read(say(**fields))
    assert (chunk.text, chunk.reasoning, chunk.unread) == (text, reasoning, ())


def test_parts_that_are_no_text_are_named() -> None:
    (chunk,) = read(say(content=[{"type": "image_url", "image_url": {"url": "x"}}, {"type": "text", "text": ""}, 7]))
    assert (chunk.text, chunk.unread) == ("", ("image_url", "int"))


@pytest.mark.parametrize("depth", [5, 5000])
def test_parts_within_parts_end(depth: int) -> None:
    value: Any = "x"
    for _ in range(min(depth, 400)):
        value = {"content": [value]}
    (chunk,) = read(say(content=value))
    assert chunk.text == ""


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"error": {"message": "out of\nmemory"}}, ""),
        ({"error": "out of memory"}, ""),
        ({"error": True, "message": "out of memory"}, ""),
        ({"error": {"code": 500, "message": "out of memory"}, "choices": []}, ""),
        ([{"error": {"code": 400, "message": "out of memory"}}], ""),
        ({"object": "error", "message": "out of memory", "code": 40303}, ""),
        ({"type": "error", "error": {"type": "overloaded_error", "message": "out of memory"}}, ""),
        ({"message": "out of memory", "code": 500}, "error"),
        ({"message": "out of memory"}, "error"),
        ("out of memory", "error"),
        ({"detail": "out of memory"}, ""),
        ({"detail": {"message": "out of memory"}}, ""),
        ({"code": 1234, "msg": "out of memory", "success": False}, ""),
        ({"errors": [{"message": "out of memory"}]}, ""),
        ({"errors": ["out of memory"]}, ""),
        ({"error_code": 17, "error_msg": "out of memory"}, ""),
        ({"choices": None, "base_resp": {"status_code": 1004, "status_msg": "out of memory"}}, ""),
        ({"status": "error", "message": "out of memory"}, ""),
        (
            {"choices": [{"delta": {"content": ""}, "error": {"message": "out of memory"}, "finish_reason": "error"}]},
            "",
        ),
    ],
)
def test_failures_have_the_servers_own_words(body: Any, name: str) -> None:
    assert [chunk.error for chunk in read(body, name=name)] == ["out of memory"]


@pytest.mark.parametrize(
    "body",
    [{"error": None, "choices": []}, {"error": ""}, {"code": 0, "message": "ok"}, {"base_resp": {"status_code": 0}},
     {"status": "processing", "message": "place 3"}, {"choices": [{"delta": {}}], "detail": "x", "code": 200}],
)  # fmt: skip
def test_signs_of_life_are_no_failures(body: Any) -> None:
    (chunk,) = read(body)
    assert chunk.error is None and not chunk.text


@pytest.mark.parametrize(("body", "odd"), [(None, ""), (7, "7"), ("ping", "ping"), ({"message": "place 3"}, "place 3")])
def test_what_belongs_to_no_answer_is_passed_over(body: Any, odd: str) -> None:
    assert read(body) == [Chunk(odd=odd)]


def test_words_without_json_are_kept_and_json_that_is_broken_is_not() -> None:
    reader = ChunkReader()
    assert reader.read(Event(b"Internal\x00 Server Error")) == [Chunk(odd="Internal\ufffd Server Error")]
    assert reader.read(Event(b"Internal Server Error", "error")) == [Chunk(error="Internal Server Error")]
    assert reader.read(Event(b"[PING]")) == [Chunk(odd="[PING]")]
    assert reader.read(Event(b"[" * 100_000))[0].odd.startswith("[[[")
    assert reader.read(Event(b"out of memory", "Exception")) == [Chunk(error="out of memory")]
    assert not reader.is_answer


@pytest.mark.parametrize(
    "data",
    [
        b'{"choices": [',
        b"{{{ not json",
        b'[{"choices":',
        b'{"choices": [7]}',
        b'{"choices": [{"delta": {"content": 7}}]}',
    ],
)
def test_anything_else_is_told_apart(data: bytes) -> None:
    with pytest.raises(ChunkError):
        ChunkReader().read(Event(data))


def test_other_answers_are_passed_over() -> None:
    mine, other = (
        {"index": 0, "delta": {"content": "a"}},
        {"index": 1, "delta": {"content": "b"}, "finish_reason": "stop"},
    )
    for body in ({"choices": [mine, other]}, {"choices": [other, mine]}):
        assert read(body) == [Chunk("a", others=True)]
    assert read({"choices": [other]}) == [Chunk(others=True)]


def test_half_characters_wait_for_their_other_half() -> None:
    assert [c.text for c in read(say(content="a\ud83d"), say(content="\ude00b"), say(content="c"))] == ["a", "😀b", "c"]
    assert [c.text for c in read(say(content="\ud83d"), say(content="x"))] == ["", "\ufffdx"]
    assert [c.reasoning for c in read(say(reasoning="\ud83d"), say(reasoning="\ude00"))] == ["", "😀"]
    reader = ChunkReader()
    assert reader.read(Event(json.dumps(say(content="a\ud83d")).encode())) == [Chunk("a")]
    assert reader.finish() == Chunk("\ufffd") and reader.finish() == Chunk()


def message(text: str) -> dict[str, Any]:
    return {"choices": [{"index": 0, "message": {"role": "assistant", "content": text}}]}


@pytest.mark.parametrize(
    ("bodies", "texts"),
    [
        ([message("Seven"), message("Seven plus"), message("Seven plus")], ["Seven", " plus", ""]),
        ([message("Seven"), message(" plus"), message(" five")], ["Seven", " plus", " five"]),
        ([say(content="Seven"), say(content=" plus"), message("Seven plus")], ["Seven", " plus", ""]),
        ([say(content="Seven"), message("seven, trimmed")], ["Seven", ""]),
        ([{"choices": [{"delta": {"content": "a"}, "message": {"content": "a"}}]},
          {"choices": [{"delta": {"content": "b"}, "message": {"content": "ab"}}]},
          {"choices": [{"delta": {}, "message": {"content": "ab"}}]}], ["a", "b", ""]),
    ],
)  # fmt: skip
def test_messages_in_place_of_deltas(bodies: list[Any], texts: list[str]) -> None:
    assert [chunk.text for chunk in read(*bodies)] == texts


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({"input_tokens": 3, "output_tokens": 4}, Usage(3, None, 4)),
        ({"prompt_tokens": 3.0, "completion_tokens": 4, "prompt_tokens_details": {"cached_tokens": 2}}, Usage(3, 2, 4)),
        ({"prompt_cache_hit_tokens": 2, "completion_tokens_details": {"reasoning_tokens": 1}}, Usage(None, 2, None, 1)),
        ({"prompt_tokens": True, "completion_tokens": 1 << 50, "prompt_tokens_details": 7}, Usage()),
    ],
)
def test_counts_by_all_their_names(usage: dict[str, Any], expected: Usage) -> None:
    for body in ({"usage": usage}, {"choices": [], "x_groq": {"usage": usage}}, {"choices": [{"usage": usage}]}):
        assert read(body)[0].usage == expected


def test_a_later_count_takes_the_place_of_an_earlier_one_where_it_says_something() -> None:
    assert Usage(3, 1, 4).then(Usage(generated=9)) == Usage(3, 1, 9)
    assert Usage(3, 1, 4, 2).before_more() == Usage(3, 1)

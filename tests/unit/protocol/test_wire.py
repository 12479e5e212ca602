import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weighin.core.runs.answer import MemoryReceipt
from weighin.core.runs.chat import Message
from weighin.core.runs.options import SamplingOptions
from weighin.protocol import wire
from weighin.protocol.failing import failed
from weighin.protocol.messages import EVENTS, REQUESTS, Generate, Loaded, Tokens

REQUEST = Generate(3, (Message("user", "Grüße 😀\n"),), SamplingOptions(stop=("###",)), 2)


def test_a_message_survives_the_wire() -> None:
    line = wire.encode(REQUEST)
    assert line.endswith(b"\n") and line.count(b"\n") == 1
    assert wire.decode(line, REQUESTS) == REQUEST


def test_unknown_fields_are_ignored_and_unknown_types_are_a_fault() -> None:
    body = json.loads(wire.encode(Tokens(1, "a", 1, "answer")))
    assert wire.decode(json.dumps({**body, "new": 1}).encode(), EVENTS) == Tokens(1, "a", 1, "answer")
    with pytest.raises(wire.WireError):
        wire.decode(json.dumps({**body, "type": "Surprise"}).encode(), EVENTS)


def test_a_request_is_no_event() -> None:
    with pytest.raises(wire.WireError):
        wire.decode(wire.encode(REQUEST), EVENTS)


@pytest.mark.parametrize("field", ["id", "text", "count", "kind"])
@pytest.mark.parametrize("wrong", [None, [], {}, 1.5, True, "x" * 3])
def test_fields_of_the_wrong_type_are_refused(field: str, wrong: object) -> None:
    body = {"type": "Tokens", "id": 1, "text": "a", "count": 1, "kind": "answer", field: wrong}
    if isinstance(body[field], str) and field in ("text", "kind"):
        return
    with pytest.raises(wire.WireError):
        wire.decode(json.dumps(body).encode(), EVENTS)


def test_absurd_options_are_refused_at_the_worker_too() -> None:
    body = json.loads(wire.encode(REQUEST))
    body["sampling"]["temperature"] = -1
    with pytest.raises(wire.WireError, match="Temperature"):
        wire.decode(json.dumps(body).encode(), REQUESTS)


@pytest.mark.parametrize("number", ["1" + "0" * 400, "-1" + "0" * 400, "1" + "0" * 5000, "1e999", "NaN", "-Infinity"])
@pytest.mark.parametrize("field", ["load_s", "id"])
def test_a_number_that_no_float_holds_is_a_wire_error(number: str, field: str) -> None:
    line = wire.encode(Loaded(1, 0.5, 1, "model", MemoryReceipt(), {}))
    damaged = line.replace(b'"load_s":0.5' if field == "load_s" else b'"id":1', f'"{field}":{number}'.encode())
    assert damaged != line
    with pytest.raises(wire.WireError):
        wire.decode(damaged, EVENTS)


@pytest.mark.parametrize(
    "message",
    [
        Loaded(1, float("nan"), 1, "model", MemoryReceipt(), {}),
        Loaded(1, float("inf"), 1, "model", MemoryReceipt(), {}),
        Loaded(1, 0.5, 1 << 62, "model", MemoryReceipt(), {}),
        Loaded(1, 0.5, 1, "model", MemoryReceipt(), {"CPU": 10**400}),
        Tokens(1, "x" * wire.MAX_LINE, 1, "answer"),
        Tokens(1, b"bytes", 1, "answer"),
    ],
)
def test_what_the_other_side_would_not_take_is_not_sent(message: object) -> None:
    with pytest.raises(wire.WireError) as refused:
        wire.encode(message)
    assert len(str(refused.value)) <= 300


def test_a_failure_can_always_be_sent() -> None:
    event = failed(1, "load", "a" * 5_000_000 + "z", "log\n" * 1_000_000 + "the end")
    sent = wire.decode(wire.encode(event), EVENTS)
    assert len(sent.message) == 1000 and sent.message.endswith("z")
    assert sent.detail.endswith("the end")
    assert wire.decode(wire.encode(failed(1, "load", "\0\ud800" * 500, "\0" * 5_000_000)), EVENTS).kind == "load"


def test_overlong_lines_are_refused_before_they_end() -> None:
    splitter = wire.LineSplitter()
    with pytest.raises(wire.WireError):
        for _ in range(20):
            splitter.feed(b"x" * 100_000)
    with pytest.raises(wire.WireError):
        wire.encode(Tokens(1, "x" * wire.MAX_LINE, 1, "answer"))


@given(st.binary(max_size=300))
def test_no_bytes_do_more_than_raise_a_wire_error(data: bytes) -> None:
    with contextlib.suppress(wire.WireError):
        wire.decode(data, EVENTS)


@given(st.lists(st.binary(max_size=40).filter(lambda b: b"\n" not in b), max_size=8), st.integers(1, 7))
def test_lines_come_out_whole_however_they_arrive(lines: list[bytes], step: int) -> None:
    stream = b"".join(line + b"\n" for line in lines)
    splitter = wire.LineSplitter()
    out = [line for i in range(0, len(stream), step) for line in splitter.feed(stream[i : i + step])]
    assert out == [line for line in lines if line]

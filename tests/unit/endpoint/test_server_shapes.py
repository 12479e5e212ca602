"""Answers in all the shapes that real servers and proxies send: what becomes of each in a lane."""

from __future__ import annotations

import gzip
import json
import threading
import zlib
from typing import Any

import pytest
from tests.support.loopback_server import LoopbackServer
from tests.support.worker_client import text_of

from weighin.core.runs.answer import Counting, StopReason
from weighin.core.runs.chat import Message
from weighin.core.runs.options import LoadOptions, SamplingOptions
from weighin.endpoint.reply import ReplyTimeouts
from weighin.endpoint.server_engine import ServerEngine
from weighin.protocol.messages import Generate, Generated, Load
from weighin.workers.engine import EngineError

ANSWER = "Seven plus five is twelve."
WORDS = ("Seven", " plus", " five", " is", " twelve.")


def event(body: Any) -> bytes:
    return f"data: {json.dumps(body)}\n\n".encode()


def delta(finish: Any = None, **fields: Any) -> bytes:
    return event({"choices": [{"index": 0, "delta": fields, "finish_reason": finish}]})


DONE = b"data: [DONE]\n\n"
END = delta("stop") + DONE
STREAM = b"".join(delta(content=word) for word in WORDS) + END
WHOLE = json.dumps(
    {"choices": [{"message": {"role": "assistant", "content": ANSWER}, "finish_reason": "stop"}]}
).encode()


class Asked:
    """One answer of a server that sends exactly `raw`."""

    def __init__(self, *raw: bytes | float, patience: ReplyTimeouts | None = None, **how: Any) -> None:
        engine = ServerEngine(lambda _: None, patience)
        events: list[Any] = []
        self.failure: EngineError | None = None
        self.done: Generated | None = None
        with LoopbackServer(raw=raw, **how) as server:
            engine.load(Load(1, server.address(), LoadOptions(), 1), events.append)
            try:
                self.done = engine.generate(Generate(2, (Message("user", "hi"),), SamplingOptions(), 1), events.append)
            except EngineError as error:
                self.failure = error
        self.text, self.reasoning = text_of(events), text_of(events, "reasoning")

    @property
    def ended(self) -> tuple[str, StopReason, tuple[str, ...]]:
        assert self.done is not None, self.failure and self.failure.message
        return self.text, self.done.stop_reason, self.done.notices


@pytest.mark.parametrize("between", [
    b"data:\n\n", b": ping\n\n", b"event: ping\n\n", b"id: 7\nretry: 10\n\n", event({"type": "ping"}), event(None),
    event({"object": "chat.completion.chunk", "choices": None}), event({"choices": []}), delta(),
    delta(role="assistant"),
    event({"choices": [], "prompt_filter_results": [{"prompt_index": 0}]}), event({"choices": [{"delta": None}]}),
    delta(content=None, reasoning_content=None, tool_calls=None), delta(""), delta("null"),
])  # fmt: skip
def test_what_is_no_text_is_passed_over_without_a_word(between: bytes) -> None:
    raw = b"\xef\xbb\xbf" + between + delta(content="Twelve") + between + delta(content=".") + between + END
    assert Asked(raw).ended == ("Twelve.", StopReason.END, ())


@pytest.mark.parametrize("kind", ["text/event-stream", "application/json", "text/plain", "text/html", ""])
@pytest.mark.parametrize("ending", [b"\n\n", b"\n", b"\r\n\r\n", b"\r\r"])
def test_a_stream_is_known_by_its_first_bytes(kind: str, ending: bytes) -> None:
    assert Asked(STREAM.replace(b"\n\n", ending), kind=kind).ended == (ANSWER, StopReason.END, ())


@pytest.mark.parametrize("kind", ["application/json", "text/event-stream", "text/plain", ""])
@pytest.mark.parametrize("body", [WHOLE, b"\r\n \xef\xbb\xbf" + WHOLE, b"data: " + WHOLE + b"\n\n" + DONE,
                                  json.dumps(json.loads(WHOLE), indent=2).encode(), b"[" + WHOLE + b"]"])  # fmt: skip
def test_an_answer_in_one_piece_is_known_too_and_has_no_speed(kind: str, body: bytes) -> None:
    asked = Asked(body, kind=kind)
    text, reason, notices = asked.ended
    assert (text, reason) == (ANSWER, StopReason.END) and "does not stream" in notices[0]
    assert asked.done is not None and asked.done.timing.generation_s is None


def test_an_object_without_a_reason_for_its_end_is_complete() -> None:
    assert Asked(b'{"choices": [{"message": {"content": "Twelve."}}]}').ended[:2] == ("Twelve.", StopReason.END)
    assert Asked(b'{"choices": [{"message": {"content": ""}}]}').ended[:2] == ("", StopReason.END)


def test_lines_of_json_are_a_stream() -> None:
    raw = STREAM.replace(b"data: ", b"").replace(b"\n\n", b"\n")
    assert Asked(raw, kind="application/x-ndjson").ended == (ANSWER, StopReason.END, ())


@pytest.mark.parametrize("body", [STREAM, WHOLE])
@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("", gzip.compress)]
)
def test_what_is_compressed_unasked_is_read(body: bytes, encoding: str, pack: Any) -> None:
    packed = pack(body)
    assert Asked(packed[:1], packed[1:9], packed[9:], encoding=encoding).ended[:2] == (ANSWER, StopReason.END)


def test_what_is_compressed_in_a_way_nobody_can_read_is_told() -> None:
    failure = Asked(b"\x1b\x2c\x00\xf8", encoding="br").failure
    assert failure is not None and "compressed answer (br)" in failure.message


def test_a_compressed_answer_without_end_is_not_gathered_in_memory() -> None:
    failure = Asked(gzip.compress(b"data: " + b"x" * (64 << 20)), encoding="gzip").failure
    assert failure is not None and failure.kind == "garbage" and "a megabyte" in failure.message


def test_a_character_cut_between_two_pieces() -> None:
    raw = event({"choices": [{"delta": {"content": "Smile 😀"}}]}).replace(b"\\ud83d\\ude00", "😀".encode()) + END
    at = raw.index("😀".encode()) + 2
    assert Asked(raw[:at], 0.05, raw[at:]).ended == ("Smile 😀", StopReason.END, ())
    assert Asked(delta(content="a\ud83d") + delta(content="\ude00") + END).ended[0] == "a😀"
    assert Asked(delta(content="a\ud83d") + END).ended[0] == "a\ufffd"


@pytest.mark.parametrize("tail", [
    event({"error": {"message": "the GPU fell off"}}), event({"object": "error", "message": "the GPU fell off"}),
    event({"detail": "the GPU fell off"}), b'error: {"message": "the GPU fell off"}\n\n',
    b'event: error\ndata: {"message": "the GPU fell off"}\n\n', b"event: error\ndata: the GPU fell off\n\n",
    b"data: the GPU fell off\n\n", b'{"error": "the GPU fell off"}',
    event([{"error": {"message": "the GPU fell off"}}]),
])  # fmt: skip
@pytest.mark.parametrize("first", [b"", delta(content="Seven")])
def test_a_failure_has_the_servers_own_words(first: bytes, tail: bytes) -> None:
    asked = Asked(first + tail)
    assert asked.failure is not None and asked.failure.kind == "server_error"
    assert "the GPU fell off" in asked.failure.message and asked.text == ("Seven" if first else "")


@pytest.mark.parametrize(
    ("raw", "kind", "words"),
    [
        (b"<html>Bad gateway</html>", "not_endpoint", "a web page"),
        (b"  \n<!doctype html>", "not_endpoint", "a web page"),
        (b"upstream connect error", "not_endpoint", "nothing readable"),
        (b'{"choices": 7}', "not_endpoint", "nothing readable"),
        (b'{"version": "1.0"}', "not_endpoint", "nothing readable"),
        (b'{"choices": [', "not_endpoint", "not JSON"),
        (DONE, "not_endpoint", "without an answer"),
        (event({"choices": [{"index": 1, "delta": {"content": "x"}}]}), "not_endpoint", "nothing readable"),
        (delta(content="Seven") + delta(content=7) + END, "garbage", "content that is not text"),
        (delta(content="Seven") + b"data: {broken\n\n" + END, "garbage", "not JSON"),
        (delta(content="Seven"), "cut", "was lost during the answer"),
        (delta(content="Seven") + b"<html>", "cut", "was lost during the answer"),
        (b" ", "cut", "without an answer"),
    ],
)
def test_what_is_no_answer_is_one_sentence(raw: bytes, kind: str, words: str) -> None:
    asked = Asked(raw)
    assert asked.failure is not None and asked.failure.kind == kind and words in asked.failure.message
    assert asked.text == ("Seven" if b"Seven" in raw else "")


@pytest.mark.parametrize("reason", ["abort", "error"])
def test_an_answer_that_is_broken_off_is_a_failure(reason: str) -> None:
    asked = Asked(delta(content="Seven") + delta(reason) + DONE)
    assert asked.failure is not None and f"broke off the answer ({reason})" in asked.failure.message
    assert asked.text == "Seven"


@pytest.mark.parametrize(
    ("finish", "reason", "words"),
    [
        ("MAX_TOKENS", StopReason.LENGTH, ""),
        (0, StopReason.END, "is not known: 0"),
        ("content_filter", StopReason.END, "filter"),
    ],
)
def test_other_ends(finish: Any, reason: StopReason, words: str) -> None:
    text, ended, notices = Asked(delta(content="Seven") + delta(finish) + DONE).ended
    assert (text, ended) == ("Seven", reason) and words in "".join(notices)


@pytest.mark.parametrize("end", [b"data: [done]\n\n", b"data: [END]\n\n", b"data: {broken\n\n", b""])
def test_an_answer_that_is_at_its_end_stays_whole_whatever_follows(end: bytes) -> None:
    assert Asked(STREAM.replace(DONE, end)).ended[:2] == (ANSWER, StopReason.END)


def test_a_connection_that_is_left_open_after_the_end() -> None:
    patience = ReplyTimeouts(first_s=30, stall_s=0.3)
    assert Asked(STREAM.replace(DONE, b""), 30.0, patience=patience).ended == (ANSWER, StopReason.END, ())


def test_nothing_after_the_end_counts() -> None:
    assert Asked(STREAM + delta(content=" And more.") + event({"error": "late"})).ended == (ANSWER, StopReason.END, ())


def test_other_answers_beside_the_first() -> None:
    other = event({"choices": [{"index": 1, "delta": {"content": "Other"}, "finish_reason": "length"}]})
    usage = event({"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 99}})
    asked = Asked(other + delta(content="Mine") + other + delta("stop") + usage + DONE)
    assert asked.ended == ("Mine", StopReason.END, ("The server sent several answers; this is the first.",))
    assert asked.done is not None and asked.done.timing.counting is Counting.PIECES


def test_a_tool_in_place_of_an_answer() -> None:
    call = delta(tool_calls=[{"index": 0, "id": "c", "function": {"name": "add", "arguments": "{"}}])
    more = delta(tool_calls=[{"index": 0, "function": {"arguments": "}"}}])
    assert Asked(call + more + END).ended == (
        "",
        StopReason.END,
        ("The model called a tool (add); tools are not run here.",),
    )
    assert "(add)" in Asked(delta(function_call={"name": "add"}) + delta("function_call") + DONE).ended[2][0]


def test_a_refusal_is_the_answer() -> None:
    raw = delta(content=None, refusal="I cannot") + delta(content=None, refusal=" help.") + END
    marked = ("The server marked this answer as a refusal.",)
    assert Asked(raw).ended == ("I cannot help.", StopReason.END, marked)
    body = {"choices": [{"message": {"content": None, "refusal": "I cannot help."}, "finish_reason": "stop"}]}
    assert Asked(json.dumps(body).encode()).ended[0] == "I cannot help."


def test_parts_that_are_no_text_are_told() -> None:
    text, _, (notice,) = Asked(delta(content=[{"type": "image_url"}, {"type": "text", "text": "x"}]) + END).ended
    assert text == "x" and "image_url" in notice


@pytest.mark.parametrize("opening", ["<think>", "", "[THINK]"])
def test_reasoning_in_the_text(opening: str) -> None:
    closing = "[/THINK]" if opening == "[THINK]" else "</think>"
    asked = Asked(b"".join(delta(content=c) for c in f"{opening}Add.{closing}Twelve.") + END)
    assert (asked.text, asked.reasoning) == ("Twelve.", "Add.")
    assert asked.done is not None
    timing = asked.done.timing
    assert 0 < timing.reasoning_tokens < timing.generated_tokens and timing.first_answer_token_s is not None


def test_a_closing_mark_behind_reasoning_of_its_own_field_is_text() -> None:
    asked = Asked(delta(reasoning_content="Add.") + delta(content="The mark </think> closes.") + END)
    assert (asked.text, asked.reasoning) == ("The mark </think> closes.", "Add.")


def used(**counts: Any) -> bytes:
    return event({"choices": [], "usage": counts})


def counts(*raw: bytes) -> tuple[int, int | None, Counting]:
    done = Asked(*raw).done
    assert done is not None
    return done.timing.generated_tokens, done.timing.prompt_tokens, done.timing.counting


def test_counts_of_nothing_but_zeros_are_none() -> None:
    raw = STREAM.replace(DONE, used(prompt_tokens=0, completion_tokens=0) + DONE)
    assert counts(raw) == (5, None, Counting.PIECES)


def test_counts_in_every_chunk_are_those_of_the_last() -> None:
    chunks = [
        {"choices": [{"delta": {"content": word}}], "usage": {"prompt_tokens": 9, "completion_tokens": 2 * n + 2}}
        for n, word in enumerate(WORDS)
    ]
    assert counts(*map(event, chunks), END) == (10, 9, Counting.SERVER)


def test_a_count_that_text_came_after_is_not_that_of_the_answer() -> None:
    assert counts(used(prompt_tokens=9, completion_tokens=1), STREAM) == (5, 9, Counting.PIECES)


def test_reasoning_that_is_counted_and_not_sent_makes_no_speed() -> None:
    usage = used(prompt_tokens=9, completion_tokens=500, completion_tokens_details={"reasoning_tokens": 490})
    asked = Asked(STREAM.replace(DONE, usage + DONE))
    assert asked.done is not None and asked.done.timing.generation_s is None
    assert "does not send the reasoning it counts" in asked.done.notices[0]
    assert asked.done.timing.reasoning_tokens == 490


def test_reasoning_that_came_was_not_of_zero_tokens() -> None:
    usage = used(completion_tokens=7, completion_tokens_details={"reasoning_tokens": 0})
    asked = Asked(delta(reasoning="Add.") + STREAM.replace(DONE, usage + DONE))
    assert asked.done is not None and asked.done.timing.reasoning_tokens == 1


@pytest.mark.parametrize("first", [delta(role="assistant"), b": ok\n\n", event({"choices": []}), b"\n"])
def test_the_first_text_is_waited_for_as_long_as_the_first_byte(first: bytes) -> None:
    patience = ReplyTimeouts(first_s=30, stall_s=0.3)
    assert Asked(first, 1.0, STREAM, patience=patience).ended == (ANSWER, StopReason.END, ())
    failure = Asked(delta(content="Seven"), 30.0, STREAM, patience=patience).failure
    assert failure is not None and failure.kind == "stalled" and "nothing more" in failure.message


def test_a_success_of_another_number() -> None:
    assert Asked(STREAM, success=201).ended == (ANSWER, StopReason.END, ())


def test_stop_is_heard_in_a_compressed_stream_without_end() -> None:
    engine = ServerEngine(lambda _: None)
    raw = (gzip.compress(b": ping\n\n" * (1 << 20)),) * 100
    with LoopbackServer(raw=raw, encoding="gzip") as server:
        engine.load(Load(1, server.address(), LoadOptions(), 1), lambda _: None)
        threading.Timer(0.3, engine.cancel).start()
        done = engine.generate(Generate(2, (Message("user", "hi"),), SamplingOptions(), 1), lambda _: None)
    assert done.stop_reason is StopReason.CANCELLED

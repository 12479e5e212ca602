"""The readers of what comes from strangers: whatever is put into them, they read it or say no in their own way."""

from __future__ import annotations

import contextlib
import io
import json
import random
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from tests.fuzz.answers import ANSWERS, check_answer
from tests.fuzz.strategies import damaged, nearly, written
from tests.support.gbnf import Gbnf
from tests.unit.core.bundles.test_fidelity_bundle import record as measurement
from tests.unit.core.bundles.test_replay import BUNDLE
from tests.unit.core.bundles.test_set_bundle import stored as set_run
from tests.unit.core.runs.test_schema_grammar import SCHEMAS
from weighin.core.bundles.bundle import bundle_text
from weighin.core.bundles.bundle_reading import read_bundle
from weighin.core.bundles.fidelity_bundle import fidelity_bundle_text, origin_words, read_fidelity_bundle
from weighin.core.bundles.privacy import Owner
from weighin.core.bundles.set_bundle import read_set_bundle, set_bundle_text
from weighin.core.computer.hardware import MachineFacts
from weighin.core.errors import AppError
from weighin.core.evaluations.ending_prompt import prompt_item
from weighin.core.evaluations.forms import ENDING_FORMS
from weighin.core.evaluations.question_csv import csv_rows
from weighin.core.evaluations.question_files import json_rows
from weighin.core.fidelity.report import fidelity_markdown, result_lines
from weighin.core.gguf import writer
from weighin.core.gguf.reader import SCALARS, read_header
from weighin.core.jsonable import from_plain, to_plain
from weighin.core.models.header_facts import facts_of_headers
from weighin.core.models.model import ModelFacts
from weighin.core.parquet import read_rows
from weighin.core.prompts.prompt_files import parse_prompts
from weighin.core.prompts.prompt_set import PromptSet
from weighin.core.prompts.prompt_toml import set_toml
from weighin.core.prompts.report import run_text
from weighin.core.runs.answer import MemoryReceipt, MemorySample, PromptProof, StopReason, Timing
from weighin.core.runs.chat import Message
from weighin.core.runs.failures import load_failure, process_failure
from weighin.core.runs.options import LoadOptions, SamplingOptions
from weighin.core.runs.schema_grammar import SchemaError, schema_grammar
from weighin.endpoint.chunks import ChunkError, ChunkReader
from weighin.endpoint.sse import EventReader, OverlongError
from weighin.protocol import wire
from weighin.protocol.messages import EVENTS, REQUESTS, Generate, Generated, Load, Loaded, Pulse, Tokens
from weighin.workers.llama.sandbox import PromptTooLongError
from weighin.workers.llama.template import ChatTemplate, TemplateError, TemplateHostileError


@dataclass(frozen=True)
class Target:
    """A reader: `check` must hold for all `inputs`. slow: takes hundredths of a second for one."""

    name: str
    inputs: st.SearchStrategy[Any]
    check: Callable[[Any], None]
    slow: bool = False


# ---------------------------------------------------------------- headers of models
_NAMES = (
    "general.architecture", "general.alignment", "general.name", "general.type", "general.file_type",
    "llama.block_count",
    "llama.expert_count", "llama.expert_used_count", "llama.attention.head_count", "llama.embedding_length",
    "llama.context_length", "llama.nextn_predict_layers", "llama.pooling_type", "split.no", "split.count",
    "split.tensors.count", "tokenizer.ggml.tokens", "tokenizer.chat_template", "adapter.type", "", "x",
)  # fmt: skip
_TENSORS = (
    "token_embd.weight",
    "output.weight",
    "blk.0.x_exps.weight",
    f"blk.{'9' * 5000}.x",
    "blk.1.nextn.a",
    "",
    "a.lora_a",
)
_LARGE = st.sampled_from((0, 1, 2, 31, 32, 1 << 16, 1 << 31, (1 << 32) - 1, 1 << 50, 1 << 63, (1 << 64) - 1))
_COUNT = st.integers(0, 40) | _LARGE


def _text(value: bytes) -> bytes:
    return struct.pack("<Q", len(value)) + value


@st.composite
def _value(draw: st.DrawFn) -> bytes:
    """A value with its type; now and then one that lies."""
    kind = draw(st.sampled_from((*SCALARS, 8, 8, 9, 9, 13)))
    if kind in SCALARS:
        size = struct.calcsize(SCALARS[kind])
        return struct.pack("<I", kind) + draw(st.binary(min_size=size, max_size=size))
    if kind == 8:
        return struct.pack("<I", kind) + _text(draw(st.sampled_from((b"llama", b"adapter", b"", b"\xff", b"a" * 200))))
    inner = draw(st.sampled_from((0, 4, 6, 8, 9)))
    count = draw(_COUNT)
    return struct.pack("<IIQ", 9, inner, count) + draw(st.binary(max_size=40))


@st.composite
def _headers(draw: st.DrawFn) -> bytes:
    entries = draw(st.lists(st.tuples(st.sampled_from(_NAMES), _value()), max_size=6))
    body = b"".join(_text(name.encode()) + value for name, value in entries)
    tensors = draw(
        st.lists(st.tuples(st.sampled_from(_TENSORS), st.lists(_COUNT, max_size=4), _COUNT, _COUNT), max_size=4)
    )
    for name, shape, kind, offset in tensors:
        body += _text(name.encode()) + struct.pack(f"<I{len(shape)}Q", len(shape), *shape)
        body += struct.pack("<IQ", kind & 0xFFFFFFFF, offset)
    counts = (len(tensors), len(entries)) if draw(st.integers(0, 9)) else (draw(_COUNT), draw(_COUNT))
    return b"GGUF" + struct.pack("<IQQ", draw(st.sampled_from((3, 3, 3, 2))), *counts) + body


_HEADER = writer.header(
    [
        writer.words("general.architecture", "llama"),
        writer.words("general.name", "A model"),
        writer.whole("llama.block_count", 2),
        writer.text("tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, 3) + _text(b"a") * 3,
        writer.text("tokenizer.ggml.scores") + struct.pack("<IIQ3f", 9, 6, 3, 0, 0, 0),
        writer.real("llama.rope.freq_base", 1e4),
    ],
    writer.lay_out([("token_embd.weight", (32, 3), 0), ("blk.0.attn_q.weight", (32, 32), 8)]),
)


def _check_header(data: bytes) -> None:
    with contextlib.suppress(AppError):
        header = read_header(io.BytesIO(data))
        assert header.needed_bytes <= 1 << 65
        facts = ModelFacts(path="m", file_bytes=1, **facts_of_headers([header], "m"))
        assert from_plain(ModelFacts, json.loads(json.dumps(to_plain(facts)))) == facts


# ---------------------------------------------------------------- messages between processes
_MESSAGES = [
    Generate(3, (Message("user", "hi"),), SamplingOptions(stop=("#",)), 2),
    Load(1, "/m.gguf", LoadOptions(), 2),
    Loaded(1, 0.5, 512, "model", MemoryReceipt(own_bytes=1), {"CPU model": 3}, ("a",)),
    Tokens(1, "text", 2, "answer"),
    Pulse(1, "reading", 1, 2, MemorySample(1, 2)),
    Generated(1, StopReason.END, Timing(load_s=0.1), MemoryReceipt(), ("n",), PromptProof("own", (1,), ("a",))),
]
_PLAIN_MESSAGES = [json.loads(wire.encode(message)) for message in _MESSAGES]
_ALLOWED = (*REQUESTS, *EVENTS)


def _check_line(line: bytes) -> None:
    try:
        message = wire.decode(line, _ALLOWED)
    except wire.WireError as error:
        assert len(str(error)) <= 400
        return
    assert wire.decode(wire.encode(message), _ALLOWED) == message


# ---------------------------------------------------------------- bundles
_BUNDLES = [json.loads(bundle_text(BUNDLE))]


def _check_bundle(data: bytes) -> None:
    try:
        bundle = read_bundle(data)
    except AppError as error:
        assert len(error.user_text) < 600
        return
    assert read_bundle(bundle_text(bundle).encode()) == bundle


_MEASUREMENTS = [json.loads(fidelity_bundle_text(measurement(), "1.0", Owner("/home/x", "x"), MachineFacts("", "", 0)))]


def _check_fidelity_bundle(data: bytes) -> None:
    try:
        record = read_fidelity_bundle(data)
    except AppError as error:
        assert len(error.user_text) < 600
        return
    assert fidelity_markdown(record) and result_lines(record) and origin_words(record)


_SET_RUNS = [json.loads(set_bundle_text(set_run(), "1.0", Owner("/home/x", "x"), MachineFacts("", "", 0)))]


def _check_set_bundle(data: bytes) -> None:
    try:
        bundle = read_set_bundle(data)
    except AppError as error:
        assert len(error.user_text) < 600
        return
    for kind in ("md", "json", "csv"):
        assert run_text(bundle.stored, kind)
    assert bundle.origin


# ---------------------------------------------------------------- answers of servers
_CHUNKS = [
    {"choices": [{"delta": {"content": "a", "reasoning_content": "b"}, "index": 0, "finish_reason": None}]},
    {
        "choices": [
            {"message": {"content": [{"type": "text", "text": "x"}], "tool_calls": [{"function": {"name": "f"}}]}}
        ]
    },
    {"choices": [{"text": "x", "finish_reason": "length"}], "usage": {"prompt_tokens": 3, "completion_tokens": 4}},
    {"error": {"message": "no", "code": 400}, "usage": {"prompt_tokens_details": {"cached_tokens": 1}}},
    {"choices": [], "usage": {"completion_tokens": 3.0}, "x_groq": {"usage": {"prompt_tokens": 2}}},
]


@st.composite
def _streams(draw: st.DrawFn) -> bytes:
    end = draw(st.sampled_from((b"\n", b"\r\n", b"\r")))
    stream = b""
    for _ in range(draw(st.integers(0, 4))):
        before = draw(
            st.sampled_from(
                (b"data: ", b"data:", b"event: error\ndata: ", b"", b": x", b"error: ", b"\xef\xbb\xbfdata: ")
            )
        )
        stream += before + written(draw(nearly(_CHUNKS))) + end * draw(st.integers(0, 2))
    return stream + draw(st.sampled_from((b"", b"data: [DONE]\n\n", b"data: {", b"\r")))


def _events(stream: bytes, step: int) -> list[Any]:
    reader, found = EventReader(), []
    for at in range(0, len(stream), step):
        found += reader.feed(stream[at : at + step])
    return found + reader.finish()


def _check_stream(stream: bytes) -> None:
    try:
        events = _events(stream, len(stream) or 1)
        assert events == _events(stream, 7)
    except OverlongError:
        return
    chunks = ChunkReader()
    with contextlib.suppress(ChunkError):
        for chunk in [chunk for event in events for chunk in chunks.read(event)]:
            wire.encode(Tokens(1, chunk.text + chunk.reasoning, 1, chunk.finish))
    chunks.finish()


# ---------------------------------------------------------------- files of users
_PROMPTS = [
    b'{"prompt": "a", "title": "t", "system": "s"}\n{"text": "b"}\n"c"\n', b'["a", {"prompt": "b"}]',
    "one\ntwo\r\nthree ü\n".encode(), b"\xef\xbb\xbf\"a\"\n", "a\nb\n".encode("utf-16"),
    b'name = "s"\n[[prompts]]\ntext = "a"\nexpect = [{number = 1, tolerance = 0.5}, {contains = ["x"], not = ["y"]}]\n',
    b'prompt,number,any,json_schema\na,"1,234",x | y,\n"b\nc",,,"{""type"": ""object""}"\n', b"text;exact\na;b\n",
    b'{"question": "q", "answer": "x\\n#### 1,234"}\n{"prompt": "p", "expect": [{"choice": "B"}]}\n',
]  # fmt: skip
_EXPECTED = [
    [{"prompt": "p", "expect": [{"exact": "x"}, {"contains": ["x"], "any": True, "not": ["y"]}, {"votes": True}]}],
    [{"prompt": "p", "expect": [{"number": 1, "tolerance": 0.5}, {"regex": "a+"}, {"tests": "assert 1"}]}],
    [{"prompt": "p", "expect": [{"choice": "B", "options": ["x", "y"]}, {"json": {"schema": {}, "equal": {"a": 1}}}]}],
]
_ROWS = [
    b'What?,a,b,c,d,A\n"Which,\none?",1,2,3,4,B\n', b"question;A;B;C;D;answer\nW;1;2;3;4;2\n", b"sep=;\nW;1;2;3;4;C\n",
    b"W\t1\t2\t3\t4\t0\r\n", "Für,a,b,c,d,D\n".encode("utf-16"),
]  # fmt: skip
_QUESTIONS = [
    [{"question": "W?", "choices": ["a", "b", "c", "d"], "answer": 2, "subject": "s", "split": "dev"}],
    {"question": "W?", "choices": ["a", "b", "c", "d"], "answer": "A"},
    {"questions": [{"question": "W?", "choices": ["a", "b", "c", "d"], "answer": "0"}]},
    [{"activity_label": "L", "ctx_a": "A [title] b.", "ctx_b": "c", "endings": ["d", "[step] e", "f"], "label": "1"}],
    {"question": {"stem": "W?", "choices": [{"text": "a", "label": "1"}, {"text": "b", "label": "2"}]}, "answerKey": 2},
    [{"question": "W?", "choices": {"text": ["a", "b", "c"], "label": ["A", "B", "C"]}, "answerKey": "C"}],
    {"sentence": "The cup did not fit, for _ was big.", "option1": "it", "option2": "that", "answer": "1"},
]
_PARQUET = [
    path.read_bytes()
    for path in sorted((Path(__file__).resolve().parents[1] / "fixtures" / "parquet").glob("*.parquet"))
    if path.stat().st_size < 5000
]


def _check_prompts(data: bytes) -> None:
    with contextlib.suppress(AppError):
        found = parse_prompts(data)
        assert found.prompts and len(found.problems) <= 23
        again = parse_prompts(set_toml(PromptSet("", "s", found.prompts)).encode())
        assert [prompt.expect for prompt in again.prompts] == [prompt.expect for prompt in found.prompts]


def _check_rows(data: bytes) -> None:
    for read in (lambda: csv_rows(data, "s", "test", "f.csv"), lambda: json_rows(data, "s", "f.json")):
        try:
            questions = read()
        except AppError as error:
            assert len(error.user_text) < 600
            continue
        for question in questions:
            most = 5 if question.form in ENDING_FORMS else 4
            assert 2 <= len(question.choices) <= most and 0 <= question.answer < len(question.choices)
            assert prompt_item(question).options if question.form in ENDING_FORMS else len(question.choices) == 4


def _check_parquet(data: bytes) -> None:
    try:
        rows = read_rows(data, "f.parquet")
    except AppError as error:
        assert len(error.user_text) < 600
        return
    assert all(isinstance(row, dict) for row in rows)


# ---------------------------------------------------------------- chat templates
_PIECES = (
    "{% for m in messages %}", "{% endfor %}", "{% if m.role == 'user' %}", "{% else %}", "{% endif %}",
    "{{ m.content }}",
    "{{ messages[0]['content'] }}", "{{ bos_token }}", "{{ raise_exception(m) }}", "{% set x = messages %}",
    "{% set ns = namespace(a=[]) %}", "{{ ns.a.append(ns) }}", "{{ ns.a }}", "{{ x | tojson(indent=3) }}",
    "{{ x * 1000 }}",
    "{{ x ~ x }}", "{{ m.content[0].text | trim }}", "{% macro f(a) %}{{ a }}{{ f(a ~ a) }}{% endmacro %}",
    "{{ f('a') }}",
    "{{ strftime_now('%Y' * 99) }}", "{{ ''.__class__ }}", "{{ x | map(attribute='__class__') | list }}",
    "{{ 9 ** 99 }}",
    "{{ '%999999d' % 1 }}", "{{ '{:999999}'.format(1) }}", "{{ 'a' | center(9999999) }}", "{{ x.pop() }}",
    "{{ x[0].clear() }}",
    "{% generation %}", "{% endgeneration %}", "{% include 'a' %}", "{% break %}", "{{ loop.index }}",
    "{{ self }}", "text",
    "{{ caller() }}", "{{ '\\ud800' }}", "{{ [x] | sum(start=[]) }}", "{{ x | groupby('role') }}", "{{", "}}",
    "{%", "\0", "{#",
    "{{ range(9999999) | list }}", "{% for a in range(99999) %}{% for b in range(999) %}{% endfor %}{% endfor %}",
)  # fmt: skip
_TURNS = (Message("system", "RULE"), Message("user", "QUESTION"))


def _check_template(pieces: list[str]) -> None:
    template = ChatTemplate("".join(pieces), "<s>", "</s>", deadline_s=0.2)
    try:
        text = template.render(_TURNS)
        template.loses(_TURNS, text)
    except (TemplateError, TemplateHostileError) as error:
        assert len(str(error)) <= 400 and "\n" not in str(error)
    except PromptTooLongError as error:
        assert error.characters > 2_000_000


# ---------------------------------------------------------------- schemas for answers
_SCHEMAS = [schema for schema in SCHEMAS if schema]


def _check_schema(data: bytes) -> None:
    try:
        made = schema_grammar(data.decode("utf-8", "replace"))
    except SchemaError as error:
        assert len(str(error)) <= 200
        return
    text = Gbnf(made.text).derive(random.Random(1))
    if text is not None:
        json.loads(text)


# ---------------------------------------------------------------- the engine's own words
_SAID = (
    "llama_model_load: error loading model: ", "gguf_init_from_reader: ", "tensor '", "' has offset 0, expected 5",
    "has invalid ggml type 200", "failed to read tensor info", "/home/me/", "C:\\me\\", "GGML_ASSERT(",
    ") failed", ": ", "'",
    "error: ", "what(): ", "\n", "unknown model architecture: 'x'", "of type 4 (DEPRECATED)",
    "has 100 elements per row", "\x1b[2J",
)  # fmt: skip


def _check_log(words: list[str]) -> None:
    log = "".join(words)
    for failure in (load_failure(log, "b1"), process_failure(True, 6, "loading", log)):
        assert len(failure.message) <= 600
        assert "\x1b" not in failure.message


TARGETS = (
    Target("header", _headers() | damaged([_HEADER]), _check_header),
    Target("wire", nearly(_PLAIN_MESSAGES).map(written) | damaged([written(m) for m in _PLAIN_MESSAGES]), _check_line),
    Target(
        "fidelity bundle",
        nearly(_MEASUREMENTS).map(written) | damaged([written(b) for b in _MEASUREMENTS]),
        _check_fidelity_bundle,
        slow=True,
    ),
    Target(
        "set bundle",
        nearly(_SET_RUNS).map(written) | damaged([written(b) for b in _SET_RUNS]),
        _check_set_bundle,
        slow=True,
    ),
    Target("bundle", nearly(_BUNDLES).map(written) | damaged([written(b) for b in _BUNDLES]), _check_bundle, slow=True),
    Target("server", _streams() | damaged([b"data: " + written(c) + b"\n\n" for c in _CHUNKS]), _check_stream),
    Target("prompts", damaged(_PROMPTS) | nearly([["a", {"prompt": "b"}], *_EXPECTED]).map(written), _check_prompts),
    Target("answers", ANSWERS, check_answer),
    Target("questions", damaged(_ROWS) | nearly(_QUESTIONS).map(written), _check_rows),
    Target("parquet", damaged(_PARQUET), _check_parquet),
    Target(
        "template", st.lists(st.sampled_from(_PIECES) | st.text(max_size=5), max_size=12), _check_template, slow=True
    ),
    Target("schema", nearly(_SCHEMAS).map(written) | damaged([written(s) for s in _SCHEMAS]), _check_schema),
    Target("log", st.lists(st.sampled_from(_SAID) | st.text(max_size=9), max_size=30), _check_log),
)

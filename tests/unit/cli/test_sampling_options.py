"""What the flags of thinking, schema and grammar mean together."""

from __future__ import annotations

from pathlib import Path

import pytest

from weighin.cli.options import sampling_options
from weighin.cli.parser import parse
from weighin.core.errors import AppError
from weighin.core.runs.options import SamplingOptions

SCHEMA, GRAMMAR = '{"type": "object"}', 'root ::= "yes"\n'


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("s.json").write_text(SCHEMA, "utf-8")
    Path("g.gbnf").write_bytes(GRAMMAR.replace("\n", "\r\n").encode())
    Path("wide.json").write_text(SCHEMA, "utf-16")
    Path("long.gbnf").write_text('root ::= "' + "a" * 70_000 + '"')
    Path("longer.gbnf").write_text("é" * 70_000)
    Path("broken.json").write_text('{"type":\n "object"')
    Path("list.json").write_text("[]")
    Path("bytes.json").write_bytes(b"\xff\xfe\x00\xd8")


def of(lane: str, *flags: str) -> SamplingOptions:
    return sampling_options(parse(["compare", "a", "b", "-p", "x", *flags]), lane)


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    ("flags", "a", "b"),
    [
        ("", {}, {}),
        ("--thinking off --thinking-tokens 512", {"thinking": "off", "thinking_tokens": 512}, None),
        ("--thinking on --b-thinking off", {"thinking": "on"}, {"thinking": "off"}),
        ("--a-thinking-tokens 9", {"thinking_tokens": 9}, {}),
        ("--json-schema s.json", {"json_schema": SCHEMA}, None),
        ("--json-schema wide.json", {"json_schema": SCHEMA}, None),
        ("--b-json-schema s.json", {}, {"json_schema": SCHEMA}),
        ("--grammar g.gbnf --a-json-schema s.json", {"json_schema": SCHEMA}, {"grammar": GRAMMAR}),
        ("--json-schema s.json --a-json-schema=", {}, {"json_schema": SCHEMA}),
    ],
)
def test_one_lane_free_and_the_other_forced(flags: str, a: dict[str, object], b: dict[str, object] | None) -> None:
    assert of("a", *flags.split()) == SamplingOptions(**a)
    assert of("b", *flags.split()) == SamplingOptions(**(a if b is None else b))


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        ("--thinking maybe", "Thinking must be one of auto, on, off, not 'maybe'."),
        ("--thinking-tokens -1", "Max thinking tokens must be a whole number from 0 to 1\u202f048\u202f576, not -1."),
        ("--json-schema s.json --grammar g.gbnf", "Use a JSON schema or a grammar, not both."),
        ("--json-schema gone.json", "JSON schema: gone.json: No such file or directory."),
        ("--json-schema broken.json", "JSON schema is not valid JSON (line 2: expecting ',' delimiter)."),
        ("--json-schema list.json", "JSON schema must be a JSON object."),
        ("--json-schema bytes.json", "JSON schema: bytes.json is not a text file (UTF-8 or UTF-16)."),
        ("--grammar long.gbnf", "Grammar must be a text of at most 64 KiB."),
        ("--grammar longer.gbnf", "Grammar: longer.gbnf is longer than 64 KiB."),
    ],
)
def test_what_makes_no_sense_is_said(flags: str, sentence: str) -> None:
    with pytest.raises(AppError) as refusal:
        of("a", *flags.split())
    assert refusal.value.user_text == sentence

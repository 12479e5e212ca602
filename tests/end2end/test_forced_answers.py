"""weighin compare with thinking, a schema or a grammar for one lane, from outside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.support.commands import Ask
from tests.support.gguf_files import CHATML, make_model

SCHEMA = {
    "type": "object",
    "properties": {"sum": {"type": "integer", "minimum": 0, "maximum": 99}, "unit": {"enum": ["none", "apples"]}},
    "required": ["sum", "unit"],
}
PAIR = ("compare", "starter:dense", "starter:moe", "-p", "What is seven plus five?")


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    path = tmp_path / "sum.json"
    path.write_text(json.dumps(SCHEMA))
    return path


def test_one_lane_free_and_the_other_held_to_a_schema(ask: Ask, schema: Path) -> None:
    for temperature in ("0", "1"):
        done = ask(*PAIR, "--b-json-schema", schema, "--temperature", temperature, "--json")
        assert done.returncode == 0, done.stderr
        body = json.loads(done.stdout)
        a, b = body["lanes"]
        assert (a["options"]["json_schema"], json.loads(b["options"]["json_schema"])) == ("", SCHEMA)
        value = json.loads(b["answer"])
        assert list(value) == ["sum", "unit"] and 0 <= value["sum"] <= 99 and value["unit"] in ("none", "apples")
        assert body["parity"]["differences"] == ["JSON schema"]
    shown = ask("history", "show", body["id"], "--json")
    assert json.loads(shown.stdout)["lanes"][1]["options"] == b["options"]


def test_a_grammar_that_cannot_be_used_fails_its_lane_alone(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "g.gbnf").write_text("root ::= missing")
    done = ask(*PAIR, "--a-grammar", tmp_path / "g.gbnf", "--json")
    assert done.returncode == 3
    assert "A: This grammar cannot be used: undefined rule identifier 'missing'." in done.stderr
    a, b = json.loads(done.stdout)["lanes"]
    assert (a["error"]["kind"], b["answer"].strip()) == ("grammar", "Twelve.")


def test_a_limit_for_thinking_is_told(ask: Ask, tmp_path: Path) -> None:
    template = CHATML.replace("assistant\n{% endif", "assistant\n<think>\n{% endif")
    model = make_model(tmp_path / "m.gguf", template=template, favourite="a")
    command = ("compare", model, model, "-p", "x", "--max-tokens", 4, "--a-thinking-tokens", 7)
    a, b = json.loads(ask(*command, "--json").stdout)["lanes"]
    assert (a["reasoning"], a["answer"], a["timing"]["thinking_cut"]) == ("a" * 7, "aaaa", True)
    assert (b["reasoning"], b["answer"], b["timing"]["thinking_cut"]) == ("aaaa", "", False)
    page = ask(*command).stdout
    assert "Stop reason: Token limit · Thinking ended at its limit" in page, page


def test_a_whole_set_is_held_to_a_schema(ask: Ask, schema: Path, tmp_path: Path) -> None:
    prompts = tmp_path / "p.jsonl"
    prompts.write_text('"What is seven plus five?"\n"What is the opposite of hot?"\n')
    done = ask("compare", "starter:dense", "starter:moe", "--prompts", prompts, "--json-schema", schema, "--json")
    assert done.returncode == 0, done.stderr
    for result in json.loads(done.stdout)["results"]:
        assert set(json.loads(result["a"]["text"])) == {"sum", "unit"}

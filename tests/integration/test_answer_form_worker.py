"""Answers held to a schema or a grammar, in a real worker."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.support.gguf_files import CHATML, make_model
from tests.support.reference import greedy
from tests.support.worker_client import WorkerClient, text_of

from weighin.core.runs.answer import StopReason
from weighin.core.runs.schema_grammar import schema_grammar
from weighin.protocol.messages import Failed, Generated

CHAT = "<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n"
PERSON = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 6},
        "age": {"type": "integer", "minimum": 0, "maximum": 120},
        "tags": {"type": "array", "items": {"enum": ["a", 'b"\n']}, "maxItems": 3},
    },
    "required": ["name", "age", "tags"],
}
OPENS_THINKING = CHATML.replace("assistant\n{% endif", "assistant\n<think>\n{% endif")


def is_person(value: Any) -> bool:
    return (
        list(value) == ["name", "age", "tags"]
        and len(value["name"]) <= 6
        and 0 <= value["age"] <= 120
        and set(value["tags"]) <= {"a", 'b"\n'}
        and len(value["tags"]) <= 3
    )


@pytest.mark.parametrize("tokenizer", ["bpe", "spm"])
@pytest.mark.parametrize(
    "sampling",
    [{}, {"temperature": 1.5, "top_k": 0, "top_p": 1.0, "min_p": 0.0}, {"temperature": 1.0}, {"repeat_penalty": 1.3}],
    ids=["greedy", "all", "drawn", "penalty"],
)
def test_whatever_a_model_would_write_it_is_valid(
    worker: WorkerClient, tmp_path: Path, tokenizer: str, sampling: dict[str, Any]
) -> None:
    worker.loaded(make_model(tmp_path / "m.gguf", tokenizer=tokenizer, seed=5))
    for seed in range(1 if not sampling else 4):
        events = worker.generate("Who?", json_schema=json.dumps(PERSON), max_tokens=400, **({"seed": seed} | sampling))
        assert events[-1].stop_reason is StopReason.END, events[-1]
        assert is_person(json.loads(text_of(events))), text_of(events)


def test_the_tokens_are_those_of_llama_cpps_own_grammar_sampler(worker: WorkerClient, tmp_path: Path) -> None:
    grammar = schema_grammar(json.dumps(PERSON)).text
    for arch, seed in (("llama", 3), ("qwen3", 4)):
        model = make_model(tmp_path / f"{arch}.gguf", arch=arch, seed=seed)
        _, generated, expected = greedy(model, CHAT.format("Who?"), 300, grammar)
        worker.loaded(model)
        for form in ({"json_schema": json.dumps(PERSON)}, {"grammar": grammar}):
            events = worker.generate("Who?", max_tokens=300, **form)
            assert events[-1].timing.generated_tokens == len(generated)
            assert text_of(events) == expected.decode("utf-8", "replace")


def test_only_what_the_grammar_refuses_is_chosen_anew(worker: WorkerClient, endless: Path) -> None:
    worker.loaded(endless, context=256)
    assert text_of(worker.generate("x", max_tokens=6, grammar='root ::= [a-z]* "."')) == "aaaaaa"
    end = worker.generate("x", max_tokens=6, grammar='root ::= "aa" [xyz] "a"')
    assert (text_of(end)[:2], text_of(end)[3:], end[-1].stop_reason) == ("aa", "a", StopReason.END)


def test_an_end_is_taken_only_where_the_grammar_is_complete(worker: WorkerClient, tmp_path: Path) -> None:
    worker.loaded(make_model(tmp_path / "m.gguf", favourite="<|im_end|>"))
    events = worker.generate("x", grammar='root ::= "yes" "!"?')
    assert (text_of(events), events[-1].stop_reason) == ("yes", StopReason.END)


def test_an_answer_that_is_cut_off_is_so_called(worker: WorkerClient, endless: Path) -> None:
    worker.loaded(endless, context=256)
    assert worker.generate("x", max_tokens=4, json_schema='{"type":"string"}')[-1].stop_reason is StopReason.LENGTH


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        ({"grammar": 'root ::= "a'}, "grammar cannot be used: unexpected end of input."),
        ({"grammar": "root ::= foo"}, "grammar cannot be used: undefined rule identifier 'foo'."),
        ({"grammar": 'root ::= root "a" | "b"'}, "grammar cannot be used: one of its rules begins with itself."),
        ({"grammar": 'a ::= "a"'}, "grammar cannot be used: it has no rule “root”."),
        ({"grammar": 'root ::= "a"{5000}'}, "exceeds sane defaults"),
        (
            {"grammar": "root ::= " + "(" * 9000 + '"a"' + ")" * 9000},
            "cannot be used: it is nested too deeply.",
        ),
        ({"grammar": 'root ::= "a\0"'}, "grammar cannot be used: it has a NUL character."),
        ({"json_schema": '{"type": "float"}'}, "JSON schema cannot be used: JSON has no type “float”."),
        (
            {"json_schema": '{"properties": {"a": {"$ref": "#"}}, "required": ["a"]}'},
            "JSON schema cannot be used: no JSON is valid under it.",
        ),
    ],
)
def test_what_cannot_be_used_is_said_and_the_worker_goes_on(
    worker: WorkerClient, endless: Path, form: dict[str, str], reason: str
) -> None:
    worker.loaded(endless, context=256)
    end = worker.generate("x", **form)[-1]
    assert isinstance(end, Failed)
    assert (end.kind, end.message.endswith(".")) == ("grammar", True)
    assert reason in end.message
    assert text_of(worker.generate("x", max_tokens=3)) == "aaa"


def test_what_is_not_enforced_is_said(worker: WorkerClient, endless: Path) -> None:
    worker.loaded(endless, context=256)
    schema = json.dumps({"type": "string", "pattern": "^b$", "maxLength": 4})
    end = worker.generate("x", json_schema=schema, max_tokens=9)[-1]
    assert end.notices == ("Not enforced: pattern of the JSON schema.",)
    (said,) = worker.generate("x", grammar='root ::= "a"{0,100000} "b"', max_tokens=3)[-1].notices
    assert said == "Not enforced: upper limits of the grammar's repetitions above 2\u202f000."


def test_thinking_is_free_of_the_grammar(worker: WorkerClient, tmp_path: Path) -> None:
    worker.loaded(make_model(tmp_path / "m.gguf", template=OPENS_THINKING, favourite="a"))
    events = worker.generate("x", grammar='root ::= "{" "}"', thinking_tokens=5, max_tokens=20)
    assert (text_of(events, "reasoning"), text_of(events)) == ("aaaaa", "{}")
    timing = events[-1].timing
    assert (events[-1].stop_reason, timing.thinking_cut) == (StopReason.END, True)
    assert (timing.generated_tokens, timing.reasoning_tokens) == (7, 5)


def test_a_model_may_open_its_thinking_itself_before_it_is_held_to_the_grammar(
    worker: WorkerClient, tmp_path: Path
) -> None:
    marks = ("<think>", "</think>")
    worker.loaded(make_model(tmp_path / "m.gguf", favourite="<think>", more_controls=marks))
    events = worker.generate("x", grammar='root ::= "yes"', thinking_tokens=3, max_tokens=50)
    assert text_of(events) == "yes"
    assert events[-1].timing.reasoning_tokens == 3
    assert events[-1].timing.thinking_cut
    free = worker.generate("x", grammar='root ::= "yes"', max_tokens=4)
    assert (text_of(free), free[-1].stop_reason) == ("", StopReason.LENGTH)


def test_marks_of_thinking_inside_a_forced_answer_are_text(worker: WorkerClient, tmp_path: Path) -> None:
    worker.loaded(make_model(tmp_path / "m.gguf"))
    events = worker.generate("x", grammar='root ::= "{<think>no</think>}"', max_tokens=60)
    assert (text_of(events), text_of(events, "reasoning")) == ("{<think>no</think>}", "")


def test_in_a_raw_prompt_all_is_held_to_the_grammar(worker: WorkerClient, endless: Path) -> None:
    worker.loaded(endless, context=256)
    events = worker.generate("<think>", raw=True, grammar='root ::= "b" "c"')
    assert (text_of(events), events[-1].notices) == ("bc", ())
    assert isinstance(events[-1], Generated)

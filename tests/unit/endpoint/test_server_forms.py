"""Thinking, schemas and grammars at a server: in which fields they are asked for, and what is said of a refusal."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from tests.support.loopback_server import LoopbackServer

from weighin.core.runs.chat import Message
from weighin.core.runs.options import LoadOptions, SamplingOptions
from weighin.endpoint.request_body import refused_options
from weighin.endpoint.server_engine import ServerEngine
from weighin.protocol.messages import Generate, Generated, Load
from weighin.workers.engine import EngineError

SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}}
FORCED = {"type": "json_schema", "json_schema": {"name": "answer", "schema": SCHEMA, "strict": True}}
GRAMMAR = 'root ::= "yes" | "no"'

Ask = Callable[..., Generated]


@pytest.fixture
def talk() -> Iterator[Callable[..., tuple[LoopbackServer, Ask]]]:
    with ExitStack() as servers:

        def begin(**how: Any) -> tuple[LoopbackServer, Ask]:
            server = servers.enter_context(LoopbackServer(**how))
            engine = ServerEngine(lambda _: None)
            engine.load(Load(1, server.address("tiny"), LoadOptions(), 1), lambda _: None)

            def ask(raw: bool = False, **sampling: Any) -> Generated:
                request = Generate(2, (Message("user", "x"),), SamplingOptions(**sampling), 1, raw)
                return engine.generate(request, lambda _: None)

            return server, ask

        yield begin


def test_nothing_is_sent_that_was_not_asked_for(talk: Callable[..., Any]) -> None:
    server, ask = talk()
    assert ask().notices == ()
    new = {"chat_template_kwargs", "response_format", "json_schema", "grammar", "structured_outputs"}
    assert new.isdisjoint(server.seen[-1].body)


@pytest.mark.parametrize(
    ("asked", "raw", "sent"),
    [
        ({"thinking": "off"}, False, {"chat_template_kwargs": {"enable_thinking": False, "thinking": False}}),
        ({"thinking": "on"}, False, {"chat_template_kwargs": {"enable_thinking": True, "thinking": True}}),
        ({"json_schema": json.dumps(SCHEMA)}, False, {"response_format": FORCED}),
        ({"json_schema": json.dumps(SCHEMA)}, True, {"response_format": FORCED, "json_schema": SCHEMA}),
        ({"grammar": GRAMMAR}, False, {"grammar": GRAMMAR, "structured_outputs": {"grammar": GRAMMAR}}),
    ],
)
def test_what_is_sent(talk: Callable[..., Any], asked: dict[str, str], raw: bool, sent: dict[str, Any]) -> None:
    server, ask = talk()
    done = ask(raw=raw, **asked)
    assert {name: server.seen[-1].body.get(name) for name in sent} == sent
    assert (done.left_out, done.notices) == ((), ())


@pytest.mark.parametrize(
    ("asked", "refuses", "named"),
    [
        ({"thinking": "off"}, ("chat_template_kwargs",), "thinking"),
        ({"json_schema": json.dumps(SCHEMA)}, ("response_format",), "JSON schema"),
        ({"grammar": GRAMMAR}, ("grammar", "structured_outputs"), "grammar"),
    ],
)
def test_what_a_server_refuses_is_left_out_and_said(
    talk: Callable[..., Any], asked: dict[str, str], refuses: tuple[str, ...], named: str
) -> None:
    _, ask = talk(refuses=refuses)
    done = ask(**asked)
    assert done.left_out == (named,)
    assert done.notices[0] == f"This server does not support {named}, so the request was sent without."


def test_a_grammar_by_one_name_is_a_grammar(talk: Callable[..., Any]) -> None:
    server, ask = talk(refuses=("structured_outputs",))
    assert (ask(grammar=GRAMMAR).left_out, server.seen[-1].body["grammar"]) == ((), GRAMMAR)


def test_a_server_that_names_nothing_loses_a_schema_last(talk: Callable[..., Any]) -> None:
    server, ask = talk(strict=True, nameless=True, refuses=("response_format",))
    done = ask(json_schema=json.dumps(SCHEMA), thinking="off")
    assert set(done.left_out) == {"thinking", "JSON schema"}
    assert "temperature" in server.seen[-1].body


@pytest.mark.parametrize(
    "said",
    [
        "Failed to parse grammar",
        "Invalid schema for response_format 'answer': 'additionalProperties' is required to be false",
        "JSON schema conversion failed: Unrecognized schema",
        "error parsing grammar: unexpected end of input",
    ],
)
def test_a_form_that_is_wrong_in_itself_is_not_left_out(said: str) -> None:
    for body in ({"temperature": 0, "response_format": FORCED}, {"temperature": 0, "grammar": GRAMMAR}):
        assert refused_options(body, said) == ()
    assert refused_options({"temperature": 0, "grammar": GRAMMAR}, "unknown field: grammar") == ("grammar",)


def test_a_form_that_is_wrong_in_itself_fails_with_the_servers_words(talk: Callable[..., Any]) -> None:
    _, ask = talk(status=400, said="Failed to parse grammar")
    with pytest.raises(EngineError, match="Failed to parse grammar"):
        ask(grammar="root ::=")


def test_a_limit_for_thinking_is_left_out_and_said(talk: Callable[..., Any]) -> None:
    _, ask = talk()
    done = ask(thinking_tokens=100)
    assert done.left_out == ("thinking tokens",)
    assert done.notices == ("This server does not support thinking tokens, so the request was sent without.",)


def test_a_raw_prompt_has_no_thinking_at_a_server_either(talk: Callable[..., Any]) -> None:
    server, ask = talk()
    done = ask(raw=True, thinking="off", thinking_tokens=5)
    assert done.left_out == ("thinking", "thinking tokens")
    assert done.notices == ("In a raw prompt the options of thinking have no effect.",)
    assert "chat_template_kwargs" not in server.seen[-1].body


def test_a_server_that_thinks_all_the_same_is_told_of(talk: Callable[..., Any]) -> None:
    _, ask = talk(reasoning=("Let me", " see."))
    assert ask(thinking="off").notices == ("This server did not switch thinking off.",)
    assert ask(thinking="on").notices == ()

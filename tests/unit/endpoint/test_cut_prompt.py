"""A prompt that a server did not read to its end, or from its beginning."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.loopback_server import LoopbackServer

from weighin.core.runs.chat import Message
from weighin.core.runs.options import LoadOptions, SamplingOptions
from weighin.endpoint.server_engine import ServerEngine
from weighin.endpoint.usage import cut_notice
from weighin.protocol.messages import Generate, Load

LONG = "word " * 3000


@pytest.mark.parametrize(
    "body",
    [
        {"prompt": LONG},
        {"messages": [{"role": "user", "content": LONG}]},
        {"messages": [{"role": "system", "content": LONG[:7500]}, {"role": "user", "content": LONG[:7500]}]},
    ],
)
def test_fewer_tokens_than_words_are_told(body: dict[str, Any]) -> None:
    assert cut_notice(body, 2051).startswith(
        "The server counted 2\u202f051 tokens for a prompt of 3\u202f000 words: it cut"
    )
    assert cut_notice(body, 3000) == ""
    assert cut_notice(body, None) == ""


def test_a_short_prompt_is_cut_by_nobody() -> None:
    assert cut_notice({"prompt": "What is seven plus five?"}, 1) == ""


@pytest.mark.parametrize(("prompt", "told"), [("word " * 25, 0), ("word " * 100, 1)])
def test_an_answer_to_half_a_prompt_is_marked(prompt: str, told: int) -> None:
    events: list[Any] = []
    engine = ServerEngine(lambda _: None)
    with LoopbackServer() as server:  # which counts 21 tokens, 5 of them from its cache
        engine.load(Load(1, server.address(), LoadOptions(), 1), events.append)
        request = Generate(2, (Message("user", prompt),), SamplingOptions(), 1)
        notices = engine.generate(request, events.append).notices
    assert len(notices) == told

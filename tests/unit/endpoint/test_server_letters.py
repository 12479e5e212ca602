"""Whether letters can be scored at a server: tried, not believed."""

from __future__ import annotations

import asyncio

import pytest
from tests.support.loopback_server import LoopbackServer

from weighin.core.models.server import LetterTest, parse_address
from weighin.endpoint.http import Endpoint
from weighin.endpoint.letters import test_letters as letters_of
from weighin.endpoint.reply import ReplyTimeouts


def tried(letters: str, **more: object) -> LetterTest:
    with LoopbackServer(letters=letters, **more) as server:
        endpoint = Endpoint(parse_address(server.url), None, ReplyTimeouts())
        return asyncio.run(letters_of(endpoint, "tiny"))


@pytest.mark.parametrize(("letters", "via"), [("good", "completions"), ("chat", "chat")])
def test_a_server_that_can(letters: str, via: str) -> None:
    test = tried(letters)
    assert test.via == via
    assert "all four letters" in test.sentence


@pytest.mark.parametrize(
    ("letters", "why"),
    [
        ("ignored", "does not send them"),
        ("zeros", "add up to more than one"),
        ("sums", "add up to more than one"),
        ("same", "the same numbers for every question"),
        ("few", "lack the letters C, D"),
    ],
)
def test_a_server_that_cannot(letters: str, why: str) -> None:
    test = tried(letters)
    assert test.via == ""
    assert why in test.sentence
    assert "cannot be scored" in test.sentence


def test_a_refusal_is_the_reason() -> None:
    test = tried("good", status=400)
    assert test.via == ""
    assert "as the test wants it" in test.sentence

"""What servers answer when they are asked which models they have, and what becomes of a model they do not list."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.support.loopback_server import LoopbackServer

from weighin.core.models.server import parse_address
from weighin.core.runs.chat import Message
from weighin.core.runs.options import LoadOptions, SamplingOptions
from weighin.endpoint.http import Endpoint
from weighin.endpoint.models import ServedModel, ServedModels, offered
from weighin.endpoint.reply import ReplyTimeouts
from weighin.endpoint.server_engine import ServerEngine
from weighin.protocol.messages import Generate, Load
from weighin.workers.engine import EngineError


def listed(listing: Any) -> ServedModels:
    with LoopbackServer(listing=listing) as server:
        return asyncio.run(offered(Endpoint(parse_address(server.url), None, ReplyTimeouts())))


@pytest.mark.parametrize(
    "listing",
    [
        {"object": "list", "data": [{"id": "m"}]},
        [{"id": "m"}],
        ["m"],
        {"models": [{"name": "m"}]},
        {"models": ["m"]},
        {"data": [{"model": "m", "id": None}]},
        {"data": {"m": {"owned_by": "me"}}},
        {"result": {"data": [{"id": "m"}]}},
        {"data": [{"id": "m"}, {"id": "m"}, {"id": ""}, {"id": 7}, {"id": "x" * 999}, {"id": "a\ud800"}, 7, None]},
    ],
)
def test_lists_in_all_their_shapes(listing: Any) -> None:
    assert listed(listing) == ServedModels((ServedModel("m"),))


@pytest.mark.parametrize(
    ("entry", "context"),
    [({"max_model_len": 9}, 9), ({"meta": {"n_ctx": 9}}, 9), ({"context_length": 9}, 9), ({"context_window": 9}, 9),
     ({"max_context_length": 99, "loaded_context_length": 9}, 9), ({"context_length": "9"}, None), ({"meta": 9}, None),
     ({"context_length": True}, None), ({"context_length": 1 << 60}, None)],
)  # fmt: skip
def test_the_context_where_it_is_said(entry: dict[str, Any], context: int | None) -> None:
    assert listed([{"id": "m", **entry}]).models == (ServedModel("m", context),)


@pytest.mark.parametrize("listing", [{"data": None}, {"data": []}, {"object": "list"}, []])
def test_a_server_without_models(listing: Any) -> None:
    assert listed(listing) == ServedModels() and listed(listing).sentence == "It has no models."


@pytest.mark.parametrize("status", [404, 405, 501, 204])
def test_a_server_without_a_list(status: int) -> None:
    assert listed(status) == ServedModels(has_list=False)


def test_a_key_that_is_for_answers_only() -> None:
    with LoopbackServer(listing=403, said="Missing scopes: api.model.read") as server:
        found = asyncio.run(offered(Endpoint(parse_address(server.url), "sk-narrow", ReplyTimeouts())))
    assert not found.has_list
    with pytest.raises(EngineError, match="needs a key"):
        listed(403)


@pytest.mark.parametrize(
    ("first", "query"),
    [
        ({"data": [{"id": "a"}], "has_more": True, "last_id": "a/b"}, "after_id=a%2Fb&after=a%2Fb"),
        ({"models": [{"name": "a"}], "nextPageToken": "t&t"}, "pageToken=t%26t"),
    ],
)
def test_a_list_in_pages(first: dict[str, Any], query: str) -> None:
    second = {"data": [{"id": "a"}, {"id": "b"}], "has_more": False}
    assert listed({"": first, query: second}).models == (ServedModel("a"), ServedModel("b"))


def test_a_page_that_brings_nothing_new_is_the_last() -> None:
    with LoopbackServer(listing={"data": [{"id": "a"}], "has_more": True, "last_id": "a"}) as server:
        found = asyncio.run(offered(Endpoint(parse_address(server.url), None, ReplyTimeouts())))
        assert found.models == (ServedModel("a"),) and len(server.seen) == 2


def test_a_page_that_fails_leaves_what_came_before() -> None:
    assert listed({"": {"data": [{"id": "a"}], "nextPageToken": "b"}, "pageToken=b": 500}).models == (ServedModel("a"),)


@pytest.mark.parametrize(
    ("listing", "kind", "words"),
    [
        (500, "server_error", "as the test wants it"),
        (503, "server_busy", "not ready"),
        ({"version": 1}, "not_endpoint", "without a list of models"),
        ("hello", "not_endpoint", "without a list of models"),
        ({"error": {"message": "the licence ran out"}}, "server_error", "the licence ran out"),
    ],
)
def test_anything_else_is_a_failure(listing: Any, kind: str, words: str) -> None:
    with pytest.raises(EngineError, match=words) as caught:
        listed(listing)
    assert caught.value.kind == kind


def ask(server: LoopbackServer, model: str) -> tuple[Any, list[Any]]:
    """What loading and one question to `model` gave."""
    engine, events = ServerEngine(lambda _: None), []
    loaded = engine.load(Load(1, server.address(model), LoadOptions(), 1), events.append)
    engine.generate(Generate(2, (Message("user", "hi"),), SamplingOptions(), 1), events.append)
    return loaded, events


@pytest.mark.parametrize(
    ("listing", "words"), [(None, "It has: tiny, big/model:8b."), (404, "lists no models"), ([], "no models")]
)
def test_a_model_that_is_not_listed_is_asked_for_anyway(listing: Any, words: str) -> None:
    with LoopbackServer(listing=listing) as server:
        loaded, events = ask(server, "other")
        assert server.seen[-1].body["model"] == "other" and events
    (notice,) = loaded.notices
    assert "does not list a model “other”" in notice and words in notice and loaded.context is None


def test_a_listed_model_has_no_notice() -> None:
    with LoopbackServer() as server:
        loaded, _ = ask(server, "tiny")
    assert (loaded.notices, loaded.context) == ((), 8192)


@pytest.mark.parametrize("status", [404, 400])
def test_a_model_the_server_does_not_have_is_told_with_those_there_are(status: int) -> None:
    with (
        LoopbackServer(status=status, said="The model `other` does not exist.") as server,
        pytest.raises(EngineError) as caught,
    ):
        ask(server, "other")
    assert caught.value.kind == "no_model"
    assert "has no model “other”. It has: tiny, big/model:8b." in caught.value.message


@pytest.mark.parametrize(("listing", "words"), [(None, "It has: tiny"), (404, "It lists no models.")])
def test_without_a_name_there_is_nothing_to_ask_for(listing: Any, words: str) -> None:
    with LoopbackServer(listing=listing) as server, pytest.raises(EngineError, match="Add the model's name") as caught:
        ask(server, "")
    assert caught.value.kind == "no_model" and words in caught.value.message

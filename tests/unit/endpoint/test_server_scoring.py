"""Questions scored at a server: what is asked, and what is made of the tokens it shows."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.support.loopback_server import LoopbackServer

from weighin.core.evaluations.evaluation import CHAT, STANDARD
from weighin.core.evaluations.mmlu_prompt import PromptBlock, PromptItem
from weighin.core.evaluations.questions import LETTERS
from weighin.core.evaluations.scoring import ONE_BY_ONE
from weighin.core.runs.chat import Message
from weighin.core.runs.options import LoadOptions
from weighin.endpoint import waiting
from weighin.endpoint.server_engine import ServerEngine
from weighin.protocol.messages import Load, Score, Scored, ScoreDone, Survey
from weighin.workers.engine import EngineError

ITEMS = (PromptItem("s/test/0", "Which is a fruit?\nAnswer:"), PromptItem("s/test/1", "Which can fly?\nAnswer:"))
PLAIN = PromptBlock(STANDARD, "Header.\n\n", (), ITEMS, tuple(f" {letter}" for letter in LETTERS))
TURNS = PromptBlock(CHAT, "System.", (Message("user", "Q"), Message("assistant", "B")), ITEMS, LETTERS)


def score(server: LoopbackServer, block: PromptBlock = PLAIN, done: tuple[str, ...] = ()) -> tuple[list[Any], Any]:
    engine, events = ServerEngine(lambda _: None), []
    engine.load(Load(1, server.address(), LoadOptions(), 1), events.append)
    try:
        return events, engine.score(Score(2, block, ONE_BY_ONE, 1, done), events.append)
    except EngineError as error:
        return events, error


def results(events: list[Any]) -> list[Any]:
    return [result for event in events if isinstance(event, Scored) for result in event.results]


def test_the_standard_prompt_as_it_is() -> None:
    with LoopbackServer() as server:
        events, done = score(server)
        asked = [seen.body for seen in server.seen if seen.method == "POST"]
    assert [body["prompt"] for body in asked] == ["Header.\n\n" + item.text for item in ITEMS]
    assert [result.letter for result in results(events)] == ["A", "D"]
    assert isinstance(done, ScoreDone) and done.tokens == 100
    assert done.notices[0].endswith("letters from the server's top 20 (completions).") and len(done.notices) == 1


def test_the_chat_protocol_has_turns_and_what_is_done_is_not_asked_again() -> None:
    with LoopbackServer(letters="chat", usage=False) as server:
        events, done = score(server, TURNS, ("s/test/0",))
        asked = [seen.body for seen in server.seen if seen.method == "POST"]
    assert [[m["role"] for m in body["messages"]] for body in asked] == [["system", "user", "assistant", "user"]]
    assert [result.id for result in results(events)] == ["s/test/1"] and done.tokens == 0


def test_system_text_that_a_server_refuses_goes_before_the_first_example() -> None:
    with LoopbackServer(letters="chat", no_system=400, said="System role not supported") as server:
        events, done = score(server, TURNS)
        asked = [seen.body["messages"] for seen in server.seen if seen.method == "POST"]
    assert [len(messages) for messages in asked] == [4, 3, 3]  # once refused, it is not tried again
    assert asked[-1][0] == {"role": "user", "content": "System.\n\nQ"}
    assert len(results(events)) == 2
    assert "top 20" in done.notices[0] and done.notices[1].startswith("The server takes no system prompt")


def test_missing_letters_are_never_chosen_and_told() -> None:
    with LoopbackServer(letters="few") as server:
        events, done = score(server)
    first, second = results(events)
    assert first.letter == "A" and first.logprobs[2] == first.logprobs[3] < min(first.logprobs[:2])
    assert second.letter == "A" and second.near_tie  # both that are shown are as likely as each other
    assert "a letter is missing" in done.notices[1]


def test_a_server_that_cuts_the_worked_examples_off_is_told_of() -> None:
    long = PromptBlock(STANDARD, "word " * 300, (), ITEMS, PLAIN.continuations)
    with LoopbackServer() as server:
        _, done = score(server, long)
    assert [notice.split(":")[0] for notice in done.notices[1:]] == [
        "The server counted 50 tokens for a prompt of 305 words"
    ]


def test_a_server_that_shows_fewer_tokens() -> None:
    with LoopbackServer(most_top=5) as server:
        events, done = score(server)
        assert [seen.body["logprobs"] for seen in server.seen if seen.method == "POST"] == [20, 5, 5]
    assert len(results(events)) == 2 and "top 5" in done.notices[0]


@pytest.mark.parametrize(("turned", "why"), [("ignored", "does not send them"), ("zeros", "more than one")])
def test_a_server_that_changes_its_answers_midway(turned: str, why: str) -> None:
    with LoopbackServer(letters_turn=2, turned_letters=turned) as server:
        events, error = score(server)
    assert isinstance(error, EngineError) and error.kind == "no_letters" and why in error.message
    assert [result.letter for result in results(events)] == ["A"]


def test_nothing_is_known_of_the_tokens_beforehand() -> None:
    surveyed = ServerEngine(lambda _: None).survey(Survey(1, PLAIN))
    assert (surveyed.header, surveyed.questions, surveyed.trained) == (0, (0, 0), 0)


@pytest.mark.parametrize(
    ("busy", "retry_after"), [((429,), "1"), ((503,), ""), ((429,), ""), ((502, 529), "0"), ((500,), ""), ((500,), "1")]
)
def test_a_busy_server_is_waited_for_and_the_run_goes_on(
    busy: tuple[int, ...], retry_after: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(waiting, "_FIRST_S", 0.01)
    monkeypatch.setattr(waiting.asyncio, "sleep", asleep(waits))
    with LoopbackServer(busy=busy, busy_after=1, retry_after=retry_after) as server:
        events, done = score(server)
    assert isinstance(done, ScoreDone), done
    assert [result.letter for result in results(events)] == ["A", "D"]
    assert len(waits) == len(busy) and waits[0] == (1.0 if retry_after == "1" else 0.01)
    assert done.notices[-1].startswith("The server was unavailable")


def asleep(waits: list[float]) -> Callable[[float], Awaitable[None]]:
    """A sleep that takes no time and notes how long it was to be."""
    sleep = asyncio.sleep

    async def note(seconds: float) -> None:
        if seconds:
            waits.append(seconds)
        await sleep(0)

    return note


def test_a_connection_that_breaks_in_a_run_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(waiting.asyncio, "sleep", asleep(waits))
    with LoopbackServer(busy=(0,), busy_after=1) as server:
        events, done = score(server)
    assert isinstance(done, ScoreDone) and len(results(events)) == 2 and waits == [1.0]


@pytest.mark.parametrize(
    ("how", "kind", "times"),
    [
        ({"busy": (429,) * 999}, "rate_limit", 19),
        ({"busy": (429,), "retry_after": "3600"}, "rate_limit", 0),
        ({"busy": (429,), "said": "insufficient_quota"}, "quota", 0),
        ({"busy": (400,) * 2}, "refused", 0),
        ({"busy": (401,)}, "key", 0),
    ],
)
def test_waiting_has_an_end(how: dict[str, Any], kind: str, times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(waiting.asyncio, "sleep", asleep(waits))
    with LoopbackServer(busy_after=1, **how) as server:
        events, error = score(server)
    assert isinstance(error, EngineError) and error.kind == kind
    assert len(waits) == times and sum(waits) <= 900
    assert [result.letter for result in results(events)] == ["A"], "scores so far are kept"


def test_stop_is_heard_while_a_server_is_waited_for() -> None:
    engine, events = ServerEngine(lambda _: None), []
    with LoopbackServer(busy=(429,), retry_after="600") as server:
        engine.load(Load(1, server.address(), LoadOptions(), 1), events.append)
        threading.Timer(0.3, engine.cancel).start()
        with pytest.raises(EngineError) as caught:
            engine.score(Score(2, PLAIN, ONE_BY_ONE, 1), events.append)
    assert caught.value.kind == "cancelled"


def test_a_failure_with_status_200_has_the_servers_words() -> None:
    with LoopbackServer(letters="error") as server:
        _, error = score(server)
    assert isinstance(error, EngineError) and "the GPU fell off the bus" in error.message


def test_a_busy_server_is_waited_for_before_a_run_too(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(waiting.asyncio, "sleep", asleep(waits))
    engine = ServerEngine(lambda _: None)
    with LoopbackServer(listing=503) as server:
        for bare, times in ((True, 5), (False, 0)):
            with pytest.raises(EngineError):
                engine.load(Load(1, server.address(), LoadOptions(), 1, bare), lambda _: None)
            assert len(waits) == times
            waits.clear()

"""Whatever cannot be sent ends its request: nobody waits for an answer that was dropped."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from weighin.core.runs.answer import MemoryReceipt, StopReason, Timing
from weighin.core.runs.chat import Message
from weighin.core.runs.options import SamplingOptions
from weighin.hub.hub_worker import HubWorker
from weighin.protocol import wire
from weighin.protocol.hub_messages import HUB_EVENTS
from weighin.protocol.messages import EVENTS, Failed, Generate, Generated, Tokens
from weighin.workers.engine import Emit, EngineError
from weighin.workers.fake_engine import FakeEngine
from weighin.workers.model_worker import ModelWorker
from weighin.workers.text_stream import ANSWER, Piece
from weighin.workers.token_batcher import TokenBatcher

REQUEST = Generate(7, (Message("user", "hi"),), SamplingOptions(), 1)
MEGABYTES = "n" * (2 << 20)


class Engine(FakeEngine):
    """Says what it is given instead of generating."""

    def __init__(self, work: Callable[[Emit], Any]) -> None:
        super().__init__("{}")
        self._do = work

    def generate(self, request: Generate, emit: Emit) -> Any:
        return self._do(emit)


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def generated(**facts: Any) -> Generated:
    return Generated(**{"id": 7, "stop_reason": StopReason.END, "timing": Timing(), "memory": MemoryReceipt(), **facts})


def raised(error: BaseException) -> Callable[[Emit], Any]:
    def work(emit: Emit) -> Any:
        raise error

    return work


def told(emit: Emit) -> Generated:
    emit(Tokens(7, MEGABYTES, 1, "answer"))
    return generated()


@pytest.mark.parametrize(
    ("work", "kind"),
    [
        (lambda emit: generated(notices=(MEGABYTES,)), "unsendable"),
        (lambda emit: generated(timing=Timing(load_s=float("nan"))), "unsendable"),
        (lambda emit: generated(memory=MemoryReceipt(own_bytes=10**30)), "unsendable"),
        (told, "unsendable"),
        (raised(EngineError("template", MEGABYTES, MEGABYTES)), "template"),
        (raised(ValueError(MEGABYTES)), "bug"),
    ],
)
def test_a_workers_request_ends_whatever_cannot_be_sent(
    pipe: tuple[int, int], work: Callable[[Emit], Any], kind: str
) -> None:
    read, write = pipe
    worker = ModelWorker(Engine(work), read, write)
    end = _only_event(pipe, EVENTS, lambda: worker._work(REQUEST))
    assert isinstance(end, Failed)
    assert (end.id, end.kind) == (7, kind)
    assert len(end.message) <= 1000


@pytest.mark.parametrize("work", [lambda: Tokens(7, MEGABYTES, 1, "answer"), lambda: 1 / 0, lambda: _fail(MEGABYTES)])
def test_a_request_to_the_hub_ends_too(pipe: tuple[int, int], work: Callable[[], Any]) -> None:
    read, write = pipe
    worker = HubWorker(read, write)
    end = _only_event(pipe, HUB_EVENTS, lambda: worker._work(7, work))
    assert isinstance(end, Failed)
    assert end.id == 7 and len(end.message) <= 1000


def test_an_answer_that_comes_at_once_is_sent_in_pieces() -> None:
    events: list[Any] = []
    batcher = TokenBatcher(7, events.append)
    batcher.add([Piece("ä" * 250_000, ANSWER)], 1.0)
    batcher.finish([])
    assert "".join(event.text for event in events) == "ä" * 250_000
    assert [event.count for event in events] == [1, 0, 0]
    assert all(len(wire.encode(event)) < wire.MAX_LINE for event in events)


def _fail(words: str) -> Any:
    raise RuntimeError(words)


def _only_event(pipe: tuple[int, int], allowed: tuple[type, ...], act: Callable[[], Any]) -> Any:
    """The one event that comes."""
    acting = threading.Thread(target=act)
    acting.start()
    data = b""
    while not data.endswith(b"\n"):
        data += os.read(pipe[0], wire.MAX_LINE)
    acting.join()
    assert data.count(b"\n") == 1
    return wire.decode(data, allowed)

"""A model behind a server, with the surface of any other engine."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from weighin.core.errors import AppError
from weighin.core.models.server import ON_THE_SERVER, ServerAddress, parse_address
from weighin.core.runs.answer import MemoryReceipt, MemorySample
from weighin.core.runs.lane import EngineFacts
from weighin.core.safe_text import safe_name
from weighin.endpoint.answering import Answering
from weighin.endpoint.http import Endpoint
from weighin.endpoint.models import ServedModel, ServedModels, offered
from weighin.endpoint.reply import ReplyTimeouts
from weighin.endpoint.server_scoring import ServerScoring
from weighin.endpoint.waiting import Waiting
from weighin.protocol.messages import (
    Bench,
    CountTokens,
    Forecast,
    Generate,
    Generated,
    Load,
    Loaded,
    Plan,
    Score,
    ScoreDone,
    Survey,
    Surveyed,
    Tokenize,
)
from weighin.workers.engine import Emit, EngineError

# Before questions are scored: a server that is busy just then ends no run.
_WAIT_TO_LOAD_S = 60.0
_T = TypeVar("_T")


class ServerEngine:
    """`find_key` gives the key of a server, if it has one. Everything that waits, waits in an asyncio loop, which a
    cancel from another thread can break off at any moment."""

    def __init__(self, find_key: Callable[[ServerAddress], str | None], patience: ReplyTimeouts | None = None) -> None:
        self._find_key = find_key
        self._patience = patience or ReplyTimeouts()
        self._lock = threading.Lock()
        self._task: asyncio.Task[Any] | None = None
        self._stop = False
        self._progress = ("", 0, 0)
        self._endpoint: Endpoint | None = None
        self._scoring: ServerScoring | None = None
        self._model = ""
        self._listing = ServedModels()
        self._load_s = 0.0

    def facts(self) -> EngineFacts:
        """No engine of this computer."""
        return EngineFacts("-", ON_THE_SERVER, "")

    def cancel(self) -> None:
        """Break off what waits."""
        with self._lock:
            self._stop = True
            if self._task is not None:
                self._task.get_loop().call_soon_threadsafe(self._task.cancel)

    def clear_cancel(self) -> None:
        """Ready for the next job."""
        with self._lock:
            self._stop = False

    def progress(self) -> tuple[str, int, int]:
        """Phase, done, total."""
        return self._progress

    def sample_memory(self) -> MemorySample:
        """Nothing of it can be seen from here."""
        return MemorySample()

    def load(self, request: Load, emit: Emit) -> Loaded:
        """Look whether the server is there and has the model. Raises EngineError."""
        address = _address(request.path)
        begin = time.perf_counter()
        self._progress = ("loading", 0, 100)
        endpoint = Endpoint(address, self._find_key(address), self._patience)
        waiting = Waiting(_WAIT_TO_LOAD_S if request.bare else 0.0)
        self._listing = self.run(waiting.ask(lambda: offered(endpoint)), "Connecting was stopped.")
        model = self._listing.find(address)
        notices: tuple[str, ...] = ()
        if address.is_readable:
            notices += (f"The connection to {address.host} is not encrypted; others on the network can read it.",)
        if model is None:  # many servers take any name, and some list nothing
            model = ServedModel(address.model)
            notices += (self._listing.unlisted(address),)
        self._endpoint, self._model = endpoint, model.name
        self._scoring = ServerScoring(endpoint, model.name)
        self._load_s = time.perf_counter() - begin
        memory = MemoryReceipt(method=ON_THE_SERVER)
        return Loaded(request.id, self._load_s, model.context, "none", memory, {}, notices)

    def generate(self, request: Generate, emit: Emit) -> Generated:
        """Answer the messages of `request`. Raises EngineError; what came before was sent."""
        answering = Answering(self._ready(), self._model, request, emit, self._set_progress)
        try:
            self.run(answering.fetch(), "")
        except EngineError as error:
            if error.kind != "cancelled":
                raise self._named(error) from None
        memory = MemoryReceipt(method=ON_THE_SERVER)
        return Generated(
            request.id,
            answering.reason,
            answering.timing(self._load_s),
            memory,
            answering.notices,
            left_out=answering.left_out,
        )

    def tokenize(self, request: Tokenize) -> Any:
        """Not to be had: an OpenAI-compatible server shows neither its template nor its tokens."""
        raise _unsupported("The server does not show its tokens.")

    def count_tokens(self, request: CountTokens) -> Any:
        """Not to be had, for the same reason."""
        raise _unsupported("The server does not show its tokens.")

    def bench(self, request: Bench, emit: Emit) -> Any:
        """Not to be had: random tokens cannot be put to a server."""
        raise _unsupported("bench does not work with a server; use compare --repeat.")

    def plan(self, request: Plan) -> Any:
        """Not to be had."""
        raise _unsupported("The memory of a server cannot be seen from here.")

    def fidelity(self, request: Any) -> Any:
        """Not to be had: servers give the likeliest tokens alone."""
        raise _unsupported("A server gives no full log-probabilities.")

    def forecast(self, request: Forecast) -> Any:
        """Not to be had."""
        raise _unsupported("The speed of a server cannot be estimated.")

    def survey(self, request: Survey) -> Surveyed:
        """Nothing is known of the tokens of a block before it was asked: all numbers are 0."""
        return Surveyed(request.id, 0, (0,) * len(request.block.items), 0, False)

    def score(self, request: Score, emit: Emit) -> ScoreDone:
        """Ask for the letters of each question. Raises EngineError."""
        self._ready()
        assert self._scoring is not None
        work = self._scoring.score(request, emit, lambda done, of: self._set_progress("scoring", done, of))
        try:
            return self.run(work, "Scoring was stopped.")
        except EngineError as error:
            raise self._named(error) from None

    def endpoint(self, text: str) -> tuple[Endpoint, ServerAddress]:
        """The server at the address `text`, for a question that loads nothing. Raises EngineError."""
        address = _address(text)
        return Endpoint(address, self._find_key(address), self._patience), address

    def run(self, work: Coroutine[Any, Any, _T], stopped: str) -> _T:
        """Wait for `work`. Raises EngineError, of kind "cancelled" with the sentence `stopped` where it was stopped."""
        loop = asyncio.new_event_loop()
        task = loop.create_task(work)
        with self._lock:
            self._task = task
            if self._stop:
                task.cancel()
        try:
            return loop.run_until_complete(task)
        except asyncio.CancelledError:
            raise EngineError("cancelled", stopped) from None
        finally:
            with self._lock:
                self._task = None
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()

    def _ready(self) -> Endpoint:
        if self._endpoint is None:
            raise EngineError("not_loaded", "No server is connected.")
        return self._endpoint

    def _named(self, error: EngineError) -> EngineError:
        """The same error; where the server does not have the model, with those it lists."""
        if error.kind != "no_model" or self._endpoint is None:
            return error
        text = f"{self._endpoint.host} has no model “{safe_name(self._model, 80)}”. {self._listing.sentence}"
        return EngineError(error.kind, text, error.message)

    def _set_progress(self, phase: str, done: int, total: int) -> None:
        self._progress = (phase, done, total)


def _address(text: str) -> ServerAddress:
    try:
        return parse_address(text)
    except AppError as error:
        raise EngineError(error.kind, error.user_text) from None


def _unsupported(sentence: str) -> EngineError:
    return EngineError("unsupported", sentence)

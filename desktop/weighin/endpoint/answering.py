"""One answer from a server: ask, read as it comes, and keep the clock on this side."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from weighin.core.comparisons.answer import Counting, StopReason, Timing
from weighin.core.comparisons.pace import Pace
from weighin.endpoint import errors
from weighin.endpoint.chunks import Chunk, ChunkError, Usage, chunk_of, read_chunk
from weighin.endpoint.http import Endpoint, Reply
from weighin.endpoint.request_body import (
    common_options,
    left_out,
    left_out_words,
    more_options,
    question,
    refused_options,
    without,
)
from weighin.endpoint.sse import EventReader, OverlongError
from weighin.protocol.messages import Generate
from weighin.workers.clock import Clock
from weighin.workers.engine import Emit, EngineError
from weighin.workers.text_stream import REASONING, Piece, TextStream
from weighin.workers.token_batcher import TokenBatcher

_DONE = b"[DONE]"
_REASONS = {"length": StopReason.LENGTH}
# A server that never ends would fill the memory; no model writes more in one answer.
_MOST_CHARACTERS = 1 << 20
_ODD_ENDS = {"content_filter": "The server's content filter ended the answer.", "tool_calls": "It called a tool."}


class Answering:
    """Carries out one Generate request. `reason`, `notices`, `left_out` and `timing` hold at any moment what is
    known so far."""

    def __init__(
        self,
        endpoint: Endpoint,
        model: str,
        request: Generate,
        emit: Emit,
        set_progress: Callable[[str, int, int], None],
    ) -> None:
        self._endpoint, self._model, self._request = endpoint, model, request
        self._set_progress = set_progress
        self._clock = Clock()
        self._batcher = TokenBatcher(request.id, emit)
        self._stream = TextStream(request.sampling.stop, split_reasoning=not request.raw)
        self._usage = Usage()
        self._finish = ""
        self._whole = False
        self.reason = StopReason.CANCELLED
        self.notices: tuple[str, ...] = ()
        self.left_out: tuple[str, ...] = ()

    async def fetch(self) -> None:
        """Ask and read to the end. Raises EngineError; what came before was sent on."""
        self._set_progress("reading", 0, 0)
        try:
            await self._ask()
        finally:
            rest = self._stream.finish()
            self._clock.pieces(time.perf_counter(), rest)
            self._batcher.finish(rest)
        self.reason = _REASONS.get(self._finish, StopReason.END)
        if self._finish in _ODD_ENDS:
            self.notices += (_ODD_ENDS[self._finish],)

    def timing(self, load_s: float) -> Timing:
        """Times of this client; counts of the server where it gave them, else one a piece of text."""
        timing = self._clock.timing(load_s, 0, 1)
        usage = self._usage
        counted = usage.generated is not None
        return replace(
            timing,
            pace=self._pace(timing),
            prompt_tokens=usage.prompt,
            cached_tokens=usage.cached or 0,
            generated_tokens=usage.generated if usage.generated is not None else timing.generated_tokens,
            reasoning_tokens=usage.reasoning if usage.reasoning is not None else timing.reasoning_tokens,
            generation_s=None if self._whole else timing.generation_s,
            threads=None,
            major_faults=None,
            counting=Counting.SERVER if counted else Counting.PIECES,
        )

    def _pace(self, timing: Timing) -> Pace | None:
        """That of the pieces of text, which stand for as many tokens as the server counted in all."""
        pace, pieces = timing.pace, timing.generated_tokens
        if pace is None or self._whole:
            return pace and replace(pace, mark_s=(), mark_tokens=())
        tokens = pieces if self._usage.generated is None else self._usage.generated
        return replace(pace, mark_tokens=tuple(round(count * tokens / pieces) for count in pace.mark_tokens))

    async def _ask(self) -> None:
        path, body = question(self._model, self._request.messages, self._request.raw)
        sampling = self._request.sampling
        asked = taken = body | common_options(sampling) | more_options(sampling)
        while True:
            try:
                await self._read(path, taken)
            except EngineError as error:
                # Some servers take nothing they do not know, and say what that is one by one.
                names = refused_options(taken, error.message) if error.kind == "refused" else ()
                if not names:
                    raise
                taken = without(taken, names, error.message)
            else:
                break
        self.left_out = left_out(asked, taken)
        self.notices += left_out_words(asked, taken)

    async def _read(self, path: str, body: dict[str, Any]) -> None:
        async with self._endpoint.stream(path, body) as reply:
            if reply.is_json:
                await self._take_whole(reply)
            else:
                await self._take_events(reply)

    async def _take_whole(self, reply: Reply) -> None:
        self._whole = True
        self.notices += ("The server does not stream: the answer came in one piece, so there is no speed of writing.",)
        body = await self._endpoint.decoded(reply)
        try:
            self._take(read_chunk(body))
        except ChunkError as error:
            raise errors.garbage(self._endpoint.host, str(error)) from None

    async def _take_events(self, reply: Reply) -> None:
        reader = EventReader()
        try:
            async for piece in reply.pieces():
                for data in reader.feed(piece):
                    if data.strip() == _DONE:
                        return
                    self._take(chunk_of(data))
                if self._stream.stopped:
                    return
            if (data := reader.finish()) and data.strip() != _DONE:
                self._take(chunk_of(data))
        except EngineError as error:
            if error.kind != "cut" or not self._finish:
                raise
        except OverlongError:
            raise errors.garbage(self._endpoint.host, "a line of more than a megabyte") from None
        except ChunkError as error:
            raise errors.garbage(self._endpoint.host, str(error)) from None
        if not self._finish:
            raise errors.cut(self._endpoint.host)

    def _take(self, chunk: Chunk) -> None:
        if chunk.error is not None:
            raise errors.failed_inside(self._endpoint.host, chunk.error)
        self._usage = chunk.usage or self._usage
        self._finish = chunk.finish or self._finish
        if chunk.reasoning:
            self._count([Piece(chunk.reasoning, REASONING)], REASONING)
        if chunk.text:
            pieces = self._stream.feed(chunk.text.encode())
            self._count(pieces, self._stream.kind)

    def _count(self, pieces: list[Piece], kind: str) -> None:
        now = time.perf_counter()
        self._clock.token(now, pieces, kind)
        self._batcher.add(pieces, now)
        if self._clock.characters > _MOST_CHARACTERS:
            raise errors.garbage(self._endpoint.host, f"more than {_MOST_CHARACTERS:,} characters")
        self._set_progress("writing", self._clock.generated, self._request.sampling.max_tokens)

"""One answer from a server: ask, read as it comes, keep what came beside the text, and the clock on this side."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from weighin.core import format
from weighin.core.runs.answer import Counting, StopReason, Timing
from weighin.core.runs.chat import system_into_user
from weighin.core.runs.pace import Pace
from weighin.core.runs.thinking import RAW_THINKING
from weighin.core.safe_text import safe_name
from weighin.endpoint import errors
from weighin.endpoint.chunks import Chunk, ChunkError, ChunkReader
from weighin.endpoint.endings import Ending, ending_of
from weighin.endpoint.http import Endpoint
from weighin.endpoint.reply import Reply
from weighin.endpoint.request_body import (
    NO_SYSTEM_TEXT,
    common_options,
    form_options,
    left_out,
    left_out_words,
    more_options,
    never_taken,
    question,
    refused_options,
    refuses_system,
    thinking_options,
    without,
)
from weighin.endpoint.sse import Event, EventReader, OverlongError, is_done
from weighin.endpoint.usage import Usage, cut_notice
from weighin.protocol.messages import Generate
from weighin.workers.clock import Clock
from weighin.workers.engine import Emit, EngineError
from weighin.workers.text_stream import REASONING, Piece, TextStream
from weighin.workers.token_batcher import TokenBatcher


class Received:
    """usage: as far as the server counted. finish: its own word for the end, "" before. odd: its words that are part of
    no answer. in_one_piece: all text came at once."""

    def __init__(self) -> None:
        self.usage = Usage()
        self.finish = self.odd = ""
        self.in_one_piece = False
        self._tools: tuple[str, ...] = ()
        self._unread: tuple[str, ...] = ()
        self._refused = self._others = self._whole = False
        self._texts = self._reasonings = 0

    @property
    def complete(self) -> bool:
        """Whether the answer is at its end, if nothing more comes: a whole message needs no word for it."""
        return bool(self.finish) or (self._whole and self._texts < 2)

    @property
    def written(self) -> int | None:
        """Tokens of this answer as the server counted them; with other answers beside it nobody knows its part."""
        return None if self._others else self.usage.generated

    @property
    def reasons(self) -> bool:
        """Whether the model thought before it answered, as far as the server shows."""
        return bool(self.usage.reasoning or self._reasonings)

    @property
    def hides_reasoning(self) -> bool:
        """Whether reasoning was counted that never came: what came was then not written in the time it took."""
        return bool(self.usage.reasoning) and not self._reasonings

    @property
    def has_no_speed(self) -> bool:
        """Whether the times of the pieces say nothing of how fast the answer was written."""
        return self.in_one_piece or self.hides_reasoning

    def take(self, chunk: Chunk) -> None:
        """Note one more chunk."""
        if chunk.text or chunk.reasoning:
            self.usage = self.usage.before_more()
            self._texts += 1
            self.in_one_piece = chunk.whole and self._texts == 1
        self._whole = chunk.whole
        if chunk.usage:
            self.usage = self.usage.then(chunk.usage)
        self.finish = chunk.finish or self.finish
        self.odd = chunk.odd or self.odd
        self._tools += chunk.tools
        self._unread += chunk.unread
        self._refused, self._others = self._refused or chunk.refused, self._others or chunk.others

    def reasoning(self) -> None:
        """Some of the text is reasoning."""
        self._reasonings += 1

    def ending(self) -> Ending:
        """Why the answer ended."""
        return ending_of(self.finish, self._tools)

    def remarks(self, limit: int) -> Iterator[str]:
        """Sentences on how the answer came; `limit`: the most tokens that it was to have."""
        if self.in_one_piece:
            yield "The server does not stream, so there is no generation speed."
        elif self.hides_reasoning:
            yield "The server does not send the reasoning it counts, so there is no generation speed."
        if self.written is not None and self.written > limit:
            counted = f"{format.count(self.written)} answer tokens"
            yield f"The server counted {counted}, over the limit of {format.count(limit)}."
        if self._refused:
            yield "The server marked this answer as a refusal."
        if self._others:
            yield "The server sent several answers; this is the first."
        if self._unread:
            yield f"Left out because it is not text: {safe_name(', '.join(dict.fromkeys(self._unread)), 80)}."
        if self.odd:
            yield f"The server sent something unexpected: {self.odd}"


# A server that never ends would fill the memory; no model writes more in one answer.
_MOST_CHARACTERS = 1 << 20


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
        self._chunks = ChunkReader()
        self._received = Received()
        self.reason = StopReason.CANCELLED
        self.notices: tuple[str, ...] = ()
        self.left_out: tuple[str, ...] = ()

    async def fetch(self) -> None:
        """Ask and read to the end. Raises EngineError; what came before was sent on."""
        self._set_progress("reading", 0, 0)
        try:
            await self._ask()
        finally:
            rest = self._text_pieces(self._chunks.finish()) + self._stream.finish()
            self._clock.pieces(time.perf_counter(), rest)
            self._batcher.finish(rest)
        ending = self._received.ending()
        if ending.broken:
            raise errors.broken_off(self._endpoint.host, self._received.finish)
        self.reason = ending.reason
        limit = self._request.sampling.max_tokens
        self.notices += tuple(notice for notice in (ending.notice, *self._received.remarks(limit)) if notice)

    def timing(self, load_s: float) -> Timing:
        """Times of this client; counts of the server where it gave them, else one a piece of text."""
        timing = self._clock.timing(load_s, 0, 1)
        usage, written = self._received.usage, self._received.written
        reasoning = usage.reasoning or timing.reasoning_tokens
        return replace(
            timing,
            pace=self._pace(timing),
            prompt_tokens=usage.prompt,
            cached_tokens=usage.cached or 0,
            generated_tokens=timing.generated_tokens if written is None else written,
            reasoning_tokens=reasoning if written is None else min(reasoning, written),
            generation_s=None if self._received.has_no_speed else timing.generation_s,
            threads=None,
            major_faults=None,
            counting=Counting.PIECES if written is None else Counting.SERVER,
        )

    def _pace(self, timing: Timing) -> Pace | None:
        """That of the pieces of text, which stand for as many tokens as the server counted in all."""
        pace, pieces = timing.pace, timing.generated_tokens
        if pace is None or self._received.has_no_speed:
            return pace and replace(pace, mark_s=(), mark_tokens=())
        tokens = self._received.written or pieces
        return replace(pace, mark_tokens=tuple(round(count * tokens / pieces) for count in pace.mark_tokens))

    async def _ask(self) -> None:
        sampling, raw = self._request.sampling, self._request.raw
        path, body = question(self._model, self._request.messages, raw)
        asked = body | common_options(sampling) | more_options(sampling)
        asked |= thinking_options(sampling, raw) | form_options(sampling, raw)
        taken = asked
        merged = system_into_user(self._request.messages)
        while True:
            try:
                await self._read(path, taken)
            except EngineError as error:
                if "messages" in taken and merged != self._request.messages and refuses_system(error):
                    if self._clock.generated:
                        raise
                    taken = taken | question(self._model, merged, False)[1]
                    merged = self._request.messages
                    self.notices += (NO_SYSTEM_TEXT,)
                    continue
                # Some servers take nothing they do not know, and say what that is one by one.
                names = refused_options(taken, error.message) if error.kind == "refused" else ()
                if not names:
                    raise
                taken = without(taken, names, error.message)
            else:
                break
        refused, never = left_out(asked, taken), never_taken(sampling, raw)
        self.left_out = (*refused, *never)
        said = refused if raw else self.left_out
        self.notices += left_out_words(said, asked, taken) + ((RAW_THINKING,) if raw and never else ())
        if sampling.thinking == "off" and self._received.reasons and "thinking" not in self.left_out:
            self.notices += ("This server did not switch thinking off.",)
        if cut := cut_notice(taken, self._received.usage.read):
            self.notices += (cut,)

    async def _read(self, path: str, body: dict[str, Any]) -> None:
        host = self._endpoint.host
        async with self._endpoint.stream(path, body) as reply:
            first = await reply.first_byte()
            if not first:
                raise errors.silent(host)
            if first == b"<":
                raise errors.not_endpoint(host, "a web page")
            try:
                await self._take_events(reply)
            except EngineError as error:
                # Some servers break the connection off, or leave it open, once all is said.
                if error.kind not in ("cut", "stalled") or not self._received.finish:
                    raise
            except OverlongError:
                raise errors.garbage(host, "a line of more than a megabyte") from None
            except ChunkError as error:
                if not self._received.finish:
                    raise self._unreadable(str(error)) from None

    async def _take_events(self, reply: Reply) -> None:
        reader = EventReader()
        async for piece in reply.pieces():
            if self._take_all(reader.feed(piece), reply):
                return
        if self._take_all(reader.finish(), reply) or self._received.complete:
            return
        if self._received.odd:
            raise errors.failed_inside(self._endpoint.host, self._received.odd)
        if not self._chunks.is_answer:
            raise self._unreadable("nothing readable")
        raise errors.cut(self._endpoint.host)

    def _take_all(self, events: list[Event], reply: Reply) -> bool:
        """Whether nothing more is wanted after these."""
        for event in events:
            if is_done(event.data):
                if not self._chunks.is_answer:
                    raise self._unreadable("the end of an answer without an answer")
                return True
            for chunk in self._chunks.read(event):
                self._take(chunk)
            if self._clock.generated:
                reply.begin()
            if self._stream.stopped:
                return True
        return False

    def _take(self, chunk: Chunk) -> None:
        if chunk.error is not None:
            raise errors.failed_inside(self._endpoint.host, chunk.error)
        self._received.take(chunk)
        if chunk.reasoning:
            self._stream.reasoning_came_apart()
            self._count([Piece(chunk.reasoning, REASONING)], REASONING)
        if chunk.text:
            pieces = self._stream.feed(chunk.text.encode())
            self._count(pieces, self._stream.kind)

    def _text_pieces(self, chunk: Chunk) -> list[Piece]:
        """What was held back, at the end."""
        reasoning = [Piece(chunk.reasoning, REASONING)] if chunk.reasoning else []
        return reasoning + self._stream.feed(chunk.text.encode())

    def _count(self, pieces: list[Piece], kind: str) -> None:
        now = time.perf_counter()
        self._clock.token(now, pieces, kind)
        if kind == REASONING or any(piece.was_reasoning or piece.kind == REASONING for piece in pieces):
            self._received.reasoning()
        self._batcher.add(pieces, now)
        if self._clock.characters > _MOST_CHARACTERS:
            raise errors.garbage(self._endpoint.host, f"more than {format.count(_MOST_CHARACTERS)} characters")
        self._set_progress("writing", self._clock.generated, self._request.sampling.max_tokens)

    def _unreadable(self, what: str) -> EngineError:
        """The sentence for what is no answer: before anything of one came, this may be no such server at all."""
        say = errors.garbage if self._chunks.is_answer else errors.not_endpoint
        return say(self._endpoint.host, what)

"""One answer: render, read, write token after token, and keep the clock."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from weighin.core.answer import StopReason, Timing
from weighin.core.repetition import WINDOW, goes_in_circles
from weighin.protocol.messages import Generate, PromptRead, Tokens
from weighin.workers.decoder import CancelledError, Decoder
from weighin.workers.engine import Emit, EngineError
from weighin.workers.prompt import PromptBuilder, RenderedPrompt
from weighin.workers.sampling import Sampler
from weighin.workers.system import major_faults, suspended_seconds
from weighin.workers.text_stream import ANSWER, REASONING, Piece, TextStream
from weighin.workers.vocabulary import Vocabulary

BATCH_S = 0.03
BATCH_TOKENS = 64
_RENDERED_LIMIT = 150_000


class TokenBatcher:
    """Gathers text for 30 ms or 64 tokens, so that the window gets tens of messages a second, not thousands."""

    def __init__(self, request_id: int, emit: Emit) -> None:
        self._id, self._emit = request_id, emit
        self._text, self._kind, self._count = "", ANSWER, 0
        self._sent = 0.0

    def add(self, pieces: list[Piece], now: float) -> None:
        """One more token, which completed `pieces` (none, when it ended inside a character)."""
        self._count += 1
        self._take(pieces)
        if self._text and (self._count >= BATCH_TOKENS or now - self._sent >= BATCH_S):
            self.flush(now)

    def finish(self, pieces: list[Piece]) -> None:
        """The last pieces, which no token brings."""
        self._take(pieces)
        self.flush(0.0)

    def flush(self, now: float) -> None:
        """Send what there is."""
        if self._text or self._count:
            self._emit(Tokens(self._id, self._text, self._count, self._kind))
        self._text, self._count, self._sent = "", 0, now

    def _take(self, pieces: list[Piece]) -> None:
        for piece in pieces:
            if piece.kind != self._kind and self._text:
                self.flush(self._sent)
            self._kind = piece.kind
            self._text += piece.text


class Clock:
    """The moments of one answer, in seconds of a monotonic clock."""

    def __init__(self) -> None:
        self.begin = time.perf_counter()
        self.suspended = suspended_seconds()
        self.faults = major_faults()
        self.prompt_s: float | None = None
        self.first_text: float | None = None
        self.first_answer: float | None = None
        self.first_token: float | None = None
        self.last_token: float | None = None
        self.generated = self.reasoning = self.characters = 0

    def token(self, now: float, pieces: list[Piece], kind: str) -> None:
        """A token was chosen at `now` and completed `pieces`; the stream then stood in `kind`."""
        if self.first_token is None:
            self.first_token = now
        self.last_token = now
        self.generated += 1
        self.reasoning += kind == REASONING
        self.pieces(now, pieces)

    def pieces(self, now: float, pieces: list[Piece]) -> None:
        """Text appeared at `now`."""
        for piece in pieces:
            self.characters += len(piece.text)
            if self.first_text is None:
                self.first_text = now
            if self.first_answer is None and piece.kind == ANSWER and piece.text.strip():
                self.first_answer = now

    def timing(self, load_s: float, prompt_tokens: int, threads: int) -> Timing:
        """The account, at the end."""
        end = time.perf_counter()
        faults = major_faults()
        span = None
        if self.first_token is not None and self.last_token is not None:
            span = self.last_token - self.first_token
        return Timing(
            load_s=load_s,
            prompt_tokens=prompt_tokens,
            prompt_s=self.prompt_s,
            first_token_s=None if self.first_text is None else self.first_text - self.begin,
            first_answer_token_s=None if self.first_answer is None else self.first_answer - self.begin,
            generated_tokens=self.generated,
            reasoning_tokens=self.reasoning,
            generation_s=span,
            characters=self.characters,
            total_s=end - self.begin,
            major_faults=None if faults is None or self.faults is None else faults - self.faults,
            threads=threads,
            disturbed=suspended_seconds() - self.suspended > 1.0,
        )


class Generation:
    """Carries out one Generate request on a loaded model."""

    def __init__(
        self,
        decoder: Decoder,
        vocabulary: Vocabulary,
        prompts: PromptBuilder,
        request: Generate,
        emit: Emit,
        set_progress: Callable[[str, int, int], None],
    ) -> None:
        self._decoder, self._vocabulary, self._prompts = decoder, vocabulary, prompts
        self._request, self._emit, self._set_progress = request, emit, set_progress
        self._clock = Clock()
        self._batcher = TokenBatcher(request.id, emit)
        self._recent: deque[int] = deque(maxlen=WINDOW)

    def run(self, load_s: float) -> tuple[Timing, StopReason, tuple[str, ...]]:
        """Timing, stop reason and notices. Raises EngineError where there can be no answer."""
        self._set_progress("reading", 0, 0)
        prompt = self._prompts.build(self._request.messages, self._request.raw)
        self._check(prompt)
        self._emit(PromptRead(self._request.id, prompt.text[:_RENDERED_LIMIT], len(prompt.tokens)))
        self._decoder.set_threads(self._request.threads)
        self._decoder.clear()
        sampler = Sampler(self._decoder.context, self._vocabulary.size, self._request.sampling, prompt.tokens)
        stream = TextStream(self._request.sampling.stop, prompt.text, split_reasoning=not self._request.raw)
        try:
            reason = self._read_and_write(prompt, sampler, stream)
        except CancelledError:
            reason = StopReason.CANCELLED
        finally:
            sampler.close()
            rest = stream.finish()
            self._clock.pieces(time.perf_counter(), rest)
            self._batcher.finish(rest)
        notices = prompt.notices
        if reason is not StopReason.END and goes_in_circles(tuple(self._recent)):
            notices += ("The answer goes in circles: the model repeats itself without end.",)
        return self._clock.timing(load_s, len(prompt.tokens), self._request.threads), reason, notices

    def _check(self, prompt: RenderedPrompt) -> None:
        limit = self._decoder.context_tokens
        if not prompt.tokens:
            raise EngineError("empty_prompt", "The prompt is empty: there is nothing to put to the model.")
        if len(prompt.tokens) >= limit:
            raise EngineError(
                "prompt_too_long",
                f"The prompt has {len(prompt.tokens):,} tokens; this model's context holds {limit:,}, answer included. "
                "Nothing was cut and nothing was run.",
            )

    def _read_and_write(self, prompt: RenderedPrompt, sampler: Sampler, stream: TextStream) -> StopReason:
        decoder, clock, total = self._decoder, self._clock, len(prompt.tokens)
        self._set_progress("reading", 0, total)
        begin = time.perf_counter()
        decoder.read(prompt.tokens, lambda done: self._set_progress("reading", done, total))
        decoder.synchronize()
        clock.prompt_s = time.perf_counter() - begin
        limit = self._request.sampling.max_tokens
        while True:
            token = sampler.sample()
            now = time.perf_counter()
            if self._vocabulary.is_end(token):
                return StopReason.END
            pieces = stream.feed(self._vocabulary.piece(token))
            clock.token(now, pieces, stream.kind)
            self._batcher.add(pieces, now)
            self._recent.append(token)
            self._set_progress("writing", clock.generated, limit)
            if stream.stopped:
                return StopReason.END
            if clock.generated >= limit:
                return StopReason.LENGTH
            if decoder.position >= decoder.context_tokens:
                return StopReason.CONTEXT
            if decoder.cancelled:
                return StopReason.CANCELLED
            decoder.read_one(token)

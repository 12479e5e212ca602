"""One answer: render, read, write token after token, and keep the clock."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence

from weighin.core import format
from weighin.core.runs.answer import MOST_PIECES, PromptProof, StopReason, Timing
from weighin.protocol.messages import Generate, PromptRead
from weighin.workers.clock import Clock
from weighin.workers.engine import Emit, EngineError
from weighin.workers.llama.decoder import CancelledError, Decoder
from weighin.workers.llama.prompt import PromptBuilder, RenderedPrompt
from weighin.workers.llama.sampler import Sampler
from weighin.workers.llama.vocabulary import Vocabulary
from weighin.workers.text_stream import TextStream
from weighin.workers.token_batcher import TokenBatcher

WINDOW = 96
LONGEST_PERIOD = 24


def goes_in_circles(tokens: Sequence[int]) -> bool:
    """Whether the last WINDOW `tokens` are one stretch of at most LONGEST_PERIOD tokens, said over and over."""
    tail = list(tokens[-WINDOW:])
    if len(tail) < WINDOW:
        return False
    return any(tail[period:] == tail[:-period] for period in range(1, LONGEST_PERIOD + 1))


_RENDERED_LIMIT = 150_000
_LONGEST_PIECE = 60


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

    def run(self, load_s: float) -> tuple[Timing, StopReason, tuple[str, ...], PromptProof]:
        """Timing, stop reason, notices and what the model was given. Raises EngineError where there can be no
        answer."""
        self._set_progress("reading", 0, 0)
        prompt = self._prompts.build(self._request.messages, self._request.raw)
        self._check(prompt)
        self._emit(PromptRead(self._request.id, prompt.text[:_RENDERED_LIMIT], len(prompt.tokens)))
        self._decoder.set_threads(self._request.threads)
        self._decoder.clear()
        sampler = Sampler(self._decoder.context, self._vocabulary.size, self._request.sampling, prompt.tokens)
        question = self._request.messages[-1].content if self._request.messages else ""
        stream = TextStream(self._request.sampling.stop, prompt.text, question, split_reasoning=not self._request.raw)
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
            notices += ("The model is repeating itself.",)
        timing = self._clock.timing(load_s, len(prompt.tokens), self._request.threads)
        return timing, reason, notices, self._proof(prompt)  # after the clock: thousands of pieces take their time

    def _proof(self, prompt: RenderedPrompt) -> PromptProof:
        tokens = tuple(prompt.tokens[:MOST_PIECES])
        pieces = (self._vocabulary.piece(token, True) for token in tokens)
        shown = tuple(piece.decode("utf-8", "backslashreplace")[:_LONGEST_PIECE] for piece in pieces)
        return PromptProof(prompt.template, tokens, shown)

    def _check(self, prompt: RenderedPrompt) -> None:
        limit = self._decoder.context_tokens
        if not prompt.tokens:
            raise EngineError("empty_prompt", "The prompt is empty.")
        if len(prompt.tokens) >= limit:
            raise EngineError(
                "prompt_too_long",
                f"The prompt has {format.count(len(prompt.tokens))} tokens; the context is set to "
                f"{format.count(limit)}, answer included. Nothing was run.",
            )

    def _read_and_write(self, prompt: RenderedPrompt, sampler: Sampler, stream: TextStream) -> StopReason:
        decoder, clock, total = self._decoder, self._clock, len(prompt.tokens)
        self._set_progress("reading", 0, total)
        clock.begin_reading()
        decoder.read(prompt.tokens, lambda done: self._set_progress("reading", done, total))
        decoder.synchronize()
        clock.end_reading()
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

"""One answer: render, read, write token after token, and keep the clock."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence

from weighin.core import format
from weighin.core.runs.answer import MOST_PIECES, PromptProof, StopReason, Timing
from weighin.core.runs.thinking import NO_SWITCH, RAW_THINKING
from weighin.protocol.messages import Generate, PromptRead
from weighin.workers.clock import Clock
from weighin.workers.engine import Emit, EngineError
from weighin.workers.llama.answer_form import AnswerForm
from weighin.workers.llama.decoder import CancelledError, Decoder
from weighin.workers.llama.prompt import PromptBuilder, RenderedPrompt
from weighin.workers.llama.sampler import Sampler
from weighin.workers.llama.thinking_limit import ThinkingLimit, thinking_room
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
        answer, and where the grammar lets it not go on."""
        self._set_progress("reading", 0, 0)
        request, sampling = self._request, self._request.sampling
        asked = {"auto": None, "on": True, "off": False}[sampling.thinking]
        budget = 0 if asked is False else sampling.thinking_tokens or None
        prompt = self._prompts.build(request.messages, request.raw, asked, budget=budget)
        self._check(prompt)
        room, shortened = thinking_room(sampling, len(prompt.tokens), self._decoder.context_tokens)
        grammar, loose = self._vocabulary.grammar(sampling)
        self._emit(PromptRead(request.id, prompt.text[:_RENDERED_LIMIT], len(prompt.tokens)))
        self._decoder.set_threads(request.threads)
        self._decoder.clear()
        sampler = Sampler(self._decoder.context, self._vocabulary.size, sampling, prompt.tokens)
        question = request.messages[-1].content if request.messages else ""
        stream = TextStream(sampling.stop, prompt.text, question, split_reasoning=not request.raw)
        form = AnswerForm(sampler, grammar, self._vocabulary, stream)
        limit = ThinkingLimit(room, self._decoder, sampler, self._vocabulary, stream)
        try:
            reason = self._read_and_write(prompt, form, limit, stream)
        except CancelledError:
            reason = StopReason.CANCELLED
        finally:
            sampler.close()
            if grammar is not None:
                grammar.close()
            rest = stream.finish()
            self._clock.pieces(time.perf_counter(), rest)
            self._batcher.finish(rest)
        timing = self._clock.timing(load_s, len(prompt.tokens), request.threads)
        # After the clock: templates and thousands of pieces take their time.
        notices = prompt.notices + self._thinking_notice(prompt, asked) + shortened + loose
        if reason is not StopReason.END and goes_in_circles(tuple(self._recent)):
            notices += ("The model is repeating itself.",)
        return timing, reason, notices, self._proof(prompt)

    def _thinking_notice(self, prompt: RenderedPrompt, asked: bool | None) -> tuple[str, ...]:
        """A sentence where what was asked of thinking is without effect."""
        if self._request.raw and (asked is not None or self._request.sampling.thinking_tokens):
            return (RAW_THINKING,)
        if asked is None or (prompt.template == "own" and self._prompts.switches_thinking(self._request.messages)):
            return ()
        return (NO_SWITCH,)

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

    def _read_and_write(
        self, prompt: RenderedPrompt, form: AnswerForm, thinking: ThinkingLimit, stream: TextStream
    ) -> StopReason:
        decoder, clock, total = self._decoder, self._clock, len(prompt.tokens)
        self._set_progress("reading", 0, total)
        clock.begin_reading()
        decoder.read(prompt.tokens, lambda done: self._set_progress("reading", done, total))
        decoder.synchronize()
        clock.end_reading()
        limit = self._request.sampling.max_tokens
        while True:
            token = form.choose()
            now = time.perf_counter()
            if token is None:
                return StopReason.END
            pieces = form.feed(token)
            clock.token(now, pieces, stream.kind)
            self._batcher.add(pieces, now)
            self._recent.append(token)
            self._set_progress("writing", clock.generated, limit + thinking.tokens)
            if stream.stopped:
                return StopReason.END
            if clock.generated - min(clock.reasoning, thinking.tokens) >= limit:
                return StopReason.LENGTH
            if decoder.position >= decoder.context_tokens:
                return StopReason.CONTEXT
            if decoder.cancelled:
                return StopReason.CANCELLED
            if not thinking.is_reached(clock):
                decoder.read_one(token)
                continue
            if not thinking.has_room:
                return StopReason.CONTEXT
            self._batcher.finish(thinking.end(token))
            clock.thinking_cut = True
            form.end_thinking()

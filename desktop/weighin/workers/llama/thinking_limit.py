"""Ends thinking after so many tokens, the way the model itself would: by its own mark, as tokens of the context."""

from __future__ import annotations

from weighin.core import format
from weighin.core.runs.options import SamplingOptions
from weighin.workers.clock import Clock
from weighin.workers.engine import EngineError
from weighin.workers.llama.decoder import Decoder
from weighin.workers.llama.sampler import Sampler
from weighin.workers.llama.vocabulary import Vocabulary
from weighin.workers.text_stream import REASONING, Piece, TextStream

# More than the marks of any family are made of.
_ENDING = 32


def thinking_room(sampling: SamplingOptions, prompt: int, context: int) -> tuple[int, tuple[str, ...]]:
    """How many tokens thinking may have, 0 for no limit of its own, so that the answer has its place behind it; a
    sentence where these are fewer than asked for. Raises EngineError where there is no room for any."""
    if not sampling.thinking_tokens:
        return 0, ()
    room = context - prompt - sampling.max_tokens - _ENDING
    if room < 1:
        raise EngineError(
            "prompt_too_long",
            f"The prompt has {format.count(prompt)} tokens; with an answer of up to "
            f"{format.count(sampling.max_tokens)}, a context of {format.count(context)} leaves no room for thinking. "
            "Nothing was run.",
        )
    if room >= sampling.thinking_tokens:
        return sampling.thinking_tokens, ()
    return room, (
        f"Thinking was limited to {format.count(room)} tokens, for the answer to fit into the context of "
        f"{format.count(context)}.",
    )


class ThinkingLimit:
    """tokens: how many the thinking may have, 0 for any number."""

    def __init__(
        self, tokens: int, decoder: Decoder, sampler: Sampler, vocabulary: Vocabulary, stream: TextStream
    ) -> None:
        self.tokens = tokens
        self._decoder, self._sampler, self._vocabulary, self._stream = decoder, sampler, vocabulary, stream

    def is_reached(self, clock: Clock) -> bool:
        """Whether the thinking that goes on just now has had all its tokens."""
        return bool(self.tokens) and self._stream.kind == REASONING and clock.reasoning >= self.tokens

    @property
    def has_room(self) -> bool:
        """Whether the context still takes the mark."""
        return self._decoder.position + 1 + len(self._ending) < self._decoder.context_tokens

    def end(self, last: int) -> list[Piece]:
        """Put the `last` token and the mark behind it into the context; the text of the thinking that was held back.
        Raises as Decoder.read."""
        ending = self._ending
        self._decoder.read([last, *ending], lambda _: None)
        for token in ending:
            self._sampler.accept(token)
        return self._stream.close_reasoning()

    @property
    def _ending(self) -> list[int]:
        assert self._stream.opened is not None
        return self._vocabulary.tokenize(self._stream.opened.forced, True)

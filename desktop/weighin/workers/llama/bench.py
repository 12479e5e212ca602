"""Reading and writing speed on random tokens, the way llama-bench counts: apart, after a warm-up, memory cleared."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from weighin.core import format
from weighin.core.comparisons.speed_test import BenchRounds
from weighin.protocol.messages import Bench
from weighin.workers.engine import EngineError
from weighin.workers.llama.decoder import CancelledError, Decoder
from weighin.workers.llama.vocabulary import Vocabulary


def run_bench(
    request: Bench, decoder: Decoder, vocabulary: Vocabulary, set_progress: Callable[[str, int, int], None]
) -> BenchRounds:
    """Seconds of each timed round. Raises EngineError where the context is too small or the job was stopped."""
    need = max(request.prompt_tokens, request.generate_tokens)
    if need > decoder.context_tokens:
        fits = f"this context of {format.count(decoder.context_tokens)}"
        raise EngineError("context", f"{format.count(need)} tokens do not fit in {fits}.")
    draw = random.Random(0)
    tokens = [draw.randrange(vocabulary.size) for _ in range(need)]
    decoder.set_threads(request.threads)
    prompt_s: list[float] = []
    generation_s: list[float] = []
    try:
        for number in range(request.repeat + 1):
            set_progress("reading", number, request.repeat + 1)
            read = _read(decoder, tokens[: request.prompt_tokens])
            set_progress("writing", number, request.repeat + 1)
            written = _write(decoder, tokens[: request.generate_tokens])
            if number > 0:  # the first round is the warm-up
                prompt_s.append(read)
                generation_s.append(written)
    except CancelledError:
        raise EngineError("cancelled", "The measurement was stopped.") from None
    return BenchRounds(
        request.prompt_tokens,
        request.generate_tokens,
        tuple(prompt_s),
        tuple(generation_s),
        request.threads,
    )


def _read(decoder: Decoder, tokens: list[int]) -> float:
    decoder.clear()
    begin = time.perf_counter()
    decoder.read(tokens, lambda _: None)
    decoder.synchronize()
    return time.perf_counter() - begin


def _write(decoder: Decoder, tokens: list[int]) -> float:
    decoder.clear()
    begin = time.perf_counter()
    for token in tokens:
        decoder.read_one(token)
        decoder.synchronize()
    return time.perf_counter() - begin

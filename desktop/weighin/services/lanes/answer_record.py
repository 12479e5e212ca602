"""An answer while it is being written: everything that survives when its worker does not."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from weighin.core.runs.answer import Answer, Failure, MemoryReceipt, MemorySample, PromptProof, StopReason, Timing, rate
from weighin.core.runs.progress import LivePoint

_WINDOW_S, _LEAST_WINDOW_S = 1.0, 0.5


class AnswerRecord:
    """Gathers text, counts and the last memory sample of one running answer."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock`: seconds."""
        self._clock = clock
        self._answer: list[str] = []
        self._reasoning: list[str] = []
        self._begin = clock()
        self._recent: deque[tuple[float, int]] = deque()
        self._memory = MemorySample()
        self._rendered = ""
        self._first_text_s: float | None = None
        self.tokens = 0
        self.prompt_tokens: int | None = None

    def prompt(self, rendered: str, tokens: int) -> None:
        """The prompt as the model saw it."""
        self._rendered, self.prompt_tokens = rendered, tokens

    def piece(self, text: str, count: int, kind: str) -> None:
        """One more piece of text."""
        if text and self._first_text_s is None:
            self._first_text_s = self._clock() - self._begin
        (self._reasoning if kind == "reasoning" else self._answer).append(text)
        self.tokens += count

    def was_reasoning(self) -> None:
        """What was written of the answer so far is its reasoning."""
        self._reasoning += self._answer
        self._answer.clear()

    def point(self, memory: MemorySample) -> LivePoint:
        """This moment, with the speed over the last second as seen from here (for the chart, not for the record).

        None until half a second can be looked back on: two moments that come close together after a stall would make
        any number of tokens a speed. The oldest moment stays until the next one is a whole second ago."""
        now = self._clock()
        self._memory = memory
        self._recent.append((now, self.tokens))
        while len(self._recent) > 1 and now - self._recent[1][0] >= _WINDOW_S:
            self._recent.popleft()
        then, before = self._recent[0]
        speed = rate(self.tokens - before, now - then) if now - then >= _LEAST_WINDOW_S else None
        return LivePoint(now - self._begin, self.tokens, speed, memory, self._first_text_s)

    def last_memory(self) -> MemoryReceipt:
        """The best that can be said of memory when the worker is gone."""
        sample = self._memory
        if sample.total_bytes is None:
            return MemoryReceipt()
        return MemoryReceipt(
            sample.own_bytes, sample.model_file_bytes, sample.total_bytes, method="last live sample before the end"
        )

    def answer(
        self,
        reason: StopReason,
        timing: Timing,
        memory: MemoryReceipt,
        context: int | None,
        notices: tuple[str, ...],
        failure: Failure | None = None,
        proof: PromptProof | None = None,
        left_out: tuple[str, ...] = (),
    ) -> Answer:
        """The finished record."""
        texts = "".join(self._answer), "".join(self._reasoning)
        return Answer(*texts, reason, timing, memory, self._rendered, context, notices, failure, proof, left_out)

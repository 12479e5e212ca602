"""The moments of one answer."""

from __future__ import annotations

import math
import time

from weighin.core.runs.answer import Timing
from weighin.core.runs.pace import Pace, next_mark
from weighin.workers.system import major_faults, suspended_seconds
from weighin.workers.text_stream import ANSWER, REASONING, Piece


class Clock:
    """The moments of one answer, in seconds of a monotonic clock that all processes of the computer share."""

    def __init__(self) -> None:
        self.begin = time.perf_counter()
        self.suspended = suspended_seconds()
        self.faults = major_faults()
        self.reading: float | None = None
        self.prompt_s: float | None = None
        self.first_text: float | None = None
        self.first_answer: float | None = None
        self.first_token: float | None = None
        self.last_token: float | None = None
        self.generated = self.reasoning = self.characters = 0
        self.thinking_cut = False
        self._marks: list[tuple[float, int]] = []
        self._next_mark = 1

    def begin_reading(self) -> None:
        """The prompt goes to the model now."""
        self.reading = time.perf_counter()

    def end_reading(self) -> None:
        """The model has read the prompt."""
        assert self.reading is not None
        self.prompt_s = time.perf_counter() - self.reading

    def token(self, now: float, pieces: list[Piece], kind: str) -> None:
        """A token was chosen at `now` and completed `pieces`; the stream then stood in `kind`."""
        if self.first_token is None:
            self.first_token = now
        self.last_token = now
        self.generated += 1
        if self.generated == self._next_mark:
            self._marks.append((now, self.generated))
            self._next_mark = next_mark(self.generated)
        self.reasoning += kind == REASONING
        self.pieces(now, pieces)

    def pieces(self, now: float, pieces: list[Piece]) -> None:
        """Text appeared at `now`."""
        for piece in pieces:
            if piece.was_reasoning:
                # The token of the mark itself counts for neither.
                self.reasoning, self.first_answer = max(0, self.generated - 1), None
            self.characters += len(piece.text)
            if self.first_text is None and piece.text:
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
            pace=self._pace(),
            thinking_cut=self.thinking_cut,
        )

    def _pace(self) -> Pace:
        marks = list(self._marks)
        if self.last_token is not None and marks[-1][1] != self.generated:
            marks.append((self.last_token, self.generated))
        reading = None if self.reading is None else _after(self.begin, self.reading)
        return Pace(self.begin, reading, tuple(_after(self.begin, at) for at, _ in marks), tuple(n for _, n in marks))


def _after(begin: float, moment: float) -> float:
    """Whole microseconds, cut off: no mark lies behind the end."""
    return math.floor((moment - begin) * 1e6) / 1e6

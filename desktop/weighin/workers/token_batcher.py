"""Tokens in portions."""

from __future__ import annotations

from weighin.protocol.messages import Tokens, WasReasoning
from weighin.workers.engine import Emit
from weighin.workers.text_stream import ANSWER, Piece

BATCH_S = 0.03
BATCH_TOKENS = 64
# Of one message: a server can send its whole answer at once.
_MOST_CHARACTERS = 100_000


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
        """Pieces that no token brings, at the end of the thinking or of the answer."""
        self._take(pieces)
        self.flush(0.0)

    def flush(self, now: float) -> None:
        """Send what there is."""
        if self._text or self._count:
            self._emit(Tokens(self._id, self._text[:_MOST_CHARACTERS], self._count, self._kind))
        for start in range(_MOST_CHARACTERS, len(self._text), _MOST_CHARACTERS):
            self._emit(Tokens(self._id, self._text[start : start + _MOST_CHARACTERS], 0, self._kind))
        self._text, self._count, self._sent = "", 0, now

    def _take(self, pieces: list[Piece]) -> None:
        for piece in pieces:
            if piece.was_reasoning:
                self.flush(self._sent)
                self._emit(WasReasoning(self._id))
            if piece.kind != self._kind and self._text:
                self.flush(self._sent)
            self._kind = piece.kind
            self._text += piece.text

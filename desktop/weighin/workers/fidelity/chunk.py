"""The tokens of one chunk of text."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from weighin.core.fidelity.fidelity import LIKELIEST_KEPT, LikelyToken
from weighin.core.fidelity.reading import compared
from weighin.protocol.fidelity_messages import ChunkPlace
from weighin.workers.engine import EngineError
from weighin.workers.fidelity.divergence import likeliest
from weighin.workers.llama.vocabulary import Vocabulary

# A chunk travels in one message: most characters of a token, and most bytes of all its tokens together.
_LONGEST_PIECE, _MOST_PIECE_BYTES = 60, 400_000


class Chunk:
    """The tokens of one chunk. read: as they are put through the model. true_logits: of the true next tokens, as far
    as they were seen."""

    def __init__(self, place: ChunkPlace, vocabulary: Vocabulary) -> None:
        self.number, self._vocabulary = place.number, vocabulary
        self.tokens = _tokens(place)
        self.read = [place.beginning, *self.tokens[1:]] if place.beginning >= 0 else self.tokens
        self._start = compared(place.context).start
        self.targets = [self.tokens[position + 1] for position in compared(place.context)]
        self.positions = len(self.targets)
        self.true_logits = np.full(self.positions, np.nan)

    def position(self, index: int) -> int:
        """Where the position numbered `index` among those compared stands in the chunk."""
        return self._start + index

    def see(self, indexes: range, rows: np.ndarray[Any, Any]) -> None:
        """Take the logits of the true next tokens out of rows."""
        wanted = self.targets[indexes.start : indexes.stop]
        self.true_logits[indexes.start : indexes.stop] = rows[np.arange(len(rows)), wanted]

    def check(self, values: Iterable[float]) -> None:
        """Raises EngineError where a number is none."""
        if not all(math.isfinite(value) for value in values):
            text = f"The model returned no usable numbers (NaN or infinity) for chunk {self.number + 1} of the text."
            raise EngineError("numbers", text)

    def piece(self, token: int, most: int = _LONGEST_PIECE) -> str:
        """The text of a token."""
        return self._vocabulary.piece(token, special=True).decode("utf-8", "replace")[:most]

    def likeliest(self, row: np.ndarray[Any, Any], log_sum: float) -> tuple[LikelyToken, ...]:
        """What a row finds likeliest."""
        return tuple(LikelyToken(self.piece(token), share) for token, share in likeliest(row, log_sum, LIKELIEST_KEPT))

    def pieces(self) -> tuple[str, ...]:
        """The text of every token, cut where all together would be too long for a message."""
        most = _LONGEST_PIECE
        while True:
            found = tuple(self.piece(token, most) for token in self.tokens)
            if most == 1 or sum(len(piece.encode()) for piece in found) <= _MOST_PIECE_BYTES:
                return found
            most //= 2


def _tokens(place: ChunkPlace) -> list[int]:
    """Raises EngineError where the file does not hold the chunk, or a token is none."""
    try:
        found = np.fromfile(place.tokens, "<i4", place.context, offset=place.number * place.context * 4)
    except OSError as error:
        raise EngineError("disk", f"The text cannot be read: {error.strerror or error}.", str(error)) from None
    if len(found) < place.context or found.min() < 0 or found.max() >= place.vocabulary:
        raise EngineError("text", "The file with the tokens of the text was changed.")
    return [int(token) for token in found]

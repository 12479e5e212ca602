"""In which order the chunks of a text are read."""

from __future__ import annotations

import random
from collections.abc import Sequence

from weighin.core.fidelity.fidelity import FidelityRequest, TextPart


def chunk_order(request: FidelityRequest, parts: Sequence[TextPart]) -> tuple[int, ...]:
    """Numbers of the chunks to read at most, in order. Of one text the first ones, where it was said how many. Else as
    drawn by the seed, so that at each moment about the same share of every kind of text has been read."""
    total = sum(part.chunks for part in parts)
    if request.chunks is not None and len(parts) == 1:
        return tuple(range(min(request.chunks, total)))
    draw = random.Random(request.seed)
    places: list[tuple[float, int]] = []
    begin = 0
    for part in parts:
        numbers = list(range(begin, begin + part.chunks))
        draw.shuffle(numbers)
        places += [((turn + draw.random()) / part.chunks, number) for turn, number in enumerate(numbers)]
        begin += part.chunks
    return tuple(number for _, number in sorted(places))[: request.chunks]


def kind_of(number: int, parts: Sequence[TextPart]) -> str:
    """The kind of text a chunk is of."""
    for part in parts:
        if number < part.chunks:
            return part.kind
        number -= part.chunks
    raise ValueError(f"the text has no chunk {number} more")

"""What the scripted engine says of texts: a word is a token, and how far an OTHER is from BASE is drawn."""

from __future__ import annotations

import hashlib
import math
import random
from itertools import chain
from pathlib import Path

import numpy as np

from weighin.core.fidelity.fidelity import BaseChunk, LikelyToken, OtherChunk, TextPart, WorstPosition
from weighin.core.fidelity.reading import compared
from weighin.protocol.fidelity_messages import ChunkPlace, CutText, ReadBase, ReadOther, TextCut
from weighin.workers.engine import EngineError

VOCABULARY = 1000


def cut(request: CutText, beginning: int) -> TextCut:
    """One token a word, numbered by its letters. Raises EngineError."""
    digest, parts = hashlib.sha256(), []
    with Path(request.tokens).open("wb") as file:
        for part in request.parts:
            text = Path(part.path).read_text("utf-8") if part.path else " ".join(
                message.content for message in chain.from_iterable(part.conversations)
            )  # fmt: skip
            tokens = [sum(word.encode()) % VOCABULARY for word in text.split()]
            chunks = len(tokens) // request.context
            data = np.array(tokens[: chunks * request.context], "<i4").tobytes()
            digest.update(data)
            file.write(data)
            parts.append(TextPart(part.kind, len(tokens), chunks))
    if sum(part.chunks for part in parts) < 2:
        raise EngineError("text", "The text is too short.")
    return TextCut(request.id, tuple(parts), digest.hexdigest(), beginning, VOCABULARY, 4096)


def base_chunk(request: ReadBase) -> BaseChunk:
    """A chunk that is as likely as its number says."""
    draw = random.Random(f"base/{request.place.number}")
    nll = tuple(draw.uniform(1, 3) for _ in compared(request.place.context))
    pieces = tuple(f"w{token} " for token in _tokens(request.place))
    return BaseChunk(request.place.number, request.kind, pieces, nll, 0.5)


def other_chunk(request: ReadOther, seed: int) -> OtherChunk:
    """A chunk whose distance is drawn anew for each `seed` and number."""
    draw, base = random.Random(f"{seed}/{request.place.number}"), random.Random(f"base/{request.place.number}")
    count = len(compared(request.place.context))
    kld = tuple(draw.lognormvariate(-4, 0.5) for _ in range(count))
    before = [base.uniform(1, 3) for _ in range(count)]
    nll = tuple(value + draw.gauss(0, 0.05) for value in before)
    delta = tuple(math.exp(-after) - math.exp(-first) for first, after in zip(before, nll, strict=True))
    top = max(range(count), key=kld.__getitem__)
    token = LikelyToken("so", 0.5)
    position = compared(request.place.context).start + top
    worst = WorstPosition(request.place.number, position, kld[top], "word", (token,), (token,))
    same = tuple(draw.random() > 0.05 for _ in range(count))
    return OtherChunk(request.place.number, kld, nll, delta, same, (worst,), 0.25)


def _tokens(place: ChunkPlace) -> list[int]:
    data = np.fromfile(place.tokens, "<i4", place.context, offset=place.number * place.context * 4)
    return [int(token) for token in data]

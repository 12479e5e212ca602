"""Chunks of a measurement of fidelity, and records made of them: scripted, or drawn by a seed."""

from __future__ import annotations

import random

from weighin.core.fidelity.fidelity import (
    BaseChunk,
    LikelyToken,
    OtherChunk,
    WorstPosition,
)

POSITIONS = 31
CONTEXT = 64


def drawn_chunks(
    seed: int, number: int, kinds: tuple[str, ...] = ("prose", "code"), kld: float = 0.03, positions: int = POSITIONS
) -> tuple[tuple[BaseChunk, ...], tuple[OtherChunk, ...]]:
    """`number` chunks as two models might read them: skewed, neighbours alike. kld: about its mean."""
    rng = random.Random(seed)
    base, other = [], []
    for index in range(number):
        common = rng.lognormvariate(0, 0.3)
        nll = tuple(rng.expovariate(0.5) for _ in range(positions))
        found = tuple(kld * common * rng.lognormvariate(-0.5, 1) for _ in nll)
        deltas = tuple(rng.gauss(0, 0.04) * common for _ in nll)
        same = tuple(rng.random() > 0.06 * common for _ in nll)
        pieces = tuple(f" w{place}" for place in range(2 * (positions + 1)))
        worst = sorted(
            (_worst(index, place, value, positions) for place, value in enumerate(found)), key=lambda w: -w.kld
        )
        base.append(BaseChunk(index, kinds[index % len(kinds)], pieces, nll, seconds=0.5))
        theirs = tuple(value + rng.gauss(0.01, 0.2) for value in nll)
        other.append(OtherChunk(index, found, theirs, deltas, same, tuple(worst[:20]), seconds=0.4))
    return tuple(base), tuple(other)


def _worst(chunk: int, place: int, kld: float, positions: int) -> WorstPosition:
    likely = (LikelyToken(" the", 0.5), LikelyToken(" a", 0.25))
    return WorstPosition(chunk, positions + 1 + place, kld, f" w{positions + 2 + place}", likely, likely[::-1])

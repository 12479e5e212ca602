"""Chunks of a measurement of fidelity, and records made of them: scripted, or drawn by a seed."""

from __future__ import annotations

import random

from weighin.core.fidelity.fidelity import (
    BaseChunk,
    FidelityRecord,
    FidelityRequest,
    LikelyToken,
    OtherChunk,
    OtherFidelity,
    SideFacts,
    TextFacts,
    TextPart,
    WorstPosition,
)
from weighin.core.fidelity.tally import tally_of
from weighin.core.models.model import ModelFacts
from weighin.core.runs.lane import EngineFacts, LaneSetup
from weighin.core.runs.run_state import RunState

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


def model(quantization: str = "F16", size: int = 16_000_000_000, name: str = "Llama", path: str = "") -> ModelFacts:
    """A model file that nobody opens."""
    path = path or f"/models/{name}-{quantization}.gguf"
    return ModelFacts(name, path, size, "llama", quantization, 8_000, 8_000, vocabulary=128_256)


def measured(
    base: LaneSetup,
    others: tuple[LaneSetup, ...],
    chunks: int = 40,
    *,
    kld: float = 0.03,
    seed: int = 5,
    state: RunState = RunState.FINISHED,
    text: str = "",
    fixed: bool = False,
) -> FidelityRecord:
    """A record of drawn chunks; the second OTHER has twice the KLD of the first, and so on. fixed: no "auto"."""
    request = FidelityRequest(base, others, text, chunks if fixed and chunks else None, CONTEXT)
    kinds = ("",) if text else ("prose", "code")
    read = [drawn_chunks(seed, chunks, kinds, kld * number) for number in range(1, len(others) + 1)]
    parts = tuple(TextPart(kind, 64 * 20, 20) for kind in kinds)
    found = []
    for setup, (base_chunks, other_chunks) in zip(others, read, strict=True):
        summary = tally_of(base_chunks, other_chunks, POSITIONS, not fixed, kinds).summary()
        side = SideFacts(setup, read_tokens_per_s=200.0, write_tokens_per_s=24.0, peak_bytes=5_000_000_000)
        found.append(OtherFidelity(side, summary, other_chunks))
    return FidelityRecord(
        id="f1",
        created="2026-01-02T03:04:05+00:00",
        state=state,
        request=request,
        text=TextFacts(text or "Included texts", "ab" * 32, parts),
        base=SideFacts(base, read_tokens_per_s=100.0, write_tokens_per_s=15.0, peak_bytes=17_000_000_000),
        others=tuple(found),
        chunks=read[0][0],
        engine=EngineFacts("0.3.36", "b9000", "AVX2"),
        seconds=60.0,
    )

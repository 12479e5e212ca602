"""The other way round: what a computer would have to be for a model at a speed."""

from __future__ import annotations

from dataclasses import dataclass

from weighin.core import words
from weighin.core.plans.candidates import Candidate
from weighin.core.plans.quick_forecast import EFFICIENCY
from weighin.core.plans.verdict import Budget, tokens

# What the system and other programs keep for themselves, beside the model.
_KEPT_FREE = 2 << 30
# Memory as it is sold.
_SIZES = (8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048)
_GB = 10**9


@dataclass(frozen=True)
class Demand:
    """Memory in bytes and reading speed in bytes/s that a model needs; bandwidth None where unknown.

    sold_gb: the smallest usual computer that has it; None beyond all of them."""

    memory: int
    bandwidth: float | None
    sold_gb: int | None
    sentence: str


def demand(
    candidate: Candidate, context: int, tokens_per_s: float, have: Budget | None, bandwidth: float | None
) -> Demand:
    """What it takes to run `candidate` with `context` tokens at `tokens_per_s`, beside what this computer has.

    bandwidth: bytes/s as measured here. Needed: bytes read for a token x tokens a second / efficiency."""
    context = min(context, candidate.trained or context)
    memory = candidate.line.needed_at(context) + _KEPT_FREE
    sold = next((size for size in _SIZES if size * _GB >= memory), None)
    speed = tokens_per_s * candidate.read_bytes / EFFICIENCY if candidate.read_bytes else None
    machine = (
        f"a computer with {sold} GB" if sold else f"{words.size(memory)} of memory, more than computers are sold with"
    )
    text = f"At {tokens(context)} context it takes {machine}"
    if speed is not None:
        text += f", and memory that is read with about {_speed(speed)} for {words.figure(tokens_per_s)} tokens/s"
    here = [f"has {words.size(have.total)}"] if have else []
    here += [f"reads {_speed(bandwidth)}"] if bandwidth else []
    text += f". This one {' and '.join(here)}." if here else "."
    return Demand(memory, speed, sold, text)


def _speed(bytes_per_s: float) -> str:
    return f"{words.size(bytes_per_s)}/s"

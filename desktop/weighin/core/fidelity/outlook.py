"""What a measurement takes, said before it begins: memory, disk and time, as far as anybody knows."""

from __future__ import annotations

from collections.abc import Sequence

from weighin.core import format
from weighin.core.fidelity.fidelity import FidelityRequest

# Chunks of the texts that come along, about: what "auto" reads at most.
BUILT_IN_CHUNKS = 40
# Bytes of a text file that make a token, about.
_BYTES_PER_TOKEN = 4
_FLOAT = 4


def rows_bytes(positions: int, vocabulary: int) -> int:
    """Bytes of what BASE predicts at so many positions."""
    return positions * vocabulary * _FLOAT


def chunks_of(request: FidelityRequest, text_bytes: int | None) -> int | None:
    """The most chunks that will be read, about. text_bytes: of the user's own file; None where it cannot be seen."""
    if not request.text:
        most: int | None = max(1, BUILT_IN_CHUNKS * 512 // request.context)
    else:
        most = None if text_bytes is None else max(1, text_bytes // _BYTES_PER_TOKEN // request.context)
    if request.chunks is None or most is None:
        return most if request.chunks is None else request.chunks
    return min(request.chunks, most)


def memory_sentence(request: FidelityRequest, needs: Sequence[float | None], free: int | None) -> str:
    """needs: main memory of each model in bytes, BASE first, None where unknown; free: for models, None where the
    system does not tell."""
    vocabulary = request.base.model.vocabulary
    rows = rows_bytes(request.positions, vocabulary) if vocabulary else None
    known = [need for need in needs if need is not None]
    if rows is None or len(known) < len(needs):
        return "Memory and disk are planned and shown before anything is read."
    # BASE stays; the others take their turns. Both sides hold their rows, and BASE's are shared.
    total = known[0] + max(known[1:]) + 3 * rows
    parts = f"Needs about {format.size(total)} of memory, {format.size(rows)} of it for the probabilities of a chunk"
    if free is None:
        return f"{parts}."
    if total <= free:
        return f"{parts}; {format.size(free)} free. No disk space."
    return (
        f"{parts}; {format.size(free)} free: the models take turns, and each chunk in between takes "
        f"{format.size(rows)} of disk."
    )


def time_sentence(request: FidelityRequest, chunks: int | None, speeds: Sequence[float | None]) -> str:
    """chunks: the most that will be read; speeds: tokens of a prompt a second of each model, None where unknown."""
    if chunks is None:
        return ""
    most = f"At most {format.plural(chunks, 'chunk')} of {format.count(request.context)} tokens"
    if request.chunks is not None:
        most = f"{format.plural(chunks, 'chunk')} of {format.count(request.context)} tokens".capitalize()
    known = [speed for speed in speeds if speed]
    if len(known) < len(speeds):
        return f"{most}."
    seconds = sum(chunks * request.context / speed for speed in known)
    return f"{most}: {format.about(seconds)}{'' if request.chunks is not None else ', or less'}."

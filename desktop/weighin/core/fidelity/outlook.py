"""What a measurement takes, said before it begins: memory, disk and time, as far as anybody knows."""

from __future__ import annotations

from collections.abc import Sequence

from weighin.core import format
from weighin.core.fidelity.fidelity import FidelityRequest
from weighin.core.fidelity.reading import rows_bytes

# Chunks of the texts that come along, about: what "auto" reads at most.
BUILT_IN_CHUNKS = 40
# Bytes of a text file that make a token, about.
_BYTES_PER_TOKEN = 4


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
    """needs: main memory of each file that is loaded in bytes, None where unknown; free: for models, None where the
    system does not tell."""
    vocabulary = request.base.model.vocabulary
    known = [need for need in needs if need is not None]
    if not vocabulary or len(known) < len(needs):
        return "Memory and disk are planned and shown before anything is read."
    rows = rows_bytes(request.context, vocabulary)
    count, total = format.plural(1 + len(request.others), "model"), sum(known) + rows
    spare = "" if free is None else f"; {format.size(free)} free"
    if free is None or total <= free:
        return (
            f"{count} at once: about {format.size(total)} of memory, with {format.size(rows)} for what the base "
            f"predicts{spare}."
        )
    return (
        f"{count} in turns: about {format.size(max(known))} of memory{spare}, and {format.size(rows)} of disk for each "
        "chunk in between."
    )


def time_sentence(request: FidelityRequest, chunks: int | None, speeds: Sequence[float | None]) -> str:
    """chunks: the most that will be read; speeds: tokens of a prompt a second of each model, None where unknown."""
    if chunks is None:
        return ""
    most = f"{format.plural(chunks, 'chunk')} of {format.count(request.context)} tokens"
    if request.chunks is None:
        most = f"Up to ~{most}"
    known = [speed for speed in speeds if speed]
    if len(known) < len(speeds):
        return f"{most}."
    seconds = sum(chunks * request.context / speed for speed in known)
    return f"{most}: {format.about(seconds)}{'' if request.chunks is not None else ', or less'}."

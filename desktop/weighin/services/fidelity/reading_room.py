"""Room for what BASE predicts: how much, where, and whether the models are loaded at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from weighin.core import format
from weighin.core.errors import AppError
from weighin.core.fidelity.fidelity import FidelityRequest
from weighin.core.fidelity.reading import rows_bytes
from weighin.core.fidelity.reading_plan import ReadingPlan, chunks_on_disk, fit_together, plan_words
from weighin.services.fidelity.rows_place import SHARED, RowsPlace

# In turns each model is loaded again for so many chunks, where nobody said how many there are.
_USUAL_TURN = 40


@dataclass(frozen=True)
class Arranged:
    """slots: chunks whose logits have room; turns: one model at a time; words: all of it, said before it is done."""

    slots: int
    turns: bool
    words: str


class ReadingRoom:
    """Of one run."""

    def __init__(self, folder: Path, shared: Path | None = SHARED) -> None:
        """folder: of the profile; shared: a folder that is memory. Raises AppError."""
        self.place = RowsPlace(folder, shared)

    def arrange(
        self,
        plans: Sequence[ReadingPlan],
        request: FidelityRequest,
        vocabulary: int,
        chunks: int | None,
        free_bytes: int | None,
        turns: bool | None = None,
    ) -> Arranged:
        """Make room. vocabulary: logits of a position; chunks: that will be read, None while unknown; turns: whether
        the models take turns, None to find out by `free_bytes` of memory. Raises AppError(kind "disk")."""
        chunk = rows_bytes(request.context, vocabulary)
        in_memory = self.place.holds_in_memory(chunk)
        if turns is None:
            turns = not request.try_anyway and not fit_together(plans, chunk if in_memory else 0, free_bytes)
        in_memory = in_memory and not turns
        slots = 1
        if not in_memory:
            free, total = self.place.disk
            slots = chunks_on_disk(chunk, (chunks or request.chunks or _USUAL_TURN) if turns else 1, free, total)
            if not slots:
                text = (
                    f"There is too little room on disk for what the base predicts: {format.size(chunk)} a chunk, "
                    f"{format.size(free)} free."
                )
                raise AppError(text, kind="disk")
        self.place.make_room(slots * chunk, in_memory)
        return Arranged(slots, turns, plan_words(plans, chunk, slots, turns, on_disk=not in_memory))

    def close(self) -> None:
        """Give everything back."""
        self.place.close()

"""A lane that reads chunks of text and compares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from weighin.protocol import fidelity_messages as wire
from weighin.services.lanes.work_lane import WorkLane

if TYPE_CHECKING:
    from weighin.protocol.fidelity_messages import ChunkPlace, TextFile


class ReadingLane(WorkLane):
    """Each of these begins where the lane is READY."""

    def cut(self, parts: tuple[TextFile, ...], context: int, tokens: str) -> None:
        """Make the tokens of a text."""
        self._ask(wire.CutText(self._take_id(), parts, context, tokens), "text")

    def read_base(self, place: ChunkPlace, kind: str, threads: int) -> None:
        """Read a chunk as BASE."""
        self._ask(wire.ReadBase(self._take_id(), place, kind, threads), "text")

    def read_other(self, place: ChunkPlace, threads: int) -> None:
        """Read a chunk and compare it with what BASE left."""
        self._ask(wire.ReadOther(self._take_id(), place, threads), "text")

    def time_writing(self, place: ChunkPlace, threads: int) -> None:
        """Time tokens one at a time."""
        self._ask(wire.TimeWriting(self._take_id(), place, threads), "text")

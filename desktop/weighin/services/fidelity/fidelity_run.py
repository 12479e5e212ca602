"""The state of one measurement while it goes on."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from weighin.core.fidelity.fidelity import (
    FEWEST_CHUNKS,
    WANTED_SHARE,
    BaseChunk,
    FidelityRecord,
    FidelityState,
    FidelitySummary,
    OtherChunk,
    OtherFidelity,
    SideProgress,
    TextFacts,
)
from weighin.core.fidelity.order import chunk_order, kind_of
from weighin.core.fidelity.tally import FidelityTally, tally_of
from weighin.core.runs.answer import MemorySample
from weighin.core.runs.run_state import RunState
from weighin.protocol.fidelity_messages import ChunkPlace, TextCut
from weighin.services.fidelity.side_work import SideWork

BASE = 0


@dataclass(frozen=True)
class Step:
    """What comes next: side `side` reads chunk `number`, or writes tokens of it, timed."""

    side: int
    number: int
    writing: bool = False


class FidelityRun:
    """One measurement: what is read, what was found, where each model is. It talks to nobody.

    sides: BASE first. busy: the side that something is waited for of, None for none. slots: chunks whose logits have
    room at once; turns: only one model is loaded at a time. unsaved: chunks that the disk did not take."""

    def __init__(self, record: FidelityRecord, resumed: bool) -> None:
        self.record, self.resumed = record, resumed
        self.state = RunState.PREPARING
        self.busy: int | None = None
        self.notice = self.plan_words = ""
        self.slots, self.turns = 0, record.turns
        self.cut: TextCut | None = None
        self.sides = [SideWork(record.base), *(SideWork(other.side) for other in record.others)]
        self.unsaved: list[tuple[BaseChunk | None, int, OtherChunk | None]] = []
        self._window: dict[int, int] = {}
        self._left: set[int] = set()
        self._last: Step | None = None
        self._order: tuple[int, ...] = ()
        self._base: dict[int, BaseChunk] = {}
        self._chunks: list[BaseChunk] = []
        self._others: list[list[OtherChunk]] = [[] for _ in record.others]
        self._tallies: list[FidelityTally] = []
        self._summaries: list[FidelitySummary | None] = [None] * len(record.others)
        self._seconds, self._since = record.seconds, time.monotonic()

    def begin(self, cut: TextCut, text: TextFacts) -> None:
        """The text is cut: reading begins, or goes on after what was read before."""
        self.cut = cut
        self.record = replace(self.record, text=text)
        self._order = chunk_order(self.record.request, text.parts)
        self._tallies = [
            tally_of(
                self.record.chunks,
                other.chunks,
                self.record.request.positions,
                self.record.request.chunks is None,
                tuple(part.kind for part in text.parts),
            )
            for other in self.record.others
        ]
        self._summaries = [tally.summary() for tally in self._tallies]
        for chunk in self.record.chunks:
            self._keep_base(chunk)
            self.sides[BASE].took(chunk.number, chunk.seconds, self.record.request.context)
        for index, other in enumerate(self.record.others):
            for found in other.chunks:
                self._others[index].append(found)
                self.sides[index + 1].took(found.number, found.seconds, self.record.request.context)
        self.state = RunState.RUNNING

    def rest(self, state: RunState) -> None:
        """Work no more; time does not count."""
        self._seconds, self.state = self.seconds, state
        self._since = time.monotonic()

    @property
    def seconds(self) -> float:
        """Time of work."""
        return self._seconds + (time.monotonic() - self._since if self._works else 0.0)

    @property
    def active(self) -> list[int]:
        """The OTHERs that can go on."""
        return [number for number in range(1, len(self.sides)) if self.sides[number].active]

    @property
    def wanted(self) -> int:
        """Chunks that will be read at most."""
        return len(self._order)

    @property
    def decided(self) -> bool:
        """Whether every model's KLD is known well enough, where that was asked for."""
        if self.record.request.chunks is not None or not self.active:
            return False
        summaries = [self._summaries[number - 1] for number in self.active]
        return all(s is not None and s.settled and s.chunks >= FEWEST_CHUNKS for s in summaries)

    def next_step(self) -> Step | None:
        """What comes next; None where nothing is left that somebody could do."""
        if not self.sides[BASE].active or not self.active:
            return None
        if (last := self._last) is not None and self.sides[last.side].active and not self.sides[last.side].timed:
            return replace(last, writing=True)  # it is loaded, and has read what it will write
        if all(self._is_done(number) for number in self._window):
            if self.decided:
                return None
            self._window = {n: slot for slot, n in enumerate(self._open()[: self.slots])}
            self._left = set()
        for number in self._window:
            if number not in self._left:
                return Step(BASE, number)
        for side in self.active:
            for number in self._window:
                if number not in self.sides[side].read:
                    return Step(side, number)
        return None

    def forget_rows(self) -> None:
        """The room for logits was made anew: what BASE left is gone."""
        self._window, self._left, self._last = {}, set(), None

    def place(self, number: int, tokens: str, rows: str) -> ChunkPlace:
        """Where chunk `number` and its logits lie."""
        assert self.cut is not None
        context, slot = self.record.request.context, self._window.get(number, 0)
        return ChunkPlace(tokens, number, context, self.cut.beginning, rows, slot, self.cut.vocabulary)

    def kind(self, number: int) -> str:
        """The kind of text a chunk is of."""
        return kind_of(number, self.record.text.parts)

    def base_read(self, chunk: BaseChunk, disturbances: tuple[str, ...] = ()) -> BaseChunk | None:
        """BASE has left a chunk's logits; the chunk as it is kept, without its time where something disturbed, None
        where it had been read before."""
        self._left.add(chunk.number)
        self._last = Step(BASE, chunk.number)
        if chunk.number in self._base:
            return None
        self.sides[BASE].took(chunk.number, chunk.seconds, self.record.request.context, disturbances)
        chunk = replace(chunk, seconds=0.0) if disturbances else chunk
        self._keep_base(chunk)
        return chunk

    def place_of(self, chunk: BaseChunk) -> int:
        """Its place in the order of reading."""
        return next(place for place, one in enumerate(self._chunks) if one is chunk)

    def other_read(self, side: int, chunk: OtherChunk, disturbances: tuple[str, ...] = ()) -> OtherChunk:
        """An OTHER has compared a chunk; as it is kept, without its time where something disturbed. Raises ValueError
        where it says something of another one."""
        self.sides[side].took(chunk.number, chunk.seconds, self.record.request.context, disturbances)
        chunk = replace(chunk, seconds=0.0) if disturbances else chunk
        tally = self._tallies[side - 1]
        tally.add(self._base[chunk.number], chunk)
        self._last = Step(side, chunk.number)
        self._others[side - 1].append(chunk)
        self._summaries[side - 1] = tally.summary()
        return chunk

    def written(self) -> FidelityRecord:
        """As it is kept beside its chunks."""
        others = tuple(OtherFidelity(work.facts) for work in self.sides[1:])
        return replace(
            self.record, base=self.sides[BASE].facts, others=others, chunks=(), seconds=self.seconds, turns=self.turns
        )

    def whole(self, state: RunState | None = None) -> FidelityRecord:
        """With everything that was found so far."""
        found = zip(self.sides[1:], self._summaries, self._others, strict=True)
        others = tuple(OtherFidelity(work.facts, summary, tuple(chunks)) for work, summary, chunks in found)
        return replace(self.written(), state=state or self.state, others=others, chunks=tuple(self._chunks))

    def snapshot(self, memory: Sequence[MemorySample]) -> FidelityState:
        """What to show now."""
        begun = self.cut is not None
        return FidelityState(
            record=self.whole() if begun else None,
            state=self.state,
            sides=tuple(self._progress(i, memory[i]) for i in range(len(self.sides))),
            chunks_done=sum(self._is_done(number) for number in self._order) if begun else 0,
            chunks_wanted=self.wanted,
            seconds_left=self._seconds_left(),
            plan=self.plan_words,
            notice=self.notice,
        )

    @property
    def _works(self) -> bool:
        return self.state in (RunState.PREPARING, RunState.RUNNING)

    def _progress(self, side: int, memory: MemorySample) -> SideProgress:
        return self.sides[side].progress(memory, self.wanted)

    def _keep_base(self, chunk: BaseChunk) -> None:
        self._base[chunk.number] = chunk
        self._chunks.append(chunk)

    def _is_done(self, number: int) -> bool:
        return number in self._base and all(number in self.sides[side].read for side in self.active)

    def _open(self) -> list[int]:
        """Chunks that somebody still has to read, in order."""
        return [number for number in self._order if not self._is_done(number)]

    def _seconds_left(self) -> float | None:
        """By what a chunk takes each model; in "auto" the interval shrinks with the root of what was read."""
        if self.state is not RunState.RUNNING or not self.active:
            return None
        each = [self.sides[side].chunk_seconds for side in (BASE, *self.active)]
        if None in each:
            return None
        wanted = min(self.wanted, max(self._foreseen(side) for side in self.active))
        done = [len(self.sides[side].read) for side in (BASE, *self.active)]
        return sum((seconds or 0.0) * max(0, wanted - n) for seconds, n in zip(each, done, strict=True))

    def _foreseen(self, side: int) -> int:
        """Chunks after which the KLD of an OTHER will be known well enough, as far as one can tell."""
        summary = self._summaries[side - 1]
        if self.record.request.chunks is not None or summary is None or summary.kld.mean.high is None:
            return self.wanted
        mean = summary.kld.mean
        if mean.value <= 0:
            return self.wanted
        wider = ((mean.high or 0.0) - mean.value) / (mean.value * WANTED_SHARE)
        return math.ceil(summary.chunks * max(1.0, wider * wider))

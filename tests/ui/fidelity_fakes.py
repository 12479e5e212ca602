"""Stand-ins for the services of the Fidelity page, and measurements made up for it: no worker, no database."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from tests.ui.fakes import DENSE, by_hand
from weighin.core.errors import AppError
from weighin.core.fidelity.fidelity import (
    BaseChunk,
    FidelityRecord,
    FidelityRequest,
    FidelityRow,
    FidelityState,
    LikelyToken,
    OtherChunk,
    OtherFidelity,
    SideFacts,
    SideProgress,
    TextFacts,
    TextPart,
    WorstPosition,
)
from weighin.core.fidelity.tally import FidelityTally
from weighin.core.models.model import ModelFacts
from weighin.core.runs.answer import Failure, MemorySample
from weighin.core.runs.lane import EngineFacts, LaneSetup
from weighin.core.runs.options import LoadOptions
from weighin.core.runs.run_state import RunState

F16 = replace(
    DENSE,
    name="SmolLM2 135M Instruct",
    path="/models/SmolLM2-135M-Instruct-F16.gguf",
    file_bytes=271_000_000,
    quantization="F16",
    parameters=135_000_000,
    active_parameters=135_000_000,
    vocabulary=49_152,
    starter=False,
)
Q8 = replace(F16, path="/models/SmolLM2-135M-Instruct-Q8_0.gguf", file_bytes=145_000_000, quantization="Q8_0")
Q4 = replace(F16, path="/models/SmolLM2-135M-Instruct-Q4_K_M.gguf", file_bytes=105_000_000, quantization="Q4_K_M")
Q2 = replace(F16, path="/models/SmolLM2-135M-Instruct-Q2_K.gguf", file_bytes=88_000_000, quantization="Q2_K")
KINDS = ("prose", "code", "chat", "numbers", "german")
_COST = {"Q8_0": 0.0012, "Q4_K_M": 0.03, "Q2_K": 0.5}
_WORDS = (
    *("the", "quick", "brown", "fox", "jumps", "over", "a", "lazy", "dog", "and", "writes\n", "of", "<b>it</b>"),
    *("in", "12", "notes\t", "while", "nobody", "looks", "."),
)


def request(*models: ModelFacts, **more: Any) -> FidelityRequest:
    """F16 against Q4_K_M, or the first of `models` against the others; in chunks of 64 tokens."""
    base, *others = models or (F16, Q4)
    return FidelityRequest(LaneSetup(base), tuple(map(LaneSetup, others)), **{"context": 64, **more})


def base_chunk(number: int, context: int = 64) -> BaseChunk:
    """A chunk of words."""
    chance = random.Random(number)
    pieces = tuple(" " + chance.choice(_WORDS) for _ in range(context))
    positions = context - 1 - context // 2
    nll = tuple(chance.uniform(0.1, 6.0) for _ in range(positions))
    return BaseChunk(number, KINDS[number % len(KINDS)], pieces, nll, 0.05)


def other_chunk(base: BaseChunk, cost: float, seed: int = 0) -> OtherChunk:
    """The same as another model might have read it; cost: about its mean KLD."""
    chance = random.Random(1000 * seed + base.number)
    kld = tuple(cost * math.exp(chance.gauss(-0.5, 1.0)) for _ in base.nll)
    nll = tuple(value + chance.gauss(0, math.sqrt(cost)) for value in base.nll)
    delta = tuple(math.exp(-y) - math.exp(-x) for x, y in zip(base.nll, nll, strict=True))
    same = tuple(chance.random() > 1.5 * math.sqrt(cost) / 3 for _ in base.nll)
    first = len(base.pieces) - 1 - len(base.nll)
    ranked = sorted(range(len(kld)), key=lambda place: -kld[place])[:3]
    worst = tuple(
        WorstPosition(
            base.number,
            first + place,
            kld[place],
            base.pieces[first + place + 1],
            tuple(LikelyToken(text, share) for text, share in ((" fox", 0.62), (" dog", 0.2), ("\n", 0.05))),
            tuple(LikelyToken(text, share) for text, share in ((" dog", 0.5), (" fox", 0.22), (" <b>", 0.1))),
        )
        for place in ranked
    )
    return OtherChunk(base.number, kld, nll, delta, same, worst, 0.04)


def measured(
    asked: FidelityRequest | None = None,
    chunks: int = 20,
    of: int = 45,
    state: RunState = RunState.FINISHED,
    number: int = 1,
) -> FidelityRecord:
    """A measurement of which the first `chunks` were read, as their figures come out of the tally."""
    asked = asked or request()
    base = tuple(base_chunk(place, asked.context) for place in range(chunks))
    others = []
    for place, setup in enumerate(asked.others):
        cost = _COST.get(setup.model.quantization, 0.03)
        read = tuple(other_chunk(chunk, cost, place) for chunk in base)
        tally = FidelityTally(asked.positions, asked.chunks is None, KINDS)
        for mine, theirs in zip(base, read, strict=True):
            tally.add(mine, theirs)
        side = SideFacts(setup, 900.0 + 100 * place, 45.0 + 10 * place, 300_000_000 - 50_000_000 * place)
        others.append(OtherFidelity(side, tally.summary(), read))
    kinds = ("",) if asked.text else KINDS
    parts = tuple(TextPart(kind, of // len(kinds) * asked.context, of // len(kinds)) for kind in kinds)
    return FidelityRecord(
        f"fid{number}",
        f"2026-11-22T10:31:{number % 60:02d}+00:00",
        state,
        asked,
        TextFacts(Path(asked.text).name if asked.text else "Included texts", "ab" * 32, parts),
        SideFacts(asked.base, 800.0, 40.0, 420_000_000),
        tuple(others),
        base,
        EngineFacts("0.3.36", "0.5.0", "AVX2 FMA"),
        75.0,
    )


def failed_at(record: FidelityRecord, place: int, message: str, kind: str = "crash") -> FidelityRecord:
    """The same, one of the others could not go on."""
    others = list(record.others)
    failure = Failure(kind, message, "GGML_ASSERT(n > 0) failed")
    others[place] = replace(others[place], side=replace(others[place].side, failure=failure))
    return replace(record, others=tuple(others), state=RunState.FAILED)


def conditions(model: ModelFacts, **load: Any) -> FidelityRequest:
    """One file against itself under other conditions."""
    return FidelityRequest(LaneSetup(model), (LaneSetup(model, LoadOptions(**load)),), context=64)


class FakeFidelityRunner(QObject):
    """A runner whose measurement goes on when a test says so."""

    started = Signal(object)
    progressed = Signal(object)
    finished = Signal(object)
    failed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.running = False
        self.state: FidelityState | None = None
        self.requests: list[FidelityRequest] = []
        self.resumed: list[str] = []
        self.stops = 0
        self.refusal: AppError | None = None
        self.record: FidelityRecord | None = None

    def run(self, request: FidelityRequest) -> None:
        """Begin; what is read comes with `begin`."""
        self._start()
        self.requests.append(request)

    def resume(self, identifier: str) -> None:
        """Go on."""
        self._start()
        self.resumed.append(identifier)

    def stop(self) -> None:
        """Remember that it was asked; `finish` ends it."""
        self.stops += 1
        self.be(RunState.STOPPING)

    def close(self) -> None:
        """Nothing runs."""

    @by_hand
    def begin(self, record: FidelityRecord) -> None:
        """The text is cut."""
        self.record = record
        self.be(RunState.RUNNING)
        self.started.emit(record)

    @by_hand
    def read(self, chunks: int) -> None:
        """So many chunks are read by all."""
        assert self.record is not None
        whole = measured(self.record.request, chunks)
        self.record = replace(whole, id=self.record.id, state=RunState.RUNNING)
        self.be(RunState.RUNNING)

    @by_hand
    def be(self, state: RunState, *sides: SideProgress, **more: Any) -> None:
        """Take a state and tell."""
        record = self.record
        done = len(record.chunks) if record else 0
        count = len(record.others) + 1 if record else 0
        shown = sides or (SideProgress("reading", done, memory=MemorySample(60_000_000, 5_000_000)),) * count
        told = {"chunks_done": done, "chunks_wanted": 45 if record else 0, "seconds_left": 125.0, **more}
        self.state = FidelityState(record, state, shown, **told)
        self.progressed.emit(self.state)

    @by_hand
    def finish(self, state: RunState = RunState.FINISHED) -> FidelityRecord:
        """It is over."""
        assert self.record is not None
        self.record = replace(self.record, state=state)
        self.running = False
        self.finished.emit(self.record)
        return self.record

    @by_hand
    def refuse(self, error: AppError) -> None:
        """It could not even begin."""
        self.running = False
        self.failed.emit(error)

    def _start(self) -> None:
        if self.running:
            raise AppError("Another measurement is running: stop it first.", kind="running")
        if self.refusal is not None:
            raise self.refusal
        self.running = True
        self.record = None
        self.be(RunState.PREPARING)


class FakeFidelityHistory(QObject):
    """Records in memory; `broken` makes every call fail."""

    changed = Signal()

    def __init__(self, *records: FidelityRecord) -> None:
        super().__init__()
        self.records = {record.id: record for record in records}
        self.broken = False
        self.elsewhere: set[str] = set()
        self.exported: list[tuple[str, str, str]] = []

    def rows(self, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """All; those that are `elsewhere` are running in another window."""
        if self.broken:
            failed(AppError("The measurements cannot be read: the disk is full."))
            return
        theirs: dict[str, Any] = {"state": RunState.RUNNING, "can_resume": False, "elsewhere": True}
        rows = map(row_of, self.records.values())
        done(tuple(replace(row, **theirs) if row.id in self.elsewhere else row for row in rows))

    def load(self, identifier: str, done: Callable[..., object], failed: Callable[..., object]) -> None:
        """One."""
        if self.broken or identifier not in self.records:
            failed(AppError("This measurement is not there any more."))
            return
        done(self.records[identifier])

    def delete(self, identifiers: tuple[str, ...], done: Callable[..., object], failed: Callable[..., object]) -> None:
        """Forget."""
        for identifier in identifiers:
            del self.records[identifier]
        done(None)
        self.changed.emit()

    def export(
        self,
        record: FidelityRecord,
        kind: str,
        path: str,
        done: Callable[..., object],
        failed: Callable[..., object],
    ) -> None:
        """Remember it."""
        if self.broken:
            failed(AppError("The file cannot be written: the disk is full."))
            return
        self.exported.append((record.id, kind, path))
        done(None)

    def write(
        self, path: str, make: Callable[[], bytes], done: Callable[..., object], failed: Callable[..., object]
    ) -> None:
        """Write at once."""
        if self.broken:
            failed(AppError("The file cannot be written: the disk is full."))
            return
        Path(path).write_bytes(make())
        done(None)

    def close(self) -> None:
        """Nothing is open."""


def row_of(record: FidelityRecord) -> FidelityRow:
    """A record in short."""
    others = tuple(replace(other, chunks=()) for other in record.others)
    return FidelityRow(
        record.id,
        record.created,
        record.state,
        record.text.name,
        len(record.chunks),
        record.base.model,
        others,
        record.can_resume,
    )


@dataclass
class FakeFidelityServices:
    """The services of the Fidelity page."""

    runner: FakeFidelityRunner
    kept: FakeFidelityHistory

    def close(self) -> None:
        """Nothing runs."""


def fidelity_services(*records: FidelityRecord) -> FakeFidelityServices:
    """All of them, nothing running."""
    return FakeFidelityServices(FakeFidelityRunner(), FakeFidelityHistory(*records))

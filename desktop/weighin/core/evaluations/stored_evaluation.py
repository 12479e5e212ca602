"""An evaluation with everything that is needed to go on with it."""

from __future__ import annotations

from dataclasses import dataclass, field

from weighin.core.evaluations.evaluation import (
    EvaluationProtocol,
    EvaluationRecord,
    EvaluationRequest,
    ItemResult,
    LaneEvaluation,
)
from weighin.core.evaluations.questions import Question
from weighin.core.evaluations.scoring import ScoreShape
from weighin.core.evaluations.tally import LaneCosts, RunTally
from weighin.core.plans.plan import MemoryPlan
from weighin.core.runs.lane import EngineFacts
from weighin.core.runs.run_state import RunState
from weighin.core.statistics.paired import PairedResult


@dataclass(frozen=True)
class StoredLane:
    """One lane: what it took so far, the shape its questions are scored in and what that was planned to need (None
    before that was chosen)."""

    label: str
    costs: LaneCosts = LaneCosts()
    shape: ScoreShape | None = None
    plan: MemoryPlan | None = None


@dataclass(frozen=True)
class StoredEvaluation:
    """questions: in running order; examples: worked examples of each subject; results: by lane, in the order they came.

    The models of `request` carry the sha256 of their files."""

    id: str
    created: str
    state: RunState
    request: EvaluationRequest
    protocol: EvaluationProtocol
    lanes: tuple[StoredLane, ...]
    questions: tuple[Question, ...] = field(default=(), repr=False)
    examples: tuple[Question, ...] = field(default=(), repr=False)
    results: tuple[tuple[ItemResult, ...], ...] = field(default=(), repr=False)
    engine: EngineFacts | None = None

    def tally(self) -> RunTally:
        """All answers counted."""
        setups = zip(self.lanes, self.request.lanes, strict=True)
        tally = RunTally(self.questions, ((lane.label, setup.model) for lane, setup in setups))
        for index, lane in enumerate(self.lanes):
            tally.lanes[index].costs, tally.lanes[index].plan = lane.costs, lane.plan
            tally.add(index, self.results[index] if self.results else ())
        return tally

    def record(self) -> EvaluationRecord:
        """As History shows it."""
        return record_of(self, self.tally(), self.state)


def record_of(stored: StoredEvaluation, tally: RunTally, state: RunState) -> EvaluationRecord:
    """The record of a run whose answers are in `tally`."""
    return EvaluationRecord(
        id=stored.id,
        created=stored.created,
        state=state,
        request=stored.request,
        protocol=stored.protocol,
        lanes=tuple(lane.evaluation() for lane in tally.lanes),
        paired=tally.paired(),
        items=tally.items(),
        engine=stored.engine,
    )


@dataclass(frozen=True)
class EvaluationRow:
    """A record without its questions. questions: the key of the set, as EvaluationChoice has it; dataset: its title.

    n: questions of the run; lanes: what each model has reached. state: RUNNING while somebody works on it, which is
    another process where `elsewhere`."""

    id: str
    created: str
    state: RunState
    questions: str
    dataset: str
    protocol: str
    shots: int
    split: str
    n: int
    lanes: tuple[LaneEvaluation, ...]
    paired: PairedResult | None
    can_resume: bool
    elsewhere: bool = False


def row_of(record: EvaluationRecord) -> EvaluationRow:
    """`record` in short."""
    choice, protocol = record.request.choice, record.protocol
    return EvaluationRow(
        record.id,
        record.created,
        record.state,
        choice.questions,
        protocol.dataset,
        protocol.name,
        protocol.shots,
        protocol.split,
        protocol.n,
        record.lanes,
        record.paired,
        record.can_resume,
    )

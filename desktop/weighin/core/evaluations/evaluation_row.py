"""A stored evaluation in short, as lists show it."""

from __future__ import annotations

from dataclasses import dataclass

from weighin.core.evaluations.evaluation import EvaluationRecord, LaneEvaluation, PairedResult, RunState


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

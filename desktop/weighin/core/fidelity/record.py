"""From what was read to the record of a measurement, and to its line in a list."""

from __future__ import annotations

from dataclasses import replace

from weighin.core.fidelity.fidelity import FidelityRecord, FidelityRow, FidelitySummary, OtherFidelity
from weighin.core.fidelity.tally import tally_of


def counted(record: FidelityRecord) -> FidelityRecord:
    """`record` with every figure counted from its chunks. Raises ValueError where those do not belong together."""
    request = record.request
    kinds = tuple(part.kind for part in record.text.parts)

    def summary(other: OtherFidelity) -> FidelitySummary | None:
        anytime = request.chunks is None
        return tally_of(record.chunks, other.chunks, request.positions, anytime, kinds).summary()

    return replace(record, others=tuple(replace(other, summary=summary(other)) for other in record.others))


def row_of(record: FidelityRecord) -> FidelityRow:
    """`record` in short: without chunks, nor the templates of its models, which may be long."""

    def short(other: OtherFidelity) -> OtherFidelity:
        setup = other.side.setup
        side = replace(other.side, setup=replace(setup, model=replace(setup.model, template=None)))
        summary = replace(other.summary, worst=()) if other.summary else None
        return OtherFidelity(side, summary)

    return FidelityRow(
        id=record.id,
        created=record.created,
        state=record.state,
        text=record.text.name,
        chunks=len(record.chunks),
        base=replace(record.base.model, template=None),
        others=tuple(short(other) for other in record.others),
        can_resume=record.can_resume,
    )

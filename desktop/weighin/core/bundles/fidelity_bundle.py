"""A measurement of fidelity as one file to hand on: what was read, what every model made of each position. It holds no
path and no name of whoever made it, and is opened to look at."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from weighin.core.bundles.bundle_reading import (
    MAX_BYTES,
    MOST_ENTRIES,
    check_file_name,
    check_limits,
    check_moment,
    check_numbers,
    parsed_bundle,
)
from weighin.core.bundles.origin import made_words
from weighin.core.bundles.privacy import Owner, file_name
from weighin.core.computer.hardware import UNKNOWN_MACHINE, MachineFacts
from weighin.core.errors import AppError
from weighin.core.fidelity.fidelity import (
    LIKELIEST_KEPT,
    MOST_CONTEXT,
    WORST_KEPT,
    BaseChunk,
    FidelityRecord,
    OtherChunk,
    OtherFidelity,
    SideFacts,
)
from weighin.core.fidelity.reading import compared
from weighin.core.fidelity.record import counted
from weighin.core.jsonable import ShapeError, from_plain, to_plain
from weighin.core.runs.lane import LaneSetup
from weighin.core.runs.run_state import RunState
from weighin.core.safe_text import safe_name

SCHEMA = "weighin.fidelity-bundle/1"
_SCHEMA = re.compile(r"weighin\.fidelity-bundle/[1-9]\d{0,8}")
_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
_ENDED = (RunState.FINISHED, RunState.STOPPED, RunState.FAILED, RunState.INTERRUPTED)
_MOST_ENTRIES = {**MOST_ENTRIES, "pieces": MOST_CONTEXT}
_LONGEST_PIECE, _LONGEST_NAME = 512, 500
# The only numbers that may be below zero: the arithmetic leaves a trace of what is nothing.
_SIGNED = ("gpu_layers", "kld", "nll", "delta_p")
_SIGNED_FIGURES = (
    "kld", "value", "low", "high", "median", "p90", "p95", "p99", "p999", "maximum", "kld_mean", "correlation",
)  # fmt: skip


def fidelity_bundle_text(record: FidelityRecord, program: str, owner: Owner, here: MachineFacts) -> str:
    """The text of the file. Figures are not in it: they are counted again from the chunks. here: where it was made,
    unless the record says so itself. Raises AppError where it would be too large to be opened."""
    made = replace(_without_owner(record, owner), machine=record.machine or here)
    body = {"schema": SCHEMA, "program": program, "record": to_plain(made)}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":")) + "\n"
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise AppError(
            f"This measurement is too large for a bundle: over {MAX_BYTES >> 20} MiB. Export it as JSON or CSV.",
            kind="too_large",
        )
    return text


def origin_words(record: FidelityRecord) -> str:
    """Where and when a measurement from elsewhere was made; "" for one of this computer."""
    return made_words(record.created, record.machine, record.engine) if record.machine else ""


def read_fidelity_bundle(data: bytes) -> FidelityRecord:
    """The measurement in `data`, every figure counted anew. Raises AppError with one sentence: kind "not_bundle" (of
    this kind), "too_large", "newer", "damaged" or "refused"."""
    if len(data) > MAX_BYTES:
        raise AppError(f"This file is too large for a bundle: over {MAX_BYTES >> 20} MiB.", kind="too_large")
    try:
        schema = (body := parsed_bundle(data)).get("schema")
    except AppError as error:
        raise AppError(error.user_text, kind="not_bundle") from None
    if not isinstance(schema, str) or not _SCHEMA.fullmatch(schema):
        raise AppError("This is no measurement of fidelity.", kind="not_bundle")
    if schema != SCHEMA:
        raise AppError("This bundle was made by a newer version of Weigh-In. Please update.", kind="newer")
    try:
        return _checked(body.get("record"))
    except (ShapeError, ValueError, ArithmeticError) as error:
        where = safe_name(str(error), 160)
        raise AppError(f"This bundle is damaged or was edited ({where}).", kind="damaged") from None
    except AppError as error:
        raise AppError(f"This bundle cannot be opened: {error.user_text}", kind="refused") from None


def _checked(body: Any) -> FidelityRecord:
    """Raises ShapeError, ValueError, AppError."""
    check_limits(body, _MOST_ENTRIES)
    record: FidelityRecord = _without_summaries(from_plain(FidelityRecord, body))
    if record.state not in _ENDED or not _ID.fullmatch(record.id):
        raise ShapeError("the head of the measurement")
    check_moment(record.created)
    check_numbers(to_plain(record), "measurement", _SIGNED)
    _check_names(record)
    if len(record.others) != len(record.request.others):
        raise ShapeError("the number of models")
    total, context = record.text.chunks, record.request.context
    _check_places([chunk.number for chunk in record.chunks], total)
    for base in record.chunks:
        _check_base(base, context)
    for other in record.others:
        _check_places([chunk.number for chunk in other.chunks], total)
        for chunk in other.chunks:
            _check_other(chunk, context)
    found = counted(replace(record, machine=record.machine or UNKNOWN_MACHINE))
    for other in found.others:
        check_numbers(to_plain(other.summary) if other.summary else {}, "figures", _SIGNED_FIGURES)
    return found


def _without_summaries(record: FidelityRecord) -> FidelityRecord:
    return replace(record, others=tuple(replace(other, summary=None) for other in record.others))


def _check_names(record: FidelityRecord) -> None:
    """No path leads anywhere: models and texts are named, nothing is opened."""
    if record.request.text:
        check_file_name(record.request.text)
    sides = (record.base, *(other.side for other in record.others))
    for setup in (record.request.base, *record.request.others, *(side.setup for side in sides)):
        model = setup.model
        check_file_name(model.path)
        if any(len(text) > _LONGEST_NAME for text in (model.name, model.architecture, model.quantization)):
            raise AppError("one of its names is too long.")


def _check_places(numbers: list[int], total: int) -> None:
    if len(set(numbers)) != len(numbers) or not all(0 <= number < total for number in numbers):
        raise ShapeError("the numbers of the chunks")


def _check_base(chunk: BaseChunk, context: int) -> None:
    if len(chunk.pieces) != context or any(len(piece) > _LONGEST_PIECE for piece in chunk.pieces):
        raise ShapeError("the tokens of a chunk")
    if len(chunk.nll) != len(compared(context)) or chunk.seconds < 0:
        raise ShapeError("a chunk")


def _check_other(chunk: OtherChunk, context: int) -> None:
    lists = (chunk.kld, chunk.nll, chunk.delta_p, chunk.same_top)
    if any(len(values) != len(compared(context)) for values in lists) or chunk.seconds < 0:
        raise ShapeError("a chunk")
    if not all(-1 <= value <= 1 for value in chunk.delta_p):
        raise ShapeError("a probability")
    for worst in chunk.worst[: WORST_KEPT + 1]:
        likely = (*worst.base, *worst.other)
        if (
            len(chunk.worst) > WORST_KEPT
            or worst.chunk != chunk.number
            or worst.position not in compared(context)
            or len(likely) > 2 * LIKELIEST_KEPT
            or not all(0 <= token.probability <= 1 and len(token.text) <= _LONGEST_PIECE for token in likely)
        ):
            raise ShapeError("a position")


def _without_owner(record: FidelityRecord, owner: Owner) -> FidelityRecord:
    request = record.request
    return replace(
        record,
        request=replace(
            request,
            base=_setup(request.base, owner),
            others=tuple(_setup(setup, owner) for setup in request.others),
            text=file_name(request.text),
        ),
        base=_side(record.base, owner),
        others=tuple(OtherFidelity(_side(other.side, owner), None, other.chunks) for other in record.others),
        text=replace(record.text, notices=tuple(owner.hide(notice) for notice in record.text.notices)),
    )


def _side(side: SideFacts, owner: Owner) -> SideFacts:
    failure = side.failure
    if failure is not None:
        failure = replace(failure, message=owner.hide(failure.message), detail=owner.hide(failure.detail))
    notices = tuple(owner.hide(notice) for notice in side.notices)
    return replace(side, setup=_setup(side.setup, owner), notices=notices, failure=failure)


def _setup(setup: LaneSetup, owner: Owner) -> LaneSetup:
    refusal = setup.refusal
    if refusal is not None:
        refusal = replace(refusal, message=owner.hide(refusal.message), detail=owner.hide(refusal.detail))
    model = replace(setup.model, path=file_name(setup.model.path), template=None)
    return replace(setup, model=model, refusal=refusal)

"""A measurement of fidelity as the JSON, Markdown, CSV and lines of the command line: keys are a contract, unknown
numbers are null."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from itertools import chain
from typing import Any

from weighin.core import format
from weighin.core.csv_table import csv_table
from weighin.core.fidelity.fidelity import (
    FidelityRecord,
    FidelityRow,
    FidelitySummary,
    OtherChunk,
    OtherFidelity,
    SideFacts,
    WorstPosition,
)
from weighin.core.fidelity.names import other_names, row_names, side_name
from weighin.core.fidelity.published import SOURCE
from weighin.core.fidelity.tables import (
    cell,
    columns,
    figures_table,
    kinds_table,
    ladder,
    markdown_table,
    tool_table,
    worst_table,
    worst_words,
)
from weighin.core.fidelity.text import (
    TOOL,
    certainty_sentence,
    meaning_sentence,
    record_notices,
    text_before,
    with_error,
)
from weighin.core.models.report import model_json
from weighin.core.runs.answer import Failure
from weighin.core.runs.lane import LaneSetup
from weighin.core.runs.report import engine_json
from weighin.core.runs.run_state import STATES, RunState
from weighin.core.safe_text import safe_name

FIDELITY_SCHEMA = "weighin.fidelity/1"
_WORST_LISTED = 5


def fidelity_json(record: FidelityRecord) -> dict[str, Any]:
    """The one object that `weighin fidelity --json` prints."""
    return {
        "schema": FIDELITY_SCHEMA,
        "id": record.id,
        "created": record.created,
        "state": record.state.value,
        "engine": engine_json(record.engine),
        "base": model_json(record.base.model),
        "base_side": _side_json(record, record.base),
        "text": {
            "name": record.text.name,
            "sha256": record.text.sha256,
            "tokens": record.text.tokens,
            "chunks": record.text.chunks,
            "notices": list(record.text.notices),
        },
        "context": record.request.context,
        "chunks": len(record.chunks),
        "positions": len(record.chunks) * record.request.positions,
        "chunks_asked": record.request.chunks,
        "seed": record.request.seed,
        "models_took_turns": record.turns,
        "seconds": record.seconds,
        "others": [_other_json(record, other) for other in record.others],
        "scale": SOURCE,
        "notices": list(record_notices(record)),
        "finished": record.state is RunState.FINISHED,
    }


def fidelity_csv(record: FidelityRecord) -> str:
    """One line a position, with a header line; empty where a model did not read that chunk. position: index of the
    token in its chunk after which is predicted; token: the true next one; logarithms natural."""
    names = other_names(record)
    numbers = ("kld", "nll", "delta_p", "same_top")
    head = ["chunk", "kind", "position", "token", "base_nll", *(f"{name} {part}" for name in names for part in numbers)]
    return csv_table(chain([head], _csv_rows(record)))


def fidelity_markdown(record: FidelityRecord) -> str:
    """The measurement as a page to read."""
    lines = [
        f"# Fidelity: {cell(_title(record))}",
        "",
        f"{format.moment(record.created)} · {_state_words(record)}",
        "",
    ]
    for other in record.others:
        lines += [f"**{cell(meaning_sentence(record, other))}**", "", *_below(record, other), ""]
    lines += [_read_words(record), *(f"- {cell(notice)}" for notice in record_notices(record)), ""]
    lines += markdown_table(ladder(record))
    if figures := figures_table(record):
        lines += ["", "## All figures", "", *markdown_table(figures)]
    if kinds := kinds_table(record):
        lines += ["", "## By kind of text", "", *markdown_table(kinds)]
    if tool := tool_table(record):
        lines += ["", "## As llama.cpp prints it", "", f"{TOOL}.", "", *markdown_table(tool)]
    for name, other in zip(other_names(record), record.others, strict=True):
        if other.summary and other.summary.worst:
            lines += ["", f"## Where {cell(name)} differs most", "", *markdown_table(worst_table(record, other))]
    lines += ["", f"Scale: {SOURCE}", f"Text sha256 {record.text.sha256}, seed {record.request.seed}."]
    if record.engine:
        lines.append(f"Engine: llama-cpp-python {record.engine.llama_cpp_python}, llama.cpp {record.engine.build}")
    return "\n".join(lines) + "\n"


def result_lines(record: FidelityRecord) -> list[str]:
    """What it means, the ladder, kinds of text, and where each model differs most, in words."""
    lines: list[str] = []
    for other in record.others:
        lines += [meaning_sentence(record, other), *(f"   {line}" for line in _below(record, other))]
    lines += ["", _read_words(record), *(f"! {notice}" for notice in record_notices(record))]
    lines += ["", *columns(ladder(record))]
    if figures := figures_table(record):
        lines += ["", *columns(figures)]
    if kinds := kinds_table(record):
        lines += ["", *columns(kinds)]
    if tool := tool_table(record):
        lines += ["", f"{TOOL}:", *columns(tool)]
    for name, other in zip(other_names(record), record.others, strict=True):
        worst = other.summary.worst[:_WORST_LISTED] if other.summary else ()
        lines += ["", f"{name} differs most:"] if worst else []
        lines += [f"   {worst_words(record, position)}" for position in worst]
    return lines


def row_words(row: FidelityRow) -> str:
    """A measurement in a line: what was compared, on which text, and what was found."""
    base, *names = row_names(row)
    found = ", ".join(f"{name} KLD {_row_kld(other)}" for name, other in zip(names, row.others, strict=True))
    state = "" if row.state is RunState.FINISHED else f" ({_state_words(row).lower()})"
    return f"{found} against {base}, {safe_name(row.text, 40)}, {format.plural(row.chunks, 'chunk')}{state}"


def row_json(row: FidelityRow) -> dict[str, Any]:
    """A measurement in short, for lists."""
    return {
        "id": row.id,
        "created": row.created,
        "state": row.state.value,
        "text": row.text,
        "chunks": row.chunks,
        "base": row.base.name,
        "others": [
            {"model": other.side.model.name, "options": _load_json(other.side.setup, None), **_figures(other.summary)}
            for other in row.others
        ],
        "can_resume": row.can_resume,
    }


def _other_json(record: FidelityRecord, other: OtherFidelity) -> dict[str, Any]:
    summary = other.summary
    return {
        "model": model_json(other.side.model),
        **_side_json(record, other.side),
        "chunks": summary.chunks if summary else 0,
        "positions": summary.positions if summary else 0,
        "settled": summary.settled if summary else None,
        **_figures(summary),
        "as_llama_cpp": _tool_json(summary),
        "kinds": _kinds_json(summary),
        "worst": [_worst_json(record, position) for position in (summary.worst if summary else ())],
        "sentence": meaning_sentence(record, other),
        "certainty": certainty_sentence(record, other, record.state is RunState.RUNNING) or None,
    }


def _side_json(record: FidelityRecord, side: SideFacts) -> dict[str, Any]:
    return {
        "options": _load_json(side.setup, record.request.context),
        "speed": {
            "prompt_tokens_per_s": side.read_tokens_per_s,
            "generation_tokens_per_s": side.write_tokens_per_s,
        },
        "memory": {"peak_bytes": side.peak_bytes, "planned_bytes": side.planned_bytes},
        "notices": list(side.notices),
        "error": _error(side.failure),
    }


def _load_json(setup: LaneSetup, context: int | None) -> dict[str, Any]:
    """How it is loaded; context: the tokens of a chunk, whatever the setup says of it, None where not known."""
    return {**asdict(setup.load), "context": context, "threads": setup.threads}


def _error(failure: Failure | None) -> dict[str, str] | None:
    return {"kind": failure.kind, "message": failure.message} if failure else None


def _figures(summary: FidelitySummary | None) -> dict[str, Any]:
    if summary is None:
        return dict.fromkeys(("kld", "same_top", "delta_p", "perplexity"))
    kld, same, ratio = summary.kld, summary.same_top, summary.perplexity.ratio
    return {
        "kld": {
            "mean": kld.mean.value,
            "low": kld.mean.low,
            "high": kld.mean.high,
            "median": kld.median,
            "p90": kld.p90,
            "p95": kld.p95,
            "p99": kld.p99,
            "p999": kld.p999,
            "max": kld.maximum,
        },
        "same_top": {"share": same.value, "low": same.low, "high": same.high},
        "delta_p": {
            "mean": summary.mean_delta_p.value,
            "mean_low": summary.mean_delta_p.low,
            "mean_high": summary.mean_delta_p.high,
            "rms": summary.rms_delta_p.value,
            "rms_low": summary.rms_delta_p.low,
            "rms_high": summary.rms_delta_p.high,
        },
        "perplexity": {
            "base": summary.perplexity.base,
            "other": summary.perplexity.other,
            "ratio": ratio.value,
            "low": ratio.low,
            "high": ratio.high,
            "correlation": summary.perplexity.correlation,
        },
    }


def _tool_json(summary: FidelitySummary | None) -> dict[str, Any] | None:
    if summary is None:
        return None
    tool = summary.tool
    return {
        "kld_se": tool.kld,
        "same_top_se": tool.same_top,
        "rms_delta_p_se": tool.rms_delta_p,
        "mean_delta_p_se": tool.mean_delta_p,
        "perplexity_base_se": tool.perplexity_base,
        "perplexity_other_se": tool.perplexity_other,
        "perplexity_ratio_se": tool.perplexity_ratio,
    }


def _kinds_json(summary: FidelitySummary | None) -> dict[str, Any]:
    return {
        kind.kind: {
            "positions": kind.positions,
            "kld_mean": kind.kld_mean,
            "same_top": kind.same_top,
            "chunks": kind.chunks,
        }
        for kind in (summary.kinds if summary else ())
        if kind.kind
    }


def _worst_json(record: FidelityRecord, position: WorstPosition) -> dict[str, Any]:
    return {
        "chunk": position.chunk,
        "position": position.position,
        "text_before": text_before(record, position.chunk, position.position),
        "token": position.token,
        "kld": position.kld,
        "base": [[token.text, token.probability] for token in position.base],
        "other": [[token.text, token.probability] for token in position.other],
    }


def _csv_rows(record: FidelityRecord) -> Iterator[list[object]]:
    first, none = record.request.context // 2, [None] * 4
    read = [{chunk.number: chunk for chunk in other.chunks} for other in record.others]
    for base in record.chunks:
        theirs = [chunks.get(base.number) for chunks in read]
        for place, nll in enumerate(base.nll):
            position = first + place
            token = base.pieces[position + 1] if position + 1 < len(base.pieces) else None
            row: list[object] = [base.number, base.kind, position, token, nll]
            for chunk in theirs:
                row += none if chunk is None else _csv_cells(chunk, place)
            yield row


def _csv_cells(chunk: OtherChunk, place: int) -> list[object]:
    return [chunk.kld[place], chunk.nll[place], chunk.delta_p[place], int(chunk.same_top[place])]


def _title(record: FidelityRecord) -> str:
    return f"{', '.join(other_names(record))} against {side_name(record, 0)}"


def _state_words(record: FidelityRecord | FidelityRow) -> str:
    return f"{STATES[record.state]}{', can be resumed' if record.can_resume else ''}"


def _below(record: FidelityRecord, other: OtherFidelity) -> list[str]:
    """How certain the sentence is, and what went wrong."""
    lines = [certainty_sentence(record, other, record.state is RunState.RUNNING)]
    lines += [f"! {safe_name(text, 300)}" for text in other.side.notices]
    lines += [f"! {safe_name(failure.message, 400)}"] if (failure := other.side.failure) else []
    return [line for line in lines if line]


def _read_words(record: FidelityRecord) -> str:
    text = safe_name(record.text.name, 80)
    read = f"{format.count(len(record.chunks))} of {format.plural(record.text.chunks, 'chunk')}"
    base = safe_name(record.base.model.name, 80)
    return f"Base {base} · {text}, {read} of {format.count(record.request.context)} tokens"


def _row_kld(other: OtherFidelity) -> str:
    return with_error(other.summary.kld.mean) if other.summary else format.NONE

"""An evaluation as the JSON, Markdown and CSV of the command line: keys are a contract, unknown numbers are null."""

from __future__ import annotations

from typing import Any

from weighin.core import format
from weighin.core.csv_table import csv_table
from weighin.core.evaluations.evaluation import (
    EvaluationRecord,
    ItemResult,
    LaneEvaluation,
    ScoredItem,
    normed_choice,
)
from weighin.core.evaluations.forms import ENDING_FORMS
from weighin.core.evaluations.questions import LETTERS, OPTION_LETTERS, Question
from weighin.core.evaluations.stored_evaluation import EvaluationRow
from weighin.core.evaluations.text import (
    STATISTICS,
    caveat,
    cost_words,
    model_name,
    protocol_name,
    run_title,
    sample_sentence,
    score_words,
    scores,
    state_words,
    subject_score,
)
from weighin.core.evaluations.verdict_text import (
    flips_sentence,
    method_sentences,
    reason_sentence,
    verdict_sentence,
)
from weighin.core.models.report import model_json
from weighin.core.plans.plan import MemoryPlan
from weighin.core.runs.report import engine_json, engine_words
from weighin.core.runs.run_state import RunState
from weighin.core.safe_text import safe_name
from weighin.core.statistics.paired_words import boxes_words, paired_json

MMLU_SCHEMA = "weighin.mmlu/1"


def evaluation_json(record: EvaluationRecord, with_items: bool) -> dict[str, Any]:
    """The one object that `weighin mmlu --json` prints; item by item only where asked for."""
    protocol = record.protocol
    body: dict[str, Any] = {
        "schema": MMLU_SCHEMA,
        "id": record.id,
        "created": record.created,
        "state": record.state.value,
        "questions": record.request.choice.questions,
        "protocol": {
            "name": protocol.name,
            "shots": protocol.shots,
            "scoring": protocol.scoring,
            "sampling": protocol.sampling,
            "seed": protocol.seed,
            "n": protocol.n,
            "split": protocol.split,
            "subjects": list(protocol.subjects),
            "dataset": protocol.dataset,
            "dataset_sha256": protocol.dataset_sha256,
            "population": protocol.population,
            "is_mmlu": protocol.is_mmlu,
            "form": protocol.form,
            "note": protocol.note or None,
        },
        "engine": engine_json(record.engine),
        "lanes": [_lane_json(lane) for lane in record.lanes],
        "paired": paired_json(record.paired),
    }
    if with_items:
        body["items"] = [_item_json(item, len(record.lanes)) for item in record.items]
    return body


def evaluation_csv(record: EvaluationRecord) -> str:
    """One line a question, with a header line; empty where a lane was not asked."""
    labels = [lane.label for lane in record.lanes]
    options = max((len(item.question.choices) for item in record.items), default=len(LETTERS))
    normed = _is_normed(record)
    per_lane = [
        *("choice", "right", *(f"logprob_{letter}" for letter in OPTION_LETTERS[:options]), "margin", "near_tie"),
        *("failure", *(["choice_norm"] if normed else [])),
    ]
    head = ["id", "subject", "answer", *(f"{label.lower()}_{name}" for label in labels for name in per_lane)]
    rows: list[list[Any]] = [head]
    for item in record.items:
        cells: list[Any] = [item.question.id, item.question.subject, item.question.letter]
        for label in labels:
            cells += _csv_cells(item, label, options)
            cells += [_norm_letter(item.question, item.a if label == "A" else item.b) or ""] if normed else []
        rows.append(cells)
    return csv_table(rows)


def evaluation_markdown(record: EvaluationRecord) -> str:
    """The evaluation as a page to read."""
    protocol = record.protocol
    lines = [
        f"# {run_title(protocol)}",
        "",
        f"{format.moment(record.created)} · {state_words(record)}",
        "",
        *result_lines(record),
        "",
        sample_sentence(protocol),
        caveat(protocol),
        f"Method: {protocol_name(protocol.name, protocol.shots)}, {protocol.split} split, {protocol.scoring}.",
        "",
        "| Subject | " + " | ".join(f"{lane.label}" for lane in record.lanes) + " |",
        "|---|" + "---|" * len(record.lanes),
    ]
    for subject in sorted({name for lane in record.lanes for name in lane.subjects}):
        cells = [_subject_cell(lane, subject) for lane in record.lanes]
        lines.append(f"| {subject.replace('|', chr(92) + '|')} | " + " | ".join(cells) + " |")
    lines += ["", f"Data set sha256 {protocol.dataset_sha256}, seed {protocol.seed}."]
    if record.engine:
        lines.append(f"Engine: {engine_words(record.engine)}")
    return "\n".join(lines) + "\n"


def result_lines(record: EvaluationRecord) -> list[str]:
    """The verdict with its reason, each lane's numbers, and the method, in words."""
    paired, lines = record.paired, []
    if paired:
        reason = reason_sentence(paired, record.protocol.n, record.state)
        lines += [verdict_sentence(paired, record.state), *filter(None, (reason, flips_sentence(paired))), ""]
    for lane in record.lanes:
        lines.append(f"{lane.label}  {model_name(lane.model, lane.label)}: {score_words(lane) or 'no answers'}")
        lines += [f"   {text}" for text in _lane_lines(lane)]
    if paired:
        lines += ["", boxes_words(paired), *method_sentences(paired)]
    return lines


def row_words(row: EvaluationRow) -> str:
    """A run in a line: what was asked, and how it went."""
    how = protocol_name(row.protocol, row.shots)
    state = "" if row.state is RunState.FINISHED else f" ({state_words(row).lower()})"
    return f"{safe_name(row.dataset, 40)}, {format.plural(row.n, 'question')}, {how}: {scores(row)}{state}"


def row_json(row: EvaluationRow) -> dict[str, Any]:
    """A run in short, for lists."""
    return {
        "id": row.id,
        "created": row.created,
        "state": row.state.value,
        "questions": row.questions,
        "dataset": row.dataset,
        "protocol": row.protocol,
        "shots": row.shots,
        "split": row.split,
        "n": row.n,
        "lanes": [
            {
                "lane": lane.label,
                "model": lane.model.name,
                "n": lane.n,
                "correct": lane.correct,
                "accuracy": lane.accuracy,
                "interval": list(lane.interval) if lane.interval else None,
            }
            for lane in row.lanes
        ],
        "paired": paired_json(row.paired),
        "can_resume": row.can_resume,
    }


def _lane_lines(lane: LaneEvaluation) -> list[str]:
    lines = [cost_words(lane), " · ".join(f"{one.title}: {one.words(lane)}" for one in STATISTICS)] if lane.n else []
    if lane.unscorable:
        lines.append(f"! {format.plural(lane.unscorable, 'question')} not scored, counted as wrong")
    lines += [f"! {text}" for text in ((lane.alarm,) if lane.alarm else ())]
    lines += [f"! {safe_name(text, 300)}" for text in lane.notices]
    if lane.failure:
        lines.append(f"! {safe_name(lane.failure.message, 400)}")
    return lines


def _lane_json(lane: LaneEvaluation) -> dict[str, Any]:
    return {
        "lane": lane.label,
        "model": model_json(lane.model),
        "n": lane.n,
        "correct": lane.correct,
        "accuracy": lane.accuracy,
        "interval": list(lane.interval) if lane.interval else None,
        "acc_norm": lane.acc_norm,
        "tokens_evaluated": lane.tokens_evaluated if lane.tokens_evaluated or not lane.model.is_server else None,
        "unique_tokens": None if lane.model.is_server else lane.unique_tokens,
        "seconds": lane.seconds,
        "peak_bytes": lane.peak_bytes,
        "plan": _plan_json(lane.plan),
        "subjects": {name: {"n": score.n, "correct": score.correct} for name, score in lane.subjects.items()},
        **{one.key: one.value(lane) for one in STATISTICS},
        "alarm": lane.alarm or None,
        "notices": list(lane.notices),
        "error": {"kind": lane.failure.kind, "message": lane.failure.message} if lane.failure else None,
    }


def _plan_json(plan: MemoryPlan | None) -> dict[str, Any] | None:
    if plan is None:
        return None
    return {
        "method": plan.method.value,
        "cells": plan.context,
        "ram_bytes": plan.ram_bytes,
        "gpu_bytes": plan.gpu_bytes,
        "weights_bytes": plan.weights_bytes,
        "kv_bytes": plan.kv_bytes,
        "state_bytes": plan.state_bytes,
        "buffers_bytes": plan.compute_bytes + plan.output_bytes,
        "process_bytes": plan.overhead_bytes,
    }


def _item_json(item: ScoredItem, lanes: int) -> dict[str, Any]:
    body: dict[str, Any] = {"id": item.question.id, "subject": item.question.subject, "answer": item.question.letter}
    for label, result in (("a", item.a), ("b", item.b))[:lanes]:
        body[label] = _result_json(result)
        if result is not None and item.question.lengths is not None:
            body[label]["choice_norm"] = _norm_letter(item.question, result)
    return body


def _is_normed(record: EvaluationRecord) -> bool:
    form = ENDING_FORMS.get(record.protocol.form)
    return form is not None and form.normed


def _norm_letter(question: Question, result: ItemResult | None) -> str | None:
    """The letter of the ending with the largest log-probability for each byte."""
    choice = None if result is None else normed_choice(question, result)
    return None if choice is None else OPTION_LETTERS[choice]


def _result_json(result: ItemResult | None) -> dict[str, Any] | None:
    if result is None:
        return None
    return {
        "choice": result.letter,
        "logprobs": list(result.logprobs) if result.logprobs else None,
        "failure": result.failure or None,
    }


def _csv_cells(item: ScoredItem, label: str, options: int) -> list[Any]:
    result = item.a if label == "A" else item.b
    if result is None:
        return [""] * (5 + options)
    found = result.logprobs or ()
    logprobs = (*found, *("",) * (options - len(found)))
    margin = "" if result.margin is None else result.margin
    return [result.letter or "", int(bool(item.right(label))), *logprobs, margin, int(result.near_tie), result.failure]


def _subject_cell(lane: LaneEvaluation, subject: str) -> str:
    return subject_score(lane.subjects.get(subject))

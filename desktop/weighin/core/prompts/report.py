"""A run of a prompt set as JSON, CSV and Markdown."""

from __future__ import annotations

import json
from dataclasses import asdict
from statistics import median
from typing import Any

from weighin.core import format
from weighin.core.comparisons.report import options_json
from weighin.core.comparisons.text import MODES, count_words, verdict_words
from weighin.core.csv_table import csv_table
from weighin.core.grading.reading import plain
from weighin.core.grading.text import mark_words
from weighin.core.models.report import model_json
from weighin.core.prompts.marking import marks_of
from weighin.core.prompts.prompt_set import LaneOutcome, SetPrompt, SetResult, SetRun, StoredRun
from weighin.core.prompts.set_marks import MarkCounts, SetMarks
from weighin.core.prompts.verdict_text import (
    marks_lines,
    reason_sentence,
    right_per_1000_tokens,
    right_per_minute,
    verdict_sentence,
    warnings,
)
from weighin.core.runs.lane import LABELS
from weighin.core.safe_text import safe_name
from weighin.core.statistics.paired_words import paired_json

RUN_SCHEMA = "weighin.prompt-set/1"
_CELL, _MARK_CELL = 300, 60
_MARK_COLUMNS = ("mark", "extracted", "by", "absence", "reason")


def run_json(stored: StoredRun) -> dict[str, Any]:
    """The one object `weighin compare --prompts` prints."""
    run = stored.run
    return {
        "schema": RUN_SCHEMA,
        "id": run.id,
        "created": run.created,
        "name": run.name,
        "mode": run.mode.value,
        "prompts": len(run.prompts),
        "samples": run.samples,
        "answered": stored.answered,
        "failed": sum(result.failed for result in stored.results),
        "blind": run.blind,
        "lanes": [
            {"lane": label, "model": model_json(setup.model), "options": options_json(setup)}
            for label, setup in zip(LABELS, run.lanes, strict=True)
        ],
        "results": [_result_json(run, result) for result in stored.results],
        **({"marks": marks_json(marks, stored)} if (marks := marks_of(stored)) else {}),
    }


def marks_json(marks: SetMarks, stored: StoredRun) -> dict[str, Any]:
    """What the marks come to. paired_all: the same as paired with missing answers as not right."""
    return {
        "a": _counts_json(marks.a),
        "b": _counts_json(marks.b),
        "paired": paired_json(marks.paired),
        "paired_all": paired_json(marks.paired_all),
        "depends_on_missing": marks.depends_on_missing,
        "graded": marks.graded,
        "samples": marks.samples,
        "tags": {
            tag.tag: {"a": _counts_json(tag.a), "b": _counts_json(tag.b), "paired": paired_json(tag.paired)}
            for tag in marks.tags
        },
        "json": dict(zip("ab", map(asdict, marks.json), strict=True)) if marks.json else None,
        "numbers": dict(zip("ab", map(asdict, marks.numbers), strict=True)) if marks.numbers else None,
        "sentence": verdict_sentence(marks, stored),
        "reason": reason_sentence(marks, stored),
        "warnings": list(warnings(marks)),
    }


def run_csv(stored: StoredRun) -> str:
    """One line a result, with a header line."""
    run = stored.run
    lane = [name for name in LaneOutcome.__dataclass_fields__ if name != "marked"]
    names = [
        "number",
        "title",
        "prompt",
        "comparison",
        *(f"{label.lower()}_{name}" for label in LABELS for name in lane),
        "vote",
        "tag",
        "expect",
        "sample",
        *(f"{label.lower()}_{name}" for label in LABELS for name in _MARK_COLUMNS),
    ]
    rows: list[list[object]] = [list(names)]
    for result in stored.results:
        prompt, (place, sample) = run.prompt(result.number), _place(run, result)
        outcomes = (result.a, result.b)
        row: list[object] = [place + 1, prompt.title, prompt.text, result.comparison]
        row += [getattr(outcome, name) for outcome in outcomes for name in lane]
        row += [result.vote.value, prompt.tag, _expect_text(prompt), sample + 1]
        rows.append(row + [cell for outcome in outcomes for cell in _mark_cells(prompt, outcome)])
    return csv_table(rows)


def run_markdown(stored: StoredRun) -> str:
    """A page: the verdict where there are marks, and one table."""
    run, marks = stored.run, marks_of(stored)
    a, b = (_cell(setup.model.name) for setup in run.lanes)
    head = [
        f"# {_cell(run.name)}: {a} and {b}",
        "",
        f"{format.moment(run.created)} · {MODES[run.mode]} · {summary(stored)}",
    ]
    if marks is not None:
        head += ["", *map(_escaped, marks_lines(marks, stored))]
    graded = marks is not None
    lines = [
        *head,
        "",
        f"| # | Prompt | A: {a} | {'Mark | ' * graded}B: {b} | {'Mark | ' * graded}A tok/s | B tok/s |",
        f"|---:|---|---|{'---|' * graded}---|{'---|' * graded}---:|---:|",
    ]
    for result in stored.results:
        prompt, (place, sample) = run.prompt(result.number), _place(run, result)
        cells = [f"{place + 1}{f'.{sample + 1}' if run.samples > 1 else ''}", _cell(prompt.short)]
        for outcome in (result.a, result.b):
            cells += [_said(outcome), *([_mark_cell(prompt, outcome)] if graded else [])]
        cells += [format.figure(o.generation_tokens_per_s) for o in (result.a, result.b)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def run_text(stored: StoredRun, kind: str) -> str:
    """A file of `kind`: "md", "json" or "csv". Raises KeyError."""
    if kind == "json":
        return json.dumps(run_json(stored), ensure_ascii=False, indent=1) + "\n"
    return {"md": run_markdown, "csv": run_csv}[kind](stored)


def summary(stored: StoredRun) -> str:
    """ "12 of 40 answered · median generation speed A 31.0, B 12.4 tok/s"."""
    parts = [f"{format.count(stored.answered)} of {format.count(stored.run.total)} answered"]
    failed = sum(result.failed for result in stored.results)
    if failed:
        parts.append(f"{format.count(failed)} failed")
    if stored.judged:
        parts.append(f"judged blind: {count_words(stored.tally)}")
    speeds = [_median(stored.results, label) for label in LABELS]
    if any(speed is not None for speed in speeds):
        parts.append(f"median generation speed A {format.figure(speeds[0])}, B {format.figure(speeds[1])} tok/s")
    return " · ".join(parts)


def progress_words(stored: StoredRun, marks: SetMarks | None) -> str:
    """ "12 of 40 run · right: A 8, B 6", quick however many there are."""
    done = f"{format.count(len(stored.results))} of {format.count(stored.run.total)}"
    if marks is None:
        return f"{done} run"
    return f"{done} run · right: A {format.count(marks.a.right)}, B {format.count(marks.b.right)}"


def judged_words(stored: StoredRun) -> str:
    """ "3 of 12 judged": all that may be said of a blind run while it lasts."""
    return f"{format.count(stored.judged)} of {format.count(len(stored.run.prompts))} judged"


def tally_words(stored: StoredRun) -> str:
    """The votes of a blind run and what they settle; "" before the first."""
    return f"In this run: {count_words(stored.tally)}. {verdict_words(stored.tally)}" if stored.judged else ""


def _result_json(run: SetRun, result: SetResult) -> dict[str, Any]:
    prompt, (_, sample) = run.prompt(result.number), _place(run, result)
    return {
        "text": prompt.text,
        "title": prompt.title,
        "system": prompt.system,
        "tag": prompt.tag,
        "expect": [plain(one) for one in prompt.expect],
        "number": result.number,
        "sample": sample,
        "comparison": result.comparison,
        "a": _outcome_json(prompt, result.a),
        "b": _outcome_json(prompt, result.b),
        "vote": result.vote.value or None,
    }


def _outcome_json(prompt: SetPrompt, outcome: LaneOutcome) -> dict[str, Any]:
    body = asdict(outcome)
    marked = body.pop("marked")
    if not prompt.expect:
        return body
    return {
        **body,
        "mark": marked["mark"],
        "extracted": outcome.marked.extracted or None,
        "by": marked["by"],
        "rule": marked["rule"],
        "absence": marked["absence"] or None,
        "reason": outcome.marked.reason or None,
        "checks": marked["checks"],
    }


def _counts_json(counts: MarkCounts) -> dict[str, Any]:
    return {
        **asdict(counts),
        "right_per_1000_tokens": right_per_1000_tokens(counts),
        "right_per_minute": right_per_minute(counts),
    }


def _place(run: SetRun, result: SetResult) -> tuple[int, int]:
    """Which prompt, and which answer to it, both counted from 0."""
    return result.number % len(run.prompts), result.number // len(run.prompts)


def _expect_text(prompt: SetPrompt) -> str:
    return json.dumps([plain(one) for one in prompt.expect], ensure_ascii=False) if prompt.expect else ""


def _mark_cells(prompt: SetPrompt, outcome: LaneOutcome) -> tuple[str, ...]:
    marked = outcome.marked
    if not prompt.expect:
        return ("",) * len(_MARK_COLUMNS)
    return marked.mark.value, marked.extracted, marked.by.value, marked.absence.value, marked.reason


def _mark_cell(prompt: SetPrompt, outcome: LaneOutcome) -> str:
    if not prompt.expect:
        return format.NONE
    extracted = _cell(outcome.marked.extracted, _MARK_CELL)
    return f"{mark_words(outcome.marked)}{f': {extracted}' if extracted else ''}"


def _median(results: tuple[SetResult, ...], label: str) -> float | None:
    outcomes = (r.a if label == "A" else r.b for r in results)
    rates = [o.generation_tokens_per_s for o in outcomes if o.generation_tokens_per_s is not None]
    return median(rates) if rates else None


def _said(outcome: LaneOutcome) -> str:
    return f"({_cell(outcome.failure)})" if outcome.failure else _cell(outcome.text)


def _cell(text: str, limit: int = _CELL) -> str:
    """Text that can end neither its cell nor its table."""
    return _escaped(safe_name(" ".join(text.split()), limit))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")

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
from weighin.core.models.report import model_json
from weighin.core.prompts.prompt_set import LaneOutcome, SetResult, StoredRun
from weighin.core.runs.lane import LABELS
from weighin.core.safe_text import safe_name

RUN_SCHEMA = "weighin.prompt-set/1"
_CELL = 300


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
        "answered": stored.answered,
        "failed": sum(result.failed for result in stored.results),
        "blind": run.blind,
        "lanes": [
            {"lane": label, "model": model_json(setup.model), "options": options_json(setup)}
            for label, setup in zip(LABELS, run.lanes, strict=True)
        ],
        "results": [
            {**asdict(run.prompts[r.number]), "number": r.number, "comparison": r.comparison,
             "a": asdict(r.a), "b": asdict(r.b), "vote": r.vote.value or None}
            for r in stored.results
        ],
    }  # fmt: skip


def run_csv(stored: StoredRun) -> str:
    """One line a prompt, with a header line."""
    lane = list(LaneOutcome.__dataclass_fields__)
    names = [
        "number",
        "title",
        "prompt",
        "comparison",
        *(f"{label.lower()}_{name}" for label in LABELS for name in lane),
        "vote",
    ]
    rows: list[list[object]] = [list(names)]
    for result in stored.results:
        prompt = stored.run.prompts[result.number]
        values = [asdict(outcome)[name] for outcome in (result.a, result.b) for name in lane]
        rows.append([result.number + 1, prompt.title, prompt.text, result.comparison, *values, result.vote.value])
    return csv_table(rows)


def run_markdown(stored: StoredRun) -> str:
    """A page with one table."""
    run = stored.run
    a, b = (_cell(setup.model.name) for setup in run.lanes)
    lines = [
        f"# {_cell(run.name)}: {a} and {b}",
        "",
        f"{format.moment(run.created)} · {MODES[run.mode]} · {summary(stored)}",
        "",
        f"| # | Prompt | A: {a} | B: {b} | A tok/s | B tok/s |",
        "|---:|---|---|---|---:|---:|",
    ]
    for result in stored.results:
        cells = (_cell(run.prompts[result.number].short), _said(result.a), _said(result.b))
        speeds = (format.figure(o.generation_tokens_per_s) for o in (result.a, result.b))
        lines.append(f"| {result.number + 1} | {' | '.join((*cells, *speeds))} |")
    return "\n".join(lines) + "\n"


def run_text(stored: StoredRun, kind: str) -> str:
    """A file of `kind`: "md", "json" or "csv". Raises KeyError."""
    if kind == "json":
        return json.dumps(run_json(stored), ensure_ascii=False, indent=1) + "\n"
    return {"md": run_markdown, "csv": run_csv}[kind](stored)


def summary(stored: StoredRun) -> str:
    """ "12 of 40 answered · median generation speed A 31.0, B 12.4 tok/s"."""
    parts = [f"{format.count(stored.answered)} of {format.count(len(stored.run.prompts))} answered"]
    failed = sum(result.failed for result in stored.results)
    if failed:
        parts.append(f"{format.count(failed)} failed")
    if stored.judged:
        parts.append(f"judged blind: {count_words(stored.tally)}")
    speeds = [_median(stored.results, label) for label in LABELS]
    if any(speed is not None for speed in speeds):
        parts.append(f"median generation speed A {format.figure(speeds[0])}, B {format.figure(speeds[1])} tok/s")
    return " · ".join(parts)


def judged_words(stored: StoredRun) -> str:
    """ "3 of 12 judged": all that may be said of a blind run while it lasts."""
    return f"{format.count(stored.judged)} of {format.count(len(stored.run.prompts))} judged"


def tally_words(stored: StoredRun) -> str:
    """The votes of a blind run and what they settle; "" before the first."""
    return f"In this run: {count_words(stored.tally)}. {verdict_words(stored.tally)}" if stored.judged else ""


def _median(results: tuple[SetResult, ...], label: str) -> float | None:
    outcomes = (r.a if label == "A" else r.b for r in results)
    rates = [o.generation_tokens_per_s for o in outcomes if o.generation_tokens_per_s is not None]
    return median(rates) if rates else None


def _said(outcome: LaneOutcome) -> str:
    return f"({_cell(outcome.failure)})" if outcome.failure else _cell(outcome.text)


def _cell(text: str) -> str:
    """Text that can end neither its cell nor its table."""
    return safe_name(" ".join(text.split()), _CELL).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")

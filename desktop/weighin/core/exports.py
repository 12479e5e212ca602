"""The formats comparisons, evaluations and measurements of fidelity are exported in, beside the bundle."""

from __future__ import annotations

import json

from weighin.core.comparisons.comparison import Comparison
from weighin.core.comparisons.report import comparison_csv, comparison_json, comparison_markdown
from weighin.core.evaluations.evaluation import EvaluationRecord
from weighin.core.evaluations.report import evaluation_csv, evaluation_json, evaluation_markdown
from weighin.core.fidelity.fidelity import FidelityRecord
from weighin.core.fidelity.report import fidelity_csv, fidelity_json, fidelity_markdown
from weighin.core.prompts.prompt_set import StoredRun
from weighin.core.prompts.report import run_text

EXPORTS = {"md": "Markdown", "json": "JSON", "csv": "CSV"}


def export_text(comparison: Comparison | StoredRun, kind: str) -> str:
    """The text of a file of `kind`, one of EXPORTS, with a comparison or all of a prompt set. Raises KeyError."""
    if isinstance(comparison, StoredRun):
        return run_text(comparison, kind)
    if kind == "json":
        return json.dumps(comparison_json(comparison), ensure_ascii=False, indent=1) + "\n"
    return {"md": comparison_markdown, "csv": comparison_csv}[kind](comparison)


def evaluation_text(record: EvaluationRecord, kind: str) -> str:
    """The same for an evaluation; JSON and CSV with every question. Raises KeyError."""
    if kind == "json":
        return json.dumps(evaluation_json(record, with_items=True), ensure_ascii=False, indent=1) + "\n"
    return {"md": evaluation_markdown, "csv": evaluation_csv}[kind](record)


def fidelity_text(record: FidelityRecord, kind: str) -> str:
    """The same for a measurement of fidelity; CSV with every position. Raises KeyError."""
    if kind == "json":
        return json.dumps(fidelity_json(record), ensure_ascii=False, indent=1) + "\n"
    return {"md": fidelity_markdown, "csv": fidelity_csv}[kind](record)

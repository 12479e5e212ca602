"""The formats a comparison is exported in, beside the bundle."""

from __future__ import annotations

import json

from weighin.core.comparison import Comparison
from weighin.core.report import comparison_csv, comparison_json, comparison_markdown

EXPORTS = {"md": "Markdown", "json": "JSON", "csv": "CSV"}


def export_text(comparison: Comparison, kind: str) -> str:
    """The text of a file of `kind`, one of EXPORTS. Raises KeyError."""
    if kind == "json":
        return json.dumps(comparison_json(comparison), ensure_ascii=False, indent=1) + "\n"
    return {"md": comparison_markdown, "csv": comparison_csv}[kind](comparison)

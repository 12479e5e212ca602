"""weighin history: list, show, search, export."""

from __future__ import annotations

import argparse
import contextlib
from dataclasses import asdict

from weighin.cli.console import Console
from weighin.core import words
from weighin.core.history import HistoryRow
from weighin.core.report import comparison_csv, comparison_json, comparison_markdown
from weighin.core.safe_text import safe_name, safe_text
from weighin.paths import Profile
from weighin.store.comparisons import ComparisonStore
from weighin.store.database import moved_aside_sentence, open_database


def run_history(options: argparse.Namespace, profile: Profile, console: Console) -> int:
    """Print what was asked for; 0, or an AppError."""
    if options.action == "votes":
        from weighin.cli.votes import run_votes

        return run_votes(options, profile, console)
    with contextlib.closing(
        ComparisonStore(open_database(profile.database, lambda place: console.say(moved_aside_sentence(place))))
    ) as store:
        return _carry_out(options, store, profile, console)


def _carry_out(options: argparse.Namespace, store: ComparisonStore, profile: Profile, console: Console) -> int:
    if options.action in ("list", "search"):
        rows = store.rows(options.text if options.action == "search" else "", limit=100_000)
        if options.json:
            console.json({"schema": "weighin.history/1", "comparisons": [asdict(row) for row in rows]})
        else:
            console.result(
                "\n".join(_line(row) for row in rows) or "Nothing was compared yet." * (options.action == "list")
            )
        return 0
    comparison = store.get(options.id)
    if options.action == "export" and options.format == "bundle":
        from weighin.cli.replay import export_bundle

        console.result(export_bundle(comparison, profile, console))
    elif options.action == "show" and not options.json:
        console.result(safe_text(comparison_markdown(comparison)))
    elif options.action == "show" or options.format == "json":
        console.json(comparison_json(comparison))
    else:
        console.result(comparison_csv(comparison) if options.format == "csv" else comparison_markdown(comparison))
    return 0


def _line(row: HistoryRow) -> str:
    models = f"{safe_name(row.model_a, 30)} | {safe_name(row.model_b, 30)}"
    return f"{row.id[:8]}  {words.moment(row.created)}  {models}  {safe_name(row.prompt, 60)}"

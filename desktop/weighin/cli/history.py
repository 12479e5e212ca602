"""weighin history: list, show, search, export."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from weighin.cli.console import Console
from weighin.core import format
from weighin.core.comparisons.blind import Contender, Tally, fewest_more, tallies
from weighin.core.comparisons.comparison import Comparison, HistoryRow
from weighin.core.comparisons.report import comparison_csv, comparison_json, comparison_markdown
from weighin.core.comparisons.text import count_words, interval_words, verdict_words
from weighin.core.errors import AppError
from weighin.core.evaluations.evaluation import EvaluationRecord
from weighin.core.evaluations.report import evaluation_csv, evaluation_json, evaluation_markdown, row_json, row_words
from weighin.core.evaluations.stored_evaluation import EvaluationRow
from weighin.core.exports import fidelity_text
from weighin.core.fidelity import report as fidelity_report
from weighin.core.fidelity.fidelity import FidelityRecord, FidelityRow
from weighin.core.prompts.prompt_set import StoredRun
from weighin.core.prompts.report import run_csv, run_json, run_markdown
from weighin.core.safe_text import safe_name, safe_text
from weighin.services.evaluations.kept_runs import kept_record
from weighin.services.fidelity.fidelity_history import kept_fidelity
from weighin.services.lanes.kept_runs import kept_rows
from weighin.services.records import Records
from weighin.wiring.services import Services


def run_votes(options: argparse.Namespace, records: Records, console: Console) -> int:
    """Print the tally of every pair of models; 0, or an AppError."""
    found = tallies(records.wait(lambda stores: stores.votes.votes()))
    if options.json:
        console.json({"schema": "weighin.votes/1", "pairs": [_tally_json(tally) for tally in found]})
    else:
        console.result("\n".join(_lines(tally) for tally in found) or "No blind votes yet.")
    return 0


def _tally_json(tally: Tally) -> dict[str, Any]:
    interval = tally.interval
    return {
        "models": [_model(tally.one), _model(tally.two)],
        "votes": tally.n,
        "for": [tally.for_one, tally.for_two],
        "ties": tally.ties,
        "both_bad": tally.both_bad,
        "share_of_first": tally.for_one / tally.decisive if tally.decisive else None,
        "interval": list(interval) if interval else None,
        "p": tally.p,
        "settled": tally.is_settled,
        "more_votes_at_least": fewest_more(tally),
        "sentence": verdict_words(tally),
    }


def _model(model: Contender) -> dict[str, Any]:
    return {"name": model.name, "quantization": model.quantization or None, "key": model.key}


def _lines(tally: Tally) -> str:
    share = f"share of the first {interval_words(tally)}, exact 95 % interval"
    return f"{format.plural(tally.n, 'vote')}: {count_words(tally)}\n   {share}\n   {verdict_words(tally)}"


_ALL = 100_000
_Kept = Comparison | EvaluationRecord | FidelityRecord | StoredRun


def run_history(options: argparse.Namespace, services: Services, console: Console) -> int:
    """Print what was asked for; 0, or an AppError."""
    records = services.records
    if options.action == "votes":
        return run_votes(options, records, console)
    if options.action in ("list", "search"):
        return _list(options, records, console)
    found = _find(options.id, records)
    if options.action == "export" and options.format == "bundle":
        console.json_text(_bundle(found, services, console))
    elif options.action == "show" and not options.json:
        console.result(safe_text(_markdown(found)))
    elif options.action == "show" or options.format == "json":
        # What is exported is all there is; what is shown is what one looks at.
        console.json(_json(found, with_items=options.action == "export"))
    else:
        console.result(_csv(found) if options.format == "csv" else _markdown(found))
    return 0


def _bundle(found: _Kept, services: Services, console: Console) -> str:
    """Raises AppError."""
    from weighin.cli.replay import export_bundle, export_fidelity, export_set_run

    if isinstance(found, EvaluationRecord):
        raise AppError("An evaluation cannot be a bundle: export it as md, json or csv.", kind="usage")
    if isinstance(found, StoredRun):
        return export_set_run(found)
    return export_fidelity(found) if isinstance(found, FidelityRecord) else export_bundle(found, services, console)


def _list(options: argparse.Namespace, records: Records, console: Console) -> int:
    text = options.text if options.action == "search" else ""
    compared = records.wait(lambda stores: stores.comparisons.rows(text, limit=_ALL))
    evaluated = records.wait(lambda stores: kept_rows(stores.evaluations, text, limit=_ALL))
    measured = records.wait(lambda stores: kept_rows(stores.fidelity, text, limit=_ALL))
    if options.json:
        body = {
            "schema": "weighin.history/1",
            "comparisons": [asdict(row) for row in compared],
            "evaluations": [row_json(row) for row in evaluated],
            "fidelity": [fidelity_report.row_json(row) for row in measured],
        }
        console.json(body)
        return 0
    lines = [(row.created, _comparison_line(row)) for row in compared]
    lines += [(row.created, _evaluation_line(row)) for row in evaluated]
    lines += [(row.created, _fidelity_line(row)) for row in measured]
    nothing = "No comparisons yet." if options.action == "list" else f"Nothing found for {safe_name(text)!r}."
    console.result("\n".join(line for _, line in sorted(lines, key=lambda pair: pair[0], reverse=True)) or nothing)
    return 0


def _find(identifier: str, records: Records) -> _Kept:
    """The one thing whose id begins with `identifier`. Raises AppError."""
    found: list[_Kept] = []
    readers: tuple[Callable[[], _Kept], ...] = (
        lambda: records.wait(lambda stores: stores.comparisons.get(identifier)),
        lambda: records.wait(lambda stores: kept_record(stores.evaluations, identifier)),
        lambda: records.wait(lambda stores: kept_fidelity(stores.fidelity, identifier)),
        lambda: records.wait(lambda stores: stores.prompt_sets.run_beginning(identifier)),
    )
    for read in readers:
        try:
            found.append(read())
        except AppError as error:
            if error.kind != "missing":
                raise
    if not found:
        raise AppError(
            f"No comparison, evaluation or measurement has the id {safe_name(identifier)!r}.", kind="missing"
        )
    if len(found) > 1:
        raise AppError(f"Several ids begin with {safe_name(identifier)!r}: type more of it.", kind="ambiguous")
    return found[0]


def _json(found: _Kept, with_items: bool) -> object:
    if isinstance(found, FidelityRecord):
        return fidelity_report.fidelity_json(found)
    if isinstance(found, StoredRun):
        return run_json(found)
    return comparison_json(found) if isinstance(found, Comparison) else evaluation_json(found, with_items)


def _markdown(found: _Kept) -> str:
    if isinstance(found, FidelityRecord):
        return fidelity_text(found, "md")
    if isinstance(found, StoredRun):
        return run_markdown(found)
    return comparison_markdown(found) if isinstance(found, Comparison) else evaluation_markdown(found)


def _csv(found: _Kept) -> str:
    if isinstance(found, FidelityRecord):
        return fidelity_text(found, "csv")
    if isinstance(found, StoredRun):
        return run_csv(found)
    return comparison_csv(found) if isinstance(found, Comparison) else evaluation_csv(found)


def _comparison_line(row: HistoryRow) -> str:
    models = f"{safe_name(row.model_a, 30)} | {safe_name(row.model_b, 30)}"
    named = f"{safe_name(row.name, 60)}: " if row.name else ""
    said = f"{'★ ' * row.starred}{named}{safe_name(row.prompt, 60)}"
    return f"{row.id[:8]}  {format.moment(row.created)}  {models}  {said}"


def _evaluation_line(row: EvaluationRow) -> str:
    models = " | ".join(safe_name(lane.model.name, 30) for lane in row.lanes)
    return f"{row.id[:8]}  {format.moment(row.created)}  {models}  {row_words(row)}"


def _fidelity_line(row: FidelityRow) -> str:
    return f"{row.id[:8]}  {format.moment(row.created)}  {fidelity_report.row_words(row)}"

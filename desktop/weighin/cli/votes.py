"""weighin history votes: what blind rounds have shown so far."""

from __future__ import annotations

import argparse
import contextlib
from typing import Any

from weighin.cli.console import Console
from weighin.core import format
from weighin.core.comparisons.blind import Contender, Tally, fewest_more, tallies
from weighin.core.comparisons.text import count_words, interval_words, verdict_words
from weighin.paths import Profile
from weighin.store.database import open_database
from weighin.store.votes import VoteStore


def run_votes(options: argparse.Namespace, profile: Profile, console: Console) -> int:
    """Print the tally of every pair of models; 0, or an AppError."""
    with contextlib.closing(VoteStore(open_database(profile.database, console.say))) as store:
        found = tallies(store.votes())
    if options.json:
        console.json({"schema": "weighin.votes/1", "pairs": [_json(tally) for tally in found]})
    else:
        console.result("\n".join(_lines(tally) for tally in found) or "No blind round was voted on yet.")
    return 0


def _json(tally: Tally) -> dict[str, Any]:
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

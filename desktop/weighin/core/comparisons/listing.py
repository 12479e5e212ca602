"""How kept comparisons are listed: those of a prompt set together, and marks that tell what a row was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from weighin.core import format
from weighin.core.comparisons.comparison import HistoryRow
from weighin.core.comparisons.text import STOPS
from weighin.core.runs.answer import StopReason
from weighin.core.safe_text import safe_name


@dataclass(frozen=True)
class SetRows:
    """The comparisons of one run of a prompt set that were found, newest first; more than one."""

    rows: tuple[HistoryRow, ...]

    @property
    def run(self) -> str:
        """The id of the run."""
        return self.rows[0].set_run

    @property
    def title(self) -> str:
        """ "Set “Explain”, 12 prompts"."""
        return f"Set “{safe_name(self.rows[0].set_name, 60)}”, {format.plural(len(self.rows), 'prompt')}"

    def speed(self, lane: str) -> float | None:
        """The median generation speed of lane "A" or "B" in tokens per second; None where none is known."""
        found = (row.generation_tokens_per_s_a if lane == "A" else row.generation_tokens_per_s_b for row in self.rows)
        known = [rate for rate in found if rate is not None]
        return median(known) if known else None


@dataclass(frozen=True)
class Mark:
    """A word or two on a row, and what it means."""

    text: str
    meaning: str


def in_sets(rows: Iterable[HistoryRow]) -> tuple[HistoryRow | SetRows, ...]:
    """The same in the same order; those of one run of a set stand together where the first of them is."""
    together: dict[str, list[HistoryRow]] = {}
    for row in rows:
        together.setdefault(f"run {row.set_run}" if row.set_run else f"comparison {row.id}", []).append(row)
    return tuple(SetRows(tuple(found)) if len(found) > 1 else found[0] for found in together.values())


def marks(row: HistoryRow) -> tuple[Mark, ...]:
    """What a comparison was, beside its prompt and its models."""
    found = []
    if row.blind:
        found.append(Mark("Blind", "Blind: voted on without names."))
    if row.rounds is not None and row.rounds > 1:
        found.append(Mark(f"{row.rounds} rounds", f"{row.rounds} rounds: the numbers are medians."))
    if row.follows:
        found.append(Mark("Follow-up", "Follow-up: continues an earlier comparison."))
    if row.set_run:
        found.append(Mark("Set", f"Set: part of “{safe_name(row.set_name, 60)}”."))
    return tuple(found)


def status_words(entry: HistoryRow | SetRows) -> str:
    """How a comparison ended, each lane where they differ; of a set how many ended well."""
    if isinstance(entry, SetRows):
        whole = (StopReason.END.value, StopReason.LENGTH.value)
        ended = sum(row.stop_a in whole and row.stop_b in whole for row in entry.rows)
        all_of_them = format.count(len(entry.rows))
        return STOPS[StopReason.END] if ended == len(entry.rows) else f"{format.count(ended)} of {all_of_them}"
    a, b = (_stop(value) for value in (entry.stop_a, entry.stop_b))
    return a if a == b else f"A {a.lower()}, B {b.lower()}"


def _stop(value: str) -> str:
    try:
        return STOPS[StopReason(value)]
    except ValueError:
        return safe_name(value, 24) or format.NONE

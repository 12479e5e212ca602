"""The rows of the History page: comparisons, and prompt sets that unfold."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from weighin.core import format
from weighin.core.comparisons.comparison import HistoryRow
from weighin.core.comparisons.listing import Mark, SetRows, in_sets, marks, status_words
from weighin.core.comparisons.text import MODES
from weighin.core.runs.lane import Mode
from weighin.core.safe_text import safe_name
from weighin.ui.widgets.table import Column

STAR = "★"


@dataclass(frozen=True)
class Entry:
    """A row. `group`: the set it stands for, `row` being its newest comparison; nested: it stands below its set."""

    row: HistoryRow
    group: SetRows | None = None
    unfolded: bool = False
    nested: bool = False

    @property
    def key(self) -> str:
        """What tells it from all others."""
        return f"set {self.group.run}" if self.group else self.row.id

    @property
    def set_run(self) -> str:
        """The id of the run of a prompt set that it is, or belongs to; "" for none."""
        return self.group.run if self.group else self.row.set_run

    @property
    def rows(self) -> tuple[HistoryRow, ...]:
        """The comparisons it stands for."""
        return self.group.rows if self.group else (self.row,)

    @property
    def starred(self) -> bool:
        """Whether all of them are."""
        return all(row.starred for row in self.rows)

    @property
    def marks(self) -> tuple[Mark, ...]:
        """What the row wears; below its set nothing says "set" again."""
        if self.group:
            return ()
        return tuple(mark for mark in marks(self.row) if not (self.nested and mark.text == "Set"))

    @property
    def text(self) -> str:
        """What was asked, behind the name where it has one."""
        if self.group:
            return self.group.title
        prompt = safe_name(" ".join(self.row.prompt.split()), 300)
        return f"{safe_name(self.row.name, 300)}: {prompt}" if self.row.name else prompt


def entries(rows: tuple[HistoryRow, ...], unfolded: Collection[str], grouped: bool) -> tuple[Entry, ...]:
    """`unfolded`: keys of sets that show their comparisons. grouped: whether there are sets at all."""
    found: list[Entry] = []
    for one in in_sets(rows) if grouped else rows:
        if not isinstance(one, SetRows):
            found.append(Entry(one))
            continue
        head = Entry(one.rows[0], one)
        is_open = head.key in unfolded
        found.append(Entry(one.rows[0], one, is_open))
        found += [Entry(row, nested=True) for row in one.rows] if is_open else []
    return tuple(found)


def tip(entry: Entry) -> str:
    """What a row is, more fully."""
    row = entry.row
    if entry.group:
        return entry.group.title
    lines = [row.name, row.prompt, f"A: {row.answer_a}", f"B: {row.answer_b}", status_words(row)]
    return "\n".join(line for line in (*lines, *(mark.meaning for mark in entry.marks)) if line)


def _speed(entry: Entry, lane: str) -> str:
    if entry.group:
        return format.figure(entry.group.speed(lane))
    row = entry.row
    return format.figure(row.generation_tokens_per_s_a if lane == "A" else row.generation_tokens_per_s_b)


def _speed_tip(entry: Entry) -> str:
    return "Generation speed in tokens per second" + (", median of the set" if entry.group else "")


def _mode(entry: Entry) -> str:
    try:
        return MODES[Mode(entry.row.mode)]
    except ValueError:
        return safe_name(entry.row.mode, 24)


def _spoken(entry: Entry) -> str:
    folded = (", unfolded" if entry.unfolded else ", folded") if entry.group else ""
    return ", ".join((f"Prompt: {entry.text}{folded}", *(mark.text for mark in entry.marks)))


_PROMPT, _MODEL, _END = "What is seven plus five?", "Starter Dense", "Token limit"
_NAME = 300
COLUMNS = (
    Column(STAR, lambda e: STAR if e.starred else "", STAR, centred=True,
           tip=lambda e: "Starred: click to remove the star" if e.starred else "Click to star",
           spoken=lambda e: "Starred" if e.starred else "Not starred"),
    Column("When", lambda e: format.moment(e.row.created), "2026-11-22 10:31"),
    Column("Prompt", lambda e: e.text, _PROMPT, 0.5, least=_PROMPT, spoken=_spoken),
    Column("Model A", lambda e: safe_name(e.row.model_a, _NAME) or format.NONE, _MODEL, 0.13, least=_MODEL),
    Column("Model B", lambda e: safe_name(e.row.model_b, _NAME) or format.NONE, _MODEL, 0.13, least=_MODEL),
    Column("Mode", _mode, "Simultaneous"),
    Column("A tok/s", lambda e: _speed(e, "A"), "A tok/s", number=True, tip=_speed_tip),
    Column("B tok/s", lambda e: _speed(e, "B"), "B tok/s", number=True, tip=_speed_tip),
    Column("Status", lambda e: status_words(e.group or e.row), _END, 0.24, least=_END),
)  # fmt: skip
STAR_COLUMN, PROMPT_COLUMN = 0, 2

"""Prompts in CSV, as spreadsheets write a table: a header that names the columns, one prompt a row."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from weighin.core import format
from weighin.core.errors import AppError
from weighin.core.prompts.prompt_rows import TEXT_KEYS, Imported, gathered, gsm8k_solution, prompt_of
from weighin.core.prompts.prompt_set import SetPrompt
from weighin.core.safe_text import safe_name

_SEPARATORS = (",", ";", "\t")
# Excel's own first line, which names the separator.
_DECLARED = re.compile(r'"?sep=([^"\s]|\t)"?[ ;,\t]*(?:\r\n|\r|\n)', re.IGNORECASE)
_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_NAME = re.compile(r"[\w .-]{0,30}")
_PROMPT_COLUMNS = frozenset((*TEXT_KEYS, "title", "tag", "system"))
_EXPECT_COLUMNS = frozenset(
    ("expect", "exact", "contains", "any", "not", "regex", "number", "tolerance", "choice", "options", "json_schema",
     "json_equal", "tests", "votes")
)  # fmt: skip
_YES, _NO = frozenset(("true", "yes", "y", "1", "x")), frozenset(("false", "no", "n", "0", ""))
_BETWEEN_TEXTS = re.compile(r"\s+\|\s+")
_TWO_WAYS = re.compile(r"[+-]?[0-9]{1,3},[0-9]{3}")
# A longer row has a quotation mark left open; a table of more lines is more than a set may hold.
_LONGEST_ROW, _MOST_LINES = 2000, 2_000_000


@dataclass(frozen=True)
class _Table:
    """line: in which the header stands; columns: their names as they are known; titles: as they are written."""

    line: int
    separator: str
    columns: tuple[str, ...]
    titles: tuple[str, ...]
    lines: tuple[str, ...]

    @property
    def expects(self) -> bool:
        """Whether a column says what is right."""
        return not _EXPECT_COLUMNS.isdisjoint(self.columns)


@dataclass(frozen=True)
class _Row:
    """problem: why it cannot be read."""

    cells: tuple[str, ...]
    problem: str = ""


def has_header(data: bytes) -> bool:
    """Whether the first line of a file names columns, one of them of prompts."""
    return _table(data[: 1 << 16].decode("utf-8", "replace")) is not None


def csv_prompts(data: bytes) -> Imported:
    """Prompts of a CSV file with a header: a column "prompt" (or "text", "question", "instruction"), and as wanted
    "title", "tag", "system", "expect" (JSON), and one for each kind: exact, contains, any, not, regex, number,
    tolerance, choice, options, json_schema, json_equal, tests, votes. Several texts in a cell stand with " | " between
    them. Raises AppError."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = format.count(data.count(b"\n", 0, error.start) + 1)
        raise AppError(f"Line {line} is not UTF-8 text: save the file as UTF-8.", kind="damaged") from None
    table = _table(text)
    assert table is not None
    known = _PROMPT_COLUMNS | _EXPECT_COLUMNS | ({"answer"} if "####" in text else set())
    unused = [title for title, name in zip(table.titles, table.columns, strict=True) if name and name not in known]
    notes = [f"Columns not used: {safe_name(', '.join(unused), 200)}."] if unused else []
    return gathered(_rows(table), partial(_prompt, table), notes)


def _table(text: str) -> _Table | None:
    """The table in `text` by the separator with which its first line names columns; None where none does."""
    declared = _DECLARED.match(text)
    rest = text[declared.end() :] if declared else text
    lines = tuple(line[0] for line in islice(_LINES.finditer(rest), _MOST_LINES))
    first = next((n for n, line in enumerate(lines) if line.strip()), None)
    if first is None or len(lines[first]) > 2000:
        return None
    for separator in (declared[1],) if declared else _SEPARATORS:
        try:
            titles = [title.strip() for title in next(csv.reader([lines[first]], delimiter=separator), [])]
        except csv.Error:
            continue
        while titles and not titles[-1]:
            titles.pop()
        names = [title.casefold().replace(" ", "_").replace("-", "_") for title in titles]
        is_named = all(_NAME.fullmatch(title) for title in titles) and not {*names}.isdisjoint(TEXT_KEYS)
        if is_named and (len(names) > 1 or names == ["prompt"]):
            return _Table(first + (2 if declared else 1), separator, tuple(names), tuple(titles), lines[first + 1 :])
    return None


def _rows(table: _Table) -> Iterator[tuple[str, _Row]]:
    """Rows that are not blank, and where each begins."""
    at = 0
    while at < len(table.lines):
        if not table.lines[at].strip():
            at += 1
            continue
        where = f"Line {format.count(table.line + 1 + at)}"
        row, taken = _row(table, at)
        at += taken
        if row.problem or any(cell.strip() for cell in row.cells):
            yield where, row


def _row(table: _Table, at: int) -> tuple[_Row, int]:
    """The row that begins in line `at`, and how many lines it takes: one where it cannot be read, so that the next is
    read for itself."""
    following = (table.lines[n] for n in range(at, min(len(table.lines), at + _LONGEST_ROW)))
    reader = csv.reader(following, delimiter=table.separator, strict=True)
    try:
        cells = next(reader)
    except csv.Error:
        return _Row((), "it is not CSV: a quotation mark is not closed, or not doubled"), 1
    while len(cells) > len(table.columns) and not cells[-1].strip():
        cells.pop()
    if len(cells) > len(table.columns):
        return _Row((), f"it has {len(cells)} cells instead of {len(table.columns)}"), 1
    return _Row(tuple(cells)), reader.line_num


def _prompt(table: _Table, row: _Row) -> SetPrompt:
    """Raises ValueError with the reason."""
    if row.problem:
        raise ValueError(row.problem)
    cells = row.cells
    filled = {name: cell for name, cell in zip(table.columns, cells, strict=False) if cell.strip()}
    # Spreadsheets leave out empty cells at the end; but what is expected is not to be lost with the end of a line.
    if len(cells) < len(table.columns) and table.expects and _EXPECT_COLUMNS.isdisjoint(filled):
        raise ValueError(f"it has {format.plural(len(cells), 'cell')} instead of {len(table.columns)}")
    if gsm8k_solution(filled) is not None:
        return prompt_of(filled)
    body: dict[str, Any] = {name: filled[name] for name in _PROMPT_COLUMNS if name in filled}
    if expect := _expect(filled, table.separator):
        body["expect"] = expect
    return prompt_of(body)


def _expect(cells: dict[str, str], separator: str) -> list[Any]:
    """What the cells of a row expect, as JSON would state it. Raises ValueError."""
    found: list[Any] = []
    if "expect" in cells:
        stated = _json(cells, "expect")
        found += stated if isinstance(stated, list) else [stated]
    for kind in ("exact", "regex", "tests"):
        if kind in cells:
            found.append({kind: cells[kind]})
    if not {"contains", "any", "not"}.isdisjoint(cells):
        found.append(_contains(cells))
    if "number" in cells:
        found.append({name: _figure(cells[name], separator) for name in ("number", "tolerance") if name in cells})
    if "choice" in cells:
        options = {"options": _texts(cells["options"])} if "options" in cells else {}
        found.append({"choice": cells["choice"].strip(), **options})
    wanted = {name: _json(cells, f"json_{name}") for name in ("schema", "equal") if f"json_{name}" in cells}
    if wanted:
        found.append({"json": wanted})
    if _is_yes(cells, "votes"):
        found.append({"votes": True})
    for name, needed in (("tolerance", "number"), ("options", "choice")):
        if name in cells and needed not in cells:
            raise ValueError(f'"{name}" needs "{needed}"')
    return [one for one in found if one]


def _contains(cells: dict[str, str]) -> dict[str, Any]:
    """ "any" may be true beside "contains", or have the texts itself."""
    texts = _texts(cells.get("contains", ""))
    has_texts = cells.get("any", "").strip().casefold() not in _YES | _NO
    if has_texts and texts:
        raise ValueError('"any" must be true or empty beside "contains"')
    texts = _texts(cells["any"]) if has_texts else texts
    absent = _texts(cells.get("not", ""))
    for_any = has_texts or _is_yes(cells, "any")
    return {**({"contains": texts, "any": for_any} if texts or for_any else {}), **({"not": absent} if absent else {})}


def _texts(cell: str) -> list[str]:
    return _BETWEEN_TEXTS.split(cell.strip()) if cell.strip() else []


def _figure(cell: str, separator: str) -> str:
    """Where a comma is no separator it may be a decimal comma, and "1,234" is two numbers."""
    if separator == ";" and _TWO_WAYS.fullmatch(cell.strip()) and not cell.strip().lstrip("+-").startswith("0"):
        raise ValueError(f'"{cell.strip()}" may be two numbers: write it without a comma')
    return cell.strip()


def _is_yes(cells: dict[str, str], name: str) -> bool:
    said = cells.get(name, "").strip().casefold()
    if said not in _YES | _NO:
        raise ValueError(f'"{name}" must be true or empty')
    return said in _YES


def _json(cells: dict[str, str], name: str) -> Any:
    try:
        return json.loads(cells[name])
    except (ValueError, RecursionError):
        raise ValueError(f'"{name}" is not JSON') from None

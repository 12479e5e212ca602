"""Which lines of Markdown are a table, and what stands in its cells."""

from __future__ import annotations

import re

from weighin.ui.answer.formulas import Formulas

_RULE = re.compile(r"^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*(?:\|[ \t]*)?$")
_PIPE = re.compile(r"(?<!\\)\|")
# What ends a table although no blank line stands before it: code, quotations, headings, lists and rules.
_NO_ROW = re.compile(r"\s*$|(?: {4}| {0,3}\t)|\s*(?:>|#{1,6}(?:\s|$)|[-+*](?:\s|$)|\d{1,9}[.)](?:\s|$)|`{3}|~{3})")
_LINE_ACROSS = re.compile(r"\s*([-*_])[ \t]*(?:\1[ \t]*){2,}$")


def is_head(head: str, rule: str) -> bool:
    """Whether `head` and the line of dashes `rule` under it begin a table: as many cells in one as in the other."""
    if "|" not in head or not _RULE.match(rule) or _NO_ROW.match(head):
        return False
    return len(cells(head)) == len(alignments(rule))


def is_row(line: str) -> bool:
    """Whether `line`, standing under the rows of a table, is one more."""
    return not _NO_ROW.match(line) and not _LINE_ACROSS.match(line)


def cells(row: str) -> list[str]:
    """The Markdown of its cells. A pipe inside a formula, or behind a backslash, is none that parts two cells."""
    formulas = Formulas(row.strip())
    parts = [part.strip().replace("\\|", "|") for part in _PIPE.split(formulas.markdown)]
    if len(parts) > 1 and not parts[0]:
        parts = parts[1:]
    if len(parts) > 1 and not parts[-1]:
        parts = parts[:-1]
    return [formulas.restored(part) for part in parts]


def cells_of(row: str, columns: int) -> list[str]:
    """Exactly `columns` cells: what is missing is empty, and what is too much stands in the last one."""
    found = cells(row)
    while len(found) > columns and not found[-1]:
        found.pop()
    if len(found) > columns:
        found[columns - 1 :] = [" | ".join(found[columns - 1 :])]
    return found + [""] * (columns - len(found))


def alignments(rule: str) -> list[str]:
    """For each column "left", "right", "center", or "" where nothing was said."""
    found = []
    for part in rule.strip().strip("|").split("|"):
        dashes = part.strip()
        ends = (dashes.startswith(":"), dashes.endswith(":"))
        found.append({(True, True): "center", (True, False): "left", (False, True): "right"}.get(ends, ""))
    return found

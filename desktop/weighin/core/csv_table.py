"""Tables as CSV that every reader takes, and every Python can write."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable


def csv_table(rows: Iterable[Iterable[object]]) -> str:
    """Rows of cells as text (RFC 4180). A NUL, which no reader of CSV takes and Python 3.10 refuses to write, becomes
    U+FFFD."""
    out = io.StringIO()
    csv.writer(out).writerows([_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def _cell(value: object) -> object:
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value

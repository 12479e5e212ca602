"""Tables as CSV."""

from __future__ import annotations

import csv
import io

from weighin.core.csv_table import csv_table


def test_what_is_written_is_read_again_and_a_nul_stops_nobody() -> None:
    rows = [["a", "b"], ['say "x", y', "two\nlines"], [1.5, None], ["nul \0 here", "é 😀"]]
    read = list(csv.reader(io.StringIO(csv_table(rows), newline="")))
    assert read == [["a", "b"], ['say "x", y', "two\nlines"], ["1.5", ""], ["nul \ufffd here", "é 😀"]]

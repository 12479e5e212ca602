"""Every answer of the table gets the mark that a person gave it."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.core.grading.triples import TRIPLES

from weighin.core.grading.marks import Absence
from weighin.core.grading.reading import expectations_of
from weighin.core.grading.rules import check_here, combined


@pytest.mark.parametrize(("answer", "expect", "mark"), TRIPLES, ids=lambda value: ascii(value)[:40])
def test_the_mark_of_an_answer(answer: str, expect: dict[str, Any], mark: str) -> None:
    (expectation,) = expectations_of(expect)
    check = check_here(expectation, answer)
    marked = combined((check,), Absence.NONE)
    assert marked.mark.value == mark, check
    assert bool(check.reason) == (mark == "wrong")  # a wrong answer always has a reason, a right one never


def test_the_table_is_large_and_without_doubles() -> None:
    keys = [(answer, str(expect)) for answer, expect, _ in TRIPLES]
    assert len(set(keys)) == len(keys) >= 200

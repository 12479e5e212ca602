"""What the process for patterns and schemas says of one answer."""

from __future__ import annotations

import subprocess
import sys

import pytest

from weighin.core.grading.expectation import Expectation, JsonAnswer
from weighin.grader import judging


def test_a_judgement_that_takes_too_much_memory_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def hungry(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(judging, "check_regex", hungry)
    check = judging.judged(Expectation(regex="x"), "x")
    assert (check.right, check.reason) == (None, "Judging this answer takes more than 1 GiB of memory.")


def test_what_was_extracted_is_not_kept_without_end() -> None:
    check = judging.judged(Expectation(json=JsonAnswer()), '"' + "x" * 1_000_000 + '"')
    assert check.right and check.extracted == '"' + "x" * 999
    check = judging.judged(Expectation(regex="(?s).*"), "x\n" * 1_000_000)
    assert check.right and len(check.extracted) == 200


def test_the_window_needs_no_schemas() -> None:
    code = "import sys, weighin.services.grading.grader; sys.exit('jsonschema' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

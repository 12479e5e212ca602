"""Whether a pattern stands in an answer. May never end: runs in a grader."""

from __future__ import annotations

import re
import warnings

from weighin.core.grading.expectation import Expectation, Kind
from weighin.core.grading.marks import Check
from weighin.core.grading.normalize import answer_of, shown, trimmed
from weighin.core.safe_text import safe_name


def check_regex(expectation: Expectation, text: str) -> Check:
    """Python's re, searched anywhere in the answer, trimmed and in NFC. Flags: those the pattern sets, as in (?i)."""
    assert expectation.regex is not None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pattern = re.compile(expectation.regex)
    except (re.error, RecursionError, OverflowError) as error:
        return Check(Kind.REGEX, None, reason=f"The pattern is no regular expression: {safe_name(str(error))}.")
    found = pattern.search(trimmed(answer_of(text)))
    if found is None:
        return Check(Kind.REGEX, False, reason="The pattern is not in the answer.")
    return Check(Kind.REGEX, True, shown(found[0]))

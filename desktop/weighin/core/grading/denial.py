"""What an answer mentions only to say that it is not the answer: "not 42", "A is wrong"."""

from __future__ import annotations

import re

# Characters before and behind that are looked at.
_REACH = 64
_BEFORE = re.compile(
    r"(?:\b(?:not|never|nor|neither|cannot|nicht|pas|(?:rather|other) than|instead of|except(?: for)?|unlike"
    r"|anything but)|n['’]t|≠|!=|<>|\\neq?(?![A-Za-z])|\\not=?)"
    r"(?: (?:be|is|equals?|equal to|the|an?|option|answer|choice|letter|number|exactly|simply|really))*"
    r"[\s\"'“”‘«„*_`$£€\\(\[{:=-]*\Z",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"[\s\"'“”’»*_`$\\)\]}.%]{0,8}"
    r"\b(?:(?:is|are|was|would be|seems|looks)(?: (?:also|clearly|definitely|therefore|thus))?"
    r" (?:not\b|wrong|incorrect|false|impossible|out\b|too (?:high|low|large|small|big))"
    r"|(?:is|are|was|do|does|ca|could|would)n['’]t\b|cannot\b|can not\b|does not\b"
    r"|(?:is|can be) (?:excluded|eliminated|ruled out))",
    re.IGNORECASE,
)


def is_denied(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] is named there as what the answer is not."""
    before, behind = text[max(0, start - _REACH) : start], text[end : end + _REACH]
    return bool(_BEFORE.search(before) or _BEHIND.match(behind))

"""What an answer mentions only to say that it is not the answer: "not 42", "A is wrong"."""

from __future__ import annotations

import re

# Characters before and behind that are looked at.
_REACH = 64
_DENIES = (
    r"(?:\b(?:not|never|nor|neither|cannot|nicht|pas|(?:rather|other) than|instead of|except(?: for)?|unlike"
    r"|anything but)|n['’]t|≠|!=|<>|\\neq?(?![A-Za-z])|\\not=?)"
    r"(?: (?:be|is|equals?|equal to|the|an?|option|answer|choice|letter|number|exactly|simply|really))*"
    r"[\s\"'“”‘«„*_`$£€\\(\[{:=-]*"
)
_BEFORE = re.compile(rf"{_DENIES}\Z", re.IGNORECASE)
# One of several that are denied in one breath: a letter or a number. A comma without a blank belongs to a number, so
# that there is one way only to read these.
_OPEN, _CLOSE = r"[\s\"'“‘«*_`$£€\\(\[{]{0,6}", r"[\"'”’»*_`$\\)\]}%]{0,6}"
_ONE = (
    rf"{_OPEN}(?:option )?(?:[A-Z]|[-−]?[0-9](?:[0-9.,]{{0,15}}[0-9])?%?(?: ?(?!n?or\b|and\b)[a-z°]{{1,8}})?)(?!\w)"
    rf"{_CLOSE}"
)
_LIST = rf"(?:,(?=\s){_ONE}){{0,6}},?\s+"
_AMONG = re.compile(
    rf"{_DENIES}(?:{_ONE}(?:,(?=\s)|,?\s+n?or\b)){{0,6}}{_ONE}(?:,?\s+n?or\b|(,)(?=\s)){_OPEN}(?:option )?\Z",
    re.IGNORECASE,
)
_OR_MORE = re.compile(rf"{_CLOSE}{_LIST}n?or\b{_ONE}", re.IGNORECASE)
_TOGETHER = re.compile(
    rf"{_CLOSE}{_LIST}(?:and|or)\b{_ONE}\s+"
    r"(?:(?:are|were)(?: (?:both|all|also|clearly))? (?:not\b|wrong|incorrect|false|impossible|out\b)"
    r"|aren['’]t\b|cannot\b|can['’]t\b|(?:are|can be) (?:excluded|eliminated|ruled out))",
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
    """Whether text[start:end] is named there as what the answer is not, alone or as one of several."""
    before, behind = text[max(0, start - _REACH) : start], text[end : end + _REACH]
    if _BEFORE.search(before) or _BEHIND.match(behind) or _TOGETHER.match(behind):
        return True
    among = _AMONG.search(before)
    # "not 41, 43" may go on with what it is; "not 41, 43 or 44" does not.
    return among is not None and (among[1] is None or bool(_OR_MORE.match(behind)))

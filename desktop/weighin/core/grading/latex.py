"""Numbers and boxes as LaTeX writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator

_BOX = re.compile(r"\\(?:boxed|fbox)\s*")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_BARE = re.compile(r"-?[\w.,/]{1,40}")
# A box is short, and the last ones count: whatever an answer repeats, no more is looked at.
_LONGEST_BOX, _MOST_BOXES = 2000, 20
_WRAPPED = re.compile(r"\\(?:text(?:bf|it|rm|normal)?|math(?:rm|bf|it|sf)|mbox|operatorname)\s*\{([^{}]*)\}")
_FRACTION = re.compile(
    r"\\[dtc]?frac\s{0,3}(?:\{([^{}]{0,80})\}|(\d))\s{0,3}(?:\{([^{}]{0,80})\}|(\d))"  # \frac{1}{2}, \frac12
)
_NUMERIC = re.compile(r"[-−+]?[\d.,\u2009\u202f\u00a0 ]*\d")
_SIGNS = {
    "{,}": ",",
    "\\,": "\u2009",
    "\\;": "\u2009",
    "\\:": "\u2009",
    "\\ ": "\u2009",
    "\\!": "",
    "\\$": "$",
    "\\%": "%",
    "\\times": "×",
    "\\cdot": "×",
    "\\pm": "±",
    "\\approx": "≈",
    "\\neq": "≠",
    "\\ne": "≠",
    "\\left": "",
    "\\right": "",
    "^\\circ": "°",
    "^{\\circ}": "°",
}
_SIGN = re.compile(
    "|".join(re.escape(sign) + ("(?![A-Za-z])" if sign[-1].isalpha() else "") for sign in sorted(_SIGNS, reverse=True))
)


def boxes(text: str) -> Iterator[tuple[int, int, str]]:
    """What stands in the last \\boxed{}s of `text` that are not empty, the last first, with the place of each box."""
    marks = list(_BOX.finditer(text))[-_MOST_BOXES:]
    for mark in reversed(marks):
        end, content = _content(text, mark.end())
        if content.strip():
            yield mark.start(), end, content


def unwrapped(text: str) -> str:
    """Without \\text{} and the like around words."""
    return _WRAPPED.sub(r" \1 ", text)


def plain_math(text: str) -> str:
    """LaTeX of numbers as plain text: \\frac12 is 1/2, 1{,}234 is 1,234. What is no number stays."""
    if "\\" not in text and "{,}" not in text:
        return text
    return _FRACTION.sub(_as_quotient, _SIGN.sub(lambda sign: _SIGNS[sign[0]], text))


def _content(text: str, at: int) -> tuple[int, str]:
    """What stands in the braces at `at`, and where they end; "" where they never close. \\boxed 5 needs none."""
    if text[at : at + 1] != "{":
        bare = _BARE.match(text, at)
        return (bare.end(), bare[0]) if bare else (at, "")
    depth = 0
    for brace in _BRACE.finditer(text, at, at + _LONGEST_BOX):
        depth += {"{": 1, "}": -1}.get(brace[0], 0)
        if depth == 0 and brace[0] == "}":
            return brace.end(), text[at + 1 : brace.start()]
    return at, ""


def _as_quotient(found: re.Match[str]) -> str:
    above, below = (found[1] or found[2] or "").strip(), (found[3] or found[4] or "").strip()
    if not (_NUMERIC.fullmatch(above) and _NUMERIC.fullmatch(below)):
        return found[0]
    text = found.string
    before = " " if text[found.start() - 1 : found.start()].isdigit() else ""  # 1\frac12 is one and a half
    behind = " " if text[found.end() : found.end() + 1].isdigit() else ""
    return f"{before}{above}/{below}{behind}"

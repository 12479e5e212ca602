"""Texts made comparable: what differs only in how it is typed becomes equal."""

from __future__ import annotations

import re
import unicodedata

from weighin.core.runs.thinking import CLOSINGS
from weighin.core.safe_text import safe_name

_LINE_ENDS = re.compile(r"\r\n|\r")
# What stands around a text and cannot be seen, besides white space.
_INVISIBLE = "\ufeff\u200b\u200e\u200f\u2060"
_BLANK = re.compile(rf"[\s{_INVISIBLE}]+")
_QUOTES = dict(zip("\"'`“„‘‚«»‹›「『”’", "\"'`”“’‘»«›‹」』”’", strict=True))
# „so“ and „so”, ‚so‘ and ‚so’: both are in use.
_OTHER_CLOSINGS = {"„": "”", "‚": "’"}
_APOSTROPHE = re.compile(r"(?<=\w)['’](?=\w)")
_SHOWN = 200


def answer_of(text: str) -> str:
    """The answer in a text that still has the end of its thinking in it: what stands behind that."""
    behind = max((at + len(mark) for mark in CLOSINGS if (at := text.rfind(mark)) >= 0), default=0)
    return text[behind:]


def trimmed(text: str) -> str:
    """`text` in NFC with newlines as line ends, without white space and invisible characters at both ends."""
    plain = _LINE_ENDS.sub("\n", unicodedata.normalize("NFC", text))
    begin = _BLANK.match(plain)
    start, end = (begin.end() if begin else 0), len(plain)
    while end > start and (plain[end - 1].isspace() or plain[end - 1] in _INVISIBLE):
        end -= 1
    return plain[start:end]


def normalized(text: str) -> str:
    """NFC, trimmed, without one pair of quotes around it and without one final full stop, in whichever order these
    stand. Letters keep their case. Nothing is taken off that would leave nothing; "..." is no full stop."""
    whole = trimmed(text)
    unquoted = _unquoted(whole)
    if unquoted != whole:
        return _unstopped(unquoted)
    return _unquoted(_unstopped(whole))


def caseless(text: str) -> str:
    """`text` in NFC with newlines as line ends, for comparing without regard to case."""
    plain = _LINE_ENDS.sub("\n", unicodedata.normalize("NFC", text))
    return unicodedata.normalize("NFC", plain.casefold())


def folded(text: str) -> str:
    """The same without white space and invisible characters at both ends."""
    return caseless(trimmed(text))


def shown(text: str) -> str:
    """A text on one line, of at most 200 characters, to stand beside an answer."""
    return safe_name(" ".join(text[: 2 * _SHOWN].split()), _SHOWN)


def _unquoted(text: str) -> str:
    if len(text) < 3 or text[-1] not in (_QUOTES.get(text[0]), _OTHER_CLOSINGS.get(text[0])):
        return text
    inner = text[1:-1]
    held = _APOSTROPHE.sub("", inner)
    # Not the quotes of two words: "yes" or "no".
    return text if text[0] in held or text[-1] in held else trimmed(inner) or text


def _unstopped(text: str) -> str:
    return text[:-1].rstrip() if len(text) > 1 and text[-1] == "." and text[-2] != "." else text

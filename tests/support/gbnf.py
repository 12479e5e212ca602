"""Grammars in GBNF read and followed by chance: texts that a grammar allows, without llama.cpp."""

from __future__ import annotations

import random
import re
from typing import Any

_TOKEN = re.compile(
    r'\s*(?:(?P<rule>[a-zA-Z][a-zA-Z0-9-]*)|"(?P<text>(?:[^"\\]|\\.)*)"|\[(?P<chars>(?:[^\]\\]|\\.)*)\]'
    r"|(?P<times>[*+?]|\{\d+(?:,\d*)?\})|(?P<mark>[()|]))"
)
_ESCAPE = re.compile(r"\\(?:[xuU]([0-9A-Fa-f]{8}|[0-9A-Fa-f]{4}|[0-9A-Fa-f]{2})|(.))", re.DOTALL)
_NAMED = {"n": "\n", "t": "\t", "r": "\r"}
# For a class of all characters but some.
_OTHERS = 'abc XYZ 019 {}[]:,.é漢<>/"\\'


def _plain(text: str) -> str:
    return _ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else _NAMED.get(m[2], m[2]), text)


class Gbnf:
    """One rule a line. Raises ValueError for what cannot be read."""

    def __init__(self, text: str) -> None:
        pairs = (line.split("::=", 1) for line in text.splitlines() if line.strip())
        self._rules = {name.strip(): _Reader(body).alternatives() for name, body in pairs}

    def derive(self, chance: random.Random, most: int = 3000) -> str | None:
        """A text that the grammar allows; None where it became longer than `most` steps."""
        out: list[str] = []
        waiting: list[Any] = [("rule", "root")]
        for _ in range(most):
            if not waiting:
                return "".join(out)
            kind, value = waiting.pop()
            if kind == "text":
                out.append(value)
            elif kind == "chars":
                first, last = chance.choice(value)
                out.append(chr(chance.randint(first, last)))
            elif kind == "rule":
                waiting += reversed(self._one_of(self._rules[value], chance))
            elif kind == "group":
                waiting += reversed(self._one_of(value, chance))
            else:
                item, least, top = value
                count = least
                while (top is None or count < top) and chance.random() < 0.4:
                    count += 1
                waiting += [item] * count
        return None

    def _one_of(self, alternatives: list[list[Any]], chance: random.Random) -> list[Any]:
        return list(chance.choice(alternatives))


class _Reader:
    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0

    def alternatives(self) -> list[list[Any]]:
        found: list[list[Any]] = [[]]
        while self._at < len(self._text.rstrip()):
            match = _TOKEN.match(self._text, self._at)
            if not match:
                raise ValueError(f"not GBNF: {self._text[self._at :]!r}")
            if match["mark"] == ")":
                return found
            self._at = match.end()
            if match["mark"] == "|":
                found.append([])
            elif match["mark"] == "(":
                found[-1].append(("group", self.alternatives()))
                self._at = self._text.index(")", self._at) + 1
            elif match["times"]:
                found[-1].append(("times", (found[-1].pop(), *_count(match["times"]))))
            elif match["rule"]:
                found[-1].append(("rule", match["rule"]))
            elif match["chars"] is not None:
                found[-1].append(("chars", _characters(match["chars"])))
            else:
                found[-1].append(("text", _plain(match["text"])))
        return found


def _count(text: str) -> tuple[int, int | None]:
    if text in "*+?":
        return {"*": (0, None), "+": (1, None), "?": (0, 1)}[text]
    least, comma, most = text[1:-1].partition(",")
    return int(least), int(most) if most else None if comma else int(least)


def _characters(inside: str) -> list[tuple[int, int]]:
    """The characters of a class, from and to; of one that leaves some out, a few others."""
    negated, inside = inside.startswith("^"), inside.removeprefix("^")
    escaped = [m[0] for m in re.finditer(r"\\(?:x..|u.{4}|U.{8}|.)|.", inside, re.DOTALL)]
    out, at = [], 0
    while at < len(escaped):
        is_range = at + 2 < len(escaped) and escaped[at + 1] == "-"
        out.append((ord(_plain(escaped[at])), ord(_plain(escaped[at + 2] if is_range else escaped[at]))))
        at += 3 if is_range else 1
    if not negated:
        return out
    return [(ord(c), ord(c)) for c in _OTHERS if not any(first <= ord(c) <= last for first, last in out)]

"""The fenced blocks of an answer in Markdown."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FENCE = re.compile(r"([ \t]*)(`{3,}|~{3,})[ \t]*[{.]*([\w+#]*)([^`\n]*)")


@dataclass(frozen=True)
class FencedBlock:
    """language: the first word behind the fence, in small letters; "" for none."""

    language: str
    text: str


def fenced_blocks(answer: str) -> tuple[FencedBlock, ...]:
    """All of them in order, without the indentation of their fences. One that is never closed ends with the answer."""
    found: list[FencedBlock] = []
    lines: list[str] | None = None
    fence = indent = language = ""
    for line in answer.replace("\r\n", "\n").split("\n"):
        match = _FENCE.fullmatch(line)
        if lines is None:
            if match:
                indent, fence, language = match[1], match[2], match[3].lower()
                lines = []
        elif match and match[2].startswith(fence) and not (match[3] + match[4]).strip():
            found.append(FencedBlock(language, "\n".join(lines)))
            lines = None
        else:
            lines.append(_without(indent, line))
    if lines is not None:
        found.append(FencedBlock(language, "\n".join(lines)))
    return tuple(found)


def _without(indent: str, line: str) -> str:
    """`line` with at most as many blanks taken from its beginning as `indent` has."""
    blanks = len(line) - len(line.lstrip(" \t"))
    return line[min(len(indent), blanks) :]

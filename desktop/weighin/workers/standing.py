"""Whether what was said stands in a prompt, however a template trims, escapes or capitalizes it."""

from __future__ import annotations

import html
import re

_WORD = re.compile(r"\w+")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|[nrtbf\"'/\\])")


def stand_ins(count: int) -> tuple[str, ...]:
    """`count` different texts of letters only that stand in no template by chance, and that none escapes."""
    return tuple(f"qzv{chr(97 + n // 26 % 26)}{chr(97 + n % 26)}{'w' * (n // 676)}xjq" for n in range(count))


def stands_in(content: str, text: str) -> bool:
    """Whether `content` stands in `text`: letter by letter but for blanks around it, else at least with all its words,
    in capitals or not, as HTML or JSON writes them, and broken into lines or not."""
    if content.strip() in text:
        return True
    written = (text.casefold(), _readable(text).casefold())
    words = set(_WORD.findall(content.casefold())).difference(*(_WORD.findall(one) for one in written))
    joined = ["".join(one.split()) for one in written] if words else []
    return all(any(word in one for one in joined) for word in words)


def _readable(text: str) -> str:
    """`text` without the escapes of JSON and HTML."""
    plain = _ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else " ", text)
    return html.unescape(plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))

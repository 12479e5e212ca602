"""Formulas in Markdown: taken out before it is read, put back as they were written. Nothing of them is Markdown.

Formulas stand between \\( \\), \\[ \\], $ $, $$ $$ or \\begin{...} \\end{...}. A product such as 2*3*4 is one too: its
stars are no emphasis. Dollars of money are not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

# Letters of private use: one that is not in a text stands round the number of each formula while Markdown is read.
_MARKS = range(0xE000, 0xF900)
_NEXT = re.compile(r"`+|\\[\s\S]|\$+|<|\]\(|https?://|\*+")
# Addresses: what looks like a formula there is none.
_ADDRESS = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*>|\]\((?:[^()\s]|\([^()\s]*\))*|https?://[^\s<>)\]]+")
_ENVIRONMENT = re.compile(r"\\begin\{([A-Za-z]{1,30}\*?)\}")
_BLANK_LINE = re.compile(r"\n[ \t>]*\n")
_LONGEST = 4_000
# What goes before each end in vain: a backslash and the character behind it belong together.
_ENDS = {
    "\\(": ("\\)", re.compile(r"(?:[^\\]|\\(?!\))[\s\S])*?\\\)")),
    "\\[": ("\\]", re.compile(r"(?:[^\\]|\\(?!\])[\s\S])*?\\\]")),
    "$$": ("$$", re.compile(r"(?:[^\\$]|\\[\s\S]|\$(?!\$))*?\$\$")),
}
# As Pandoc reads it: no blank inside either dollar. A line that begins like a list, a table or a quotation ends it.
_DOLLARS = re.compile(
    r"\$(?!\s)((?:[^\\$`\n]|\\[^\n]|\n(?![\s\-+*#>|~`\d])){1,1000})(?<!\s)\$(?=(?:th|st|nd|rd|'?s)?(?![A-Za-z0-9$]))"
)
# With a blank inside both it is one where it looks like nothing else.
_SPACED_DOLLARS = re.compile(r"\$[ \t]((?:[^\\$`\n]|\\[^\n]){1,1000})[ \t]\$(?![A-Za-z0-9$])")
_WORD = r"(?<![\\A-Za-z])(?:[A-Za-z]{3,}|at|in|is|of|or|to|vs)\b"
_MONEY = re.compile(rf"\d[\d.,]*(?:\s|\*\*)(?=[\s\S]*{_WORD})")
_FORMULA_ALONE = re.compile(rf"(?![\s\S]*{_WORD})[\s\S]*[\\^_{{=]")
# A factor of a product: on its left it is looked for backwards, so it is no regular expression there.
_FACTOR = re.compile(r"[+-]?\(*([^\W_][\w.,]*)(?:[+/^-]\w[\w.,]*)*\)*")
_IN_FACTOR = frozenset("_.,+/^-")
_STARS = re.compile(r"\*{1,2}(?!\*)")
# Bold may stand round a product; other stars beside it are emphasis.
_BEFORE_PRODUCT = re.compile(r"(?:[\s\S]*[^*])?(?:(?<!\w)\*\*)?")
_BEHIND_PRODUCT = re.compile(r"(?!\*)|\*\*(?![\w*])")
_LONGEST_FACTOR = 60
# What may stand before a formula on its line and comes again, or as blanks, before its other lines.
_PREFIX = re.compile(r"[ \t>]*(?:[-+*][ \t]+|\d{1,9}[.)][ \t]+)?")


@dataclass(frozen=True)
class _Span:
    """A formula of a text. closed: its end has come."""

    start: int
    end: int
    closed: bool = True


class Formulas:
    """What was taken out of one text. markdown: that text with a mark in the place of each formula."""

    def __init__(self, text: str, unfinished: bool = False) -> None:
        """`unfinished`: more is to come, so that a formula whose end is missing goes on to the end of the text."""
        self._taken: list[str] = []
        self._mark = next((chr(code) for code in _MARKS if chr(code) not in text), "")
        parts, at = [], 0
        for span in _spans(text) if self._mark else ():
            if span.closed or unfinished:
                parts += [text[at : span.start], f"{self._mark}{len(self._taken)}{self._mark}"]
                self._taken.append(_without_prefix(text, span))
                at = span.end
        self.markdown = "".join([*parts, text[at:]])

    def put_back(self, tokens: Sequence[Token]) -> Sequence[Token]:
        """`tokens` with the formulas in place of their marks; those of several lines hold newlines."""
        if self._taken:
            for token in tokens:
                token.content, token.info = self.restored(token.content), self.restored(token.info)
                self.put_back(token.children or ())
        return tokens

    def restored(self, text: str) -> str:
        """`text` with the formulas in place of their marks."""
        return re.sub(f"{self._mark}(\\d+){self._mark}", lambda found: self._taken[int(found[1])], text)


def open_formula(text: str) -> int:
    """Where in `text` a formula begins whose end has not come yet; -1 where there is none."""
    return next((span.start for span in _spans(text) if not span.closed), -1)


def _without_prefix(text: str, span: _Span) -> str:
    """The formula without what a quotation or a list puts before each of its lines."""
    first, *others = text[span.start : span.end].split("\n")
    before = text[text.rfind("\n", 0, span.start) + 1 : span.start]
    match = _PREFIX.match(before)
    prefix = match[0] if match else ""
    quoted = re.compile(rf"(?:[ \t]*>){{0,{prefix.count('>')}}}[ \t]{{0,{len(prefix)}}}")
    return "\n".join([first, *(quoted.sub("", line, count=1) for line in others)])


def _spans(text: str) -> Iterator[_Span]:
    """The formulas of `text` in order, none of them in code or in an address. The last one may not be closed."""
    at = 0
    lonely: set[int] = set()  # lengths of runs of backticks that nothing closes
    while found := _NEXT.search(text, at):
        start, what = found.start(), found[0]
        span = _product(text, found, at) if what[0] == "*" else _formula(text, start, what)
        if span is not None:
            yield span
            at = span.end
        elif what[0] == "`":
            at = _behind_code(text, found, lonely)
        else:
            address = _ADDRESS.match(text, start)
            at = address.end() if address else found.end()


def _formula(text: str, start: int, what: str) -> _Span | None:
    if what == "$":
        if start and text[start - 1].isalnum():
            return None
        if (found := _DOLLARS.match(text, start)) is not None:
            return None if _MONEY.match(found[1]) else _Span(start, found.end())
        spaced = _SPACED_DOLLARS.match(text, start)
        return _Span(start, spaced.end()) if spaced and _FORMULA_ALONE.match(spaced[1]) else None
    if what in _ENDS:
        closer, pattern = _ENDS[what]
        begin = start + len(what)
        end = pattern.match(text, begin) if text.find(closer, begin) >= 0 else None
        return _between(text, start, begin, end.end() if end else -1)
    if what == "\\b" and (named := _ENVIRONMENT.match(text, start)):
        closer = f"\\end{{{named[1]}}}"
        end_at = text.find(closer, named.end())
        return _between(text, start, named.end(), end_at + len(closer) if end_at >= 0 else -1)
    return None


def _between(text: str, start: int, begin: int, end: int) -> _Span | None:
    """The formula from `start`, whose content begins at `begin`, to `end` (-1: not there). A blank line ends the
    paragraph, unless the formula has its lines for itself."""
    inner = text[begin : end if end >= 0 else len(text)]
    line = text[text.rfind("\n", 0, start) + 1 : start]
    alone = _PREFIX.fullmatch(line) is not None and inner.partition("\n")[0].strip() == ""
    if len(inner) > _LONGEST or (end >= 0 and not inner.strip()) or (_BLANK_LINE.search(inner) and not alone):
        return None
    return _Span(start, end) if end >= 0 else _Span(start, len(text), closed=False)


def _product(text: str, star: re.Match[str], floor: int) -> _Span | None:
    """The product that begins before the star: of numbers, of single letters, or of anything with a number."""
    begin, first = _left_factor(text, star.start(), floor)
    if not first or not _BEFORE_PRODUCT.fullmatch(text, max(0, begin - 3), begin):
        return None
    factors, end = [first], star.start()
    while (stars := _STARS.match(text, end)) and (factor := _FACTOR.match(text, stars.end())):
        factors.append(factor[1])
        end = factor.end()
    counts = any(factor[0].isdigit() for factor in factors) or all(len(factor.rstrip(".,")) == 1 for factor in factors)
    return _Span(begin, end) if counts and len(factors) > 1 and _BEHIND_PRODUCT.match(text, end) else None


def _left_factor(text: str, end: int, floor: int) -> tuple[int, str]:
    """Where the factor that ends at `end` begins, and what it is called; "" where there is none."""
    floor = max(floor, end - _LONGEST_FACTOR)
    inner = end
    while inner > floor and text[inner - 1] == ")":
        inner -= 1
    begin = inner
    while begin > floor and (text[begin - 1].isalnum() or text[begin - 1] in _IN_FACTOR):
        begin -= 1
    name = text[begin:inner].strip("_.,+/^-")
    while begin > floor and text[begin - 1] == "(":
        begin -= 1
    return begin, name


def _behind_code(text: str, found: re.Match[str], lonely: set[int]) -> int:
    """Behind the code that a run of backticks begins; behind the run where nothing closes it."""
    length = len(found[0])
    if length not in lonely:
        if closing := re.compile(rf"(?<!`)`{{{length}}}(?!`)").search(text, found.end()):
            return closing.end()
        lonely.add(length)
    return found.end()

"""The texts of a question's options, found in an answer."""

from __future__ import annotations

import re

from weighin.core.grading.denial import is_denied
from weighin.core.grading.normalize import folded, normalized

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# Scripts without blanks between words stand directly beside an option or its letter.
WORD = r"0-9A-Za-z_\u00c0-\u024f"
_ANNOUNCES = re.compile(
    r"\b(?:answer|choice|option|solution)\b[\"'”*_`]*\s*(?:is|was|are|would be|should be|:)[\s:\"'“‘`*_$(]*\Z"
)


class OptionTexts:
    """Options by their letters, A first; all comparing is without regard to case."""

    def __init__(self, options: tuple[str, ...]) -> None:
        self._texts = dict(zip(LETTERS, options, strict=False))
        self._letters = {folded(option): letter for letter, option in zip(LETTERS, options, strict=False)}
        longest_first = sorted((re.escape(option) for option in self._letters), key=len, reverse=True)
        # "4" does not stand in "42", "4.5" or "-4", nor "art" in "party".
        self._pattern = re.compile(rf"(?<![{WORD}−-])(?<!\d[.,])(?:{'|'.join(longest_first)})(?![{WORD}]|[.,]\d)")

    @property
    def longest(self) -> int:
        """Characters of the longest option."""
        return max(map(len, self._letters), default=0)

    def text(self, letter: str) -> str:
        """The option with this letter."""
        return self._texts[letter]

    def is_one(self, text: str) -> str:
        """The letter of the option that `text` is; "" where it is none."""
        said = folded(text)
        unquoted = folded(normalized(text.strip("*_ .")))
        for option, letter in self._letters.items():
            if said == option or unquoted in (option, folded(normalized(option))):
                return letter
        return ""

    def named(self, text: str) -> tuple[str, ...]:
        """The letters of the options whose whole texts stand in `text` and are not denied there; only that of the last
        one it calls the answer, where it does."""
        if not self._letters:
            return ()
        said = folded(text)
        found: dict[str, None] = {}
        announced = ""
        for match in self._pattern.finditer(said):
            letter = self._letters[match[0]]
            if _ANNOUNCES.search(said[max(0, match.start() - 60) : match.start()]):
                announced = letter
            if letter not in found and not is_denied(said, match.start(), match.end()):
                found[letter] = None
        return (announced,) if announced else tuple(found)

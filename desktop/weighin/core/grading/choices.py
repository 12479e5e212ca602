"""The option that an answer chooses: a letter, or the text of one of the options."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from weighin.core.grading.denial import is_denied
from weighin.core.grading.expectation import ChoiceAnswer, Kind
from weighin.core.grading.latex import boxes, unwrapped
from weighin.core.grading.marks import Check
from weighin.core.grading.normalize import shown, trimmed
from weighin.core.grading.option_texts import LETTERS, WORD, OptionTexts

LETTER = "letter"
OPTION = "option"
BOXED = "boxed"
# Without options: as many as questions have. Beyond it stand T cells, kelvin and x.
_LAST_LETTER = "J"

_OPEN, _CLOSE = r"[\s\"'“‘`*_$(\[{:\\]*", r"[\s\"'”’`*_$)\]}.:,;!\\]*"
_ALONE = re.compile(rf"{_OPEN}(?:(?:the )?(?:option|choice|answer|letter)[\s:*_(]*)?([A-Za-z]){_CLOSE}", re.IGNORECASE)
_ANNOUNCED = re.compile(
    r"\b(final\s+)?(?:answer|choice|option|solution)\b[\"'”*_`]*(?:\s+(?:to|for)\s[^.:\n]{0,40}?)?\s*"
    r"(?:(?:is|was|are|would be|should be|must be|will be)\b|[:=→]|->)[\s:\"'“‘`*_$(\[{]*"
    r"(?:(?:clearly|therefore|thus|either|both|option|choice|letter|the)\b[\s:*_(]*){0,3}([A-Za-z])(?![\w'’])"
    r"|\b(final\s+)?(?:I|we)(?:['’]d| would| will|['’]ll)? (?:choose|pick|select|go with|chose|say)[\s:*_(]*"
    r"(?:option |choice )?[*_(\"]*([A-Za-z])(?![\w'’])",
    re.IGNORECASE,
)
_CALLED_RIGHT = re.compile(
    r"(?<![\w'’.-])([A-Z])[)*_`\"'\]]*(?: is| seems| must be)(?: clearly| therefore)? (?:the )?"
    r"(?:correct|right|best|answer)\b"
    r"|(?:^|\n)[ *>-]*\(?([A-Z])[).*]*(?::| [–-])[* ]+(?:[Cc]orrect|[Rr]ight|[Tt]rue)(?=[.!*\s]*(?:\n|$))"
)
_AND_MORE = re.compile(
    r"[)*_\]]*\s*(?:,|/|&|\band\b|\bor\b)\s*(?:and |or |option |both )?[*_(]*([A-Za-z])"
    r"(?=[)*_\]]*\s*(?:[.;:!?)\]/&,]|$|and\b|or\b))"
)
_STANDING = re.compile(
    rf"(?<![{WORD}'’&+#^°\\/-])(?<![{WORD}]\.)(?<!\d )([A-Z])(?![{WORD}'’&+#^/]|\.[A-Z]|-\w)|(?<=\()([a-z])(?=\))"
)
_LINE_MARK = re.compile(r"[ \t>*_-]*[(\[]?([A-Za-z])[*_]*[)\].:][)*_]*\s+")
_MARK = re.compile(r"(?<!\w)([A-Z])\**[).\]]\**(?=\s)")
# "A" is a word where another follows, unless that speaks of an option.
_WORD_BEHIND = re.compile(
    r"[ \n](?!(?:is|isn|was|and|or|but|because|as|since|would|seems|has|looks|follows|fits|with|for|cannot|can)\b)\w{2}"
)
_NAMED_BEFORE = re.compile(r"\b(?:option|choice|letter)[\s:*_(\"'“]*\Z", re.IGNORECASE)


@dataclass(frozen=True)
class ChosenOption:
    """letter: of the option; "" where it cannot be read, then `reason` says why. text: what was read."""

    letter: str
    text: str = ""
    method: str = LETTER
    reason: str = ""


def check_choice(expected: ChoiceAnswer, answer: str) -> Check:
    """Whether an answer chooses the right option, and only that."""
    chosen = _Reading(expected, trimmed(answer)).chosen()
    reason = chosen.reason
    if chosen.letter and chosen.letter != expected.right:
        reason = f"{chosen.letter} instead of {expected.right}."
    return Check(Kind.CHOICE, chosen.letter == expected.right, shown(chosen.text), chosen.method, reason)


class _Reading:
    """One answer to one question. Each step gives what it found, or None where it has nothing to say."""

    def __init__(self, expected: ChoiceAnswer, text: str) -> None:
        self._text = text
        self._options = OptionTexts(expected.options)
        last = len(expected.options) or 1 + LETTERS.index(max(_LAST_LETTER, expected.right))
        self._letters = LETTERS[:last]

    def chosen(self) -> ChosenOption:
        """What the answer chooses, by what is clearest in it."""
        return (
            self._whole(self._text)
            or self._in_box()
            or self._announced()
            or self._of_lines()
            or self._standing()
            or ChosenOption("", "", "", "The answer names no option.")
        )

    def _whole(self, text: str) -> ChosenOption | None:
        """A text that is a letter, or an option, or both, and nothing else."""
        if len(text) > self._options.longest * 2 + 100:
            return None
        if (alone := _ALONE.fullmatch(text)) and alone[1].upper() in self._letters:
            return ChosenOption(alone[1].upper(), alone[1])
        if letter := self._options.is_one(text):
            return ChosenOption(letter, text, OPTION)
        mark = _LINE_MARK.match(text)
        if mark and self._options.is_one(text[mark.end() :]) == mark[1].upper():
            return ChosenOption(mark[1].upper(), text)
        return None

    def _in_box(self) -> ChosenOption | None:
        for start, end, content in boxes(self._text):
            found = self._whole(unwrapped(content).strip())
            if found and not is_denied(self._text, start, end):
                return ChosenOption(found.letter, found.text, BOXED)
        return None

    def _announced(self) -> ChosenOption | None:
        """The letter that the answer says is its answer; the final one, where it says that of one."""
        found: list[tuple[str, bool]] = []
        for match in _ANNOUNCED.finditer(self._text):
            group = 2 if match[2] else 4
            found += self._with_more(match.start(group), bool(match[1] or match[3]))
        for match in _CALLED_RIGHT.finditer(self._text):
            start = match.start(1 if match[1] else 2)
            if not is_denied(self._text, start, start):
                found += self._with_more(start, False)
        return self._one_of([letter for letter, final in found if final] or [letter for letter, _ in found])

    def _with_more(self, start: int, final: bool) -> Iterator[tuple[str, bool]]:
        """The announced letter at `start`, and those named in one breath with it."""
        if self._is_word(start, announced=True):
            return
        letter, end = self._text[start], start + 1
        yield letter.upper(), final
        while more := _AND_MORE.match(self._text, end):
            yield more[1].upper(), final
            end = more.end()

    def _of_lines(self) -> ChosenOption | None:
        """What the first or the last line has for itself, or the only letter that is marked, in front of it all."""
        lines = self._text.partition("\n")[0].strip(), self._text.rpartition("\n")[2].strip()
        if "\n" in self._text:
            first, last = (self._whole(line) for line in lines)
            if last and _ALONE.fullmatch(lines[1]) and not (first and _ALONE.fullmatch(lines[0])):
                return last
            if found := [one for one in (first, last) if one]:
                return self._one_of([one.letter for one in found], found[-1])
        mark = _LINE_MARK.match(self._text)
        marks = {found[1] for found, _ in zip(_MARK.finditer(self._text), range(30), strict=False)}
        if mark and marks == {mark[1]} and not is_denied(self._text, mark.start(1), mark.end(1)):
            return self._one_of([mark[1]])
        return None

    def _standing(self) -> ChosenOption | None:
        """The only letter that stands in the answer, else the only option whose text does."""
        letters: dict[str, bool] = {}
        for letter, clear in self._bare():
            letters[letter] = letters.get(letter, False) or clear
        named = self._options.named(self._text)
        if len(named) == 1 and not any(letters.values()):
            return ChosenOption(named[0], self._options.text(named[0]), OPTION)
        if not letters and len(named) > 1:
            return ChosenOption("", "", OPTION, "The answer names more than one option.")
        return self._one_of(list(letters))

    def _one_of(self, letters: list[str], found: ChosenOption | None = None) -> ChosenOption | None:
        """The only one of `letters`; that it cannot be read where these are several."""
        several = sorted(set(letters))
        if len(several) > 1:
            return ChosenOption("", " ".join(several), reason=f"The answer names {', '.join(several)}.")
        if several and several[0] not in self._letters:
            return ChosenOption("", several[0], reason=f"{several[0]} is not one of the options.")
        return (found or ChosenOption(several[0], several[0])) if several else None

    def _bare(self) -> Iterator[tuple[str, bool]]:
        """Letters that stand for themselves and are not denied; and whether they can be nothing else by their form."""
        seen: set[tuple[str, bool]] = set()
        for match in _STANDING.finditer(self._text):
            start, letter = match.start(), (match[1] or match[2]).upper()
            if letter not in self._letters or (letter, True) in seen:
                continue
            around = self._text[max(0, start - 1) : start] + self._text[start + 1 : start + 2]
            before = self._text[max(0, start - 24) : start]
            clear = around in ("()", "[]", "**") or bool(_NAMED_BEFORE.search(before))
            if not clear and self._is_word(start):
                continue
            clear = clear or start == 0
            if (letter, clear) not in seen and not is_denied(self._text, start, start + 1):
                seen.add((letter, clear))
                yield letter, clear

    def _is_word(self, start: int, announced: bool = False) -> bool:
        """Whether the letter at `start` is the article or the pronoun. What is announced is a letter more often."""
        letter, behind = self._text[start], self._text[start + 1 : start + 12]
        if letter in "Ii":
            return not announced or behind.startswith((" ", "'", "’"))
        if letter not in "Aa" or not _WORD_BEHIND.match(behind):
            return False
        return not (announced and letter == "A" and behind[1].isupper())

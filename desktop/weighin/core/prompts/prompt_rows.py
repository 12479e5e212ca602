"""One prompt of a file as an object states it, and gathering the good ones of many."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from weighin.core import format
from weighin.core.errors import AppError
from weighin.core.grading.expectation import Expectation, Kind, NumberAnswer
from weighin.core.grading.numbers import single_number
from weighin.core.grading.reading import expectations_of
from weighin.core.prompts.prompt_set import MAX_PROMPTS, SetPrompt
from weighin.core.safe_text import safe_name

T = TypeVar("T")

MAX_PROMPT = 1 << 20
TEXT_KEYS = ("prompt", "text", "question", "instruction")
TOO_LONG = "it has more than a million characters"
GSM8K = "gsm8k"
_GSM8K_FORM = 'End with a line of "#### " and the answer as a number, nothing else.'
_SOLUTION = re.compile(r"####\s*(\S[^\n]{0,60})\s*\Z")
_TOO_MANY = f"only the first {format.count(MAX_PROMPTS)} prompts are used"
_NAMED_PROBLEMS, _MOST_ROWS = 20, 10 * MAX_PROMPTS
# Where somebody may look for it in vain.
_MISPLACED = frozenset((*(kind.value for kind in Kind), "expected", "expects", "expectation", "expectations"))


@dataclass(frozen=True)
class Imported:
    """What a file gave. problems: a sentence for each line that was left out, at most 20 and one for the others; and
    what there is to say of the file as a whole.
    name: of the set, "" where the file has none."""

    prompts: tuple[SetPrompt, ...]
    problems: tuple[str, ...] = ()
    name: str = ""


def gathered(rows: Iterable[tuple[str, T]], make: Callable[[T], SetPrompt], notes: Iterable[str] = ()) -> Imported:
    """The prompts of `rows`: where each stands ("Line 3"), and what it is. make: makes a prompt of that, or raises
    ValueError with the reason. notes: further problems. Raises AppError where there is no prompt at all."""
    prompts: list[SetPrompt] = []
    problems = _Problems()
    for number, (where, row) in enumerate(rows):
        if len(prompts) == MAX_PROMPTS:
            problems.end = f"From {where.lower()} on: {_TOO_MANY}."
            break
        if number == _MOST_ROWS:
            problems.end = f"From {where.lower()} on nothing was read: too much is broken."
            break
        try:
            prompts.append(make(row))
        except ValueError as error:
            problems.add(f"{where}: {error}.")
    if not prompts:
        reason = f" {problems.named[0]}" if problems.named else ""
        raise AppError(f"The file has no prompts.{reason}", kind="damaged")
    return Imported(tuple(prompts), problems.sentences(notes))


class _Problems:
    """What was left out, of which the first are named and the others counted. end: why the rest was not read."""

    def __init__(self) -> None:
        self.named: list[str] = []
        self.end = ""
        self._more = 0

    def add(self, sentence: str) -> None:
        """One more."""
        if len(self.named) < _NAMED_PROBLEMS:
            self.named.append(sentence)
        else:
            self._more += 1

    def sentences(self, notes: Iterable[str]) -> tuple[str, ...]:
        """A sentence for each, those in `notes` first; one for all that are not named."""
        more = f"… and {format.count(self._more)} more." if self._more else ""
        return (*notes, *self.named, *filter(None, (more, self.end)))


def prompt_of(body: object, known: frozenset[str] | None = None) -> SetPrompt:
    """A prompt as a string or an object states it. known: the keys that an object may have, None for any. Raises
    ValueError with the reason."""
    if isinstance(body, str):
        body = {"prompt": body}
    if not isinstance(body, dict):
        raise ValueError('it is not a string or an object with "prompt"')
    if known is not None and (unknown := [key for key in body if key not in known]):
        raise ValueError(f'"{safe_name(unknown[0], 40)}" is unknown in a prompt')
    found = next((body[key] for key in TEXT_KEYS if isinstance(body.get(key), str)), "")
    if not found.strip():
        raise ValueError('it has no "prompt"')
    if len(found) > MAX_PROMPT:
        raise ValueError(TOO_LONG)
    if (solution := gsm8k_solution(body)) is not None:
        return SetPrompt(f"{found.rstrip()}\n\n{_GSM8K_FORM}", tag=GSM8K, expect=(solution,))
    expect = expectations_of(body["expect"]) if body.get("expect") is not None else ()
    return SetPrompt(
        found, safe_name(_text(body, "title")), _text(body, "system"), safe_name(_text(body, "tag"), 60), expect
    )


def gsm8k_solution(body: object) -> Expectation | None:
    """The number that a row of GSM8K ends with, {"question": ..., "answer": "... #### 72"}; None for other rows."""
    if not isinstance(body, dict) or not isinstance(body.get("question"), str) or "expect" in body:
        return None
    answer = body.get("answer")
    found = _SOLUTION.search(answer[-100:]) if isinstance(answer, str) and "prompt" not in body else None
    value = single_number(found[1]) if found else None
    return None if value is None else Expectation(number=NumberAnswer(float(value)))


def misplaced(body: Mapping[str, Any]) -> str:
    """A sentence about a key that looks like an expectation and does not stand in "expect"; "" where there is none."""
    key = next((key for key in body if key in _MISPLACED), "")
    return f'"{key}" is not used: what is expected stands in "expect".' if key else ""


def _text(body: Mapping[str, Any], key: str) -> str:
    value = body.get(key)
    return value if isinstance(value, str) else ""

"""Prompts as they are typed, which may not make sense yet."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from weighin.core.grading.expectation import Expectation, Kind
from weighin.core.grading.reading import check_consistent, expectation_of
from weighin.core.grading.text import KINDS
from weighin.core.prompts.prompt_set import SetPrompt
from weighin.core.runs.options import number


@dataclass(frozen=True)
class Field:
    """A box of a form. name: its key in a set's file; lines: how many it shows, 0 for a box to tick."""

    name: str
    title: str
    hint: str = ""
    lines: int = 1


_ONE_A_LINE = "One per line"
FIELDS: dict[Kind, tuple[Field, ...]] = {
    Kind.EXACT: (Field("exact", "The whole answer", "Quotes around it and a full stop do not count", 2),),
    Kind.CONTAINS: (
        Field("contains", "Contains", _ONE_A_LINE, 3),
        Field("any", "One of these is enough", lines=0),
        Field("not", "Does not contain", _ONE_A_LINE, 2),
    ),
    Kind.REGEX: (Field("regex", "Pattern (Python), found anywhere in the answer"),),
    Kind.NUMBER: (
        Field("number", "Number"),
        Field("tolerance", "Give or take"),
    ),
    Kind.CHOICE: (
        Field("choice", "Letter of the right option"),
        Field("options", "Options", "One per line, A first; empty where only the letter counts", 4),
    ),
    Kind.JSON: (
        Field("schema", "Valid by this JSON schema", '{"type": "object", "required": ["name"]}', 4),
        Field("equal", "With these fields", '{"name": "Ada"}', 3),
    ),
    Kind.TESTS: (Field("tests", "Asserts, test functions or unittest classes", "assert add(2, 3) == 5", 6),),
    Kind.VOTES: (),
}
TICKED = "yes"
# As a sentence calls what the reader of files calls by its key.
_WORDS = {
    "exact": "The answer",
    "contains": "The list",
    "not": "The list",
    "regex": "The pattern",
    "number": "The number",
    "tolerance": "The tolerance",
    "choice": "The letter",
    "options": "The options",
    "json": "The JSON",
    "schema": "The schema",
    "equal": "The fields",
    "tests": "The text of the tests",
}
_KEY = re.compile(r'\A"(\w+)"')


@dataclass(frozen=True)
class ExpectationDraft:
    """texts: what stands in the boxes, by their names; TICKED in one that is ticked."""

    kind: Kind
    texts: Mapping[str, str] = field(default_factory=dict)

    def expectation(self) -> Expectation:
        """What it says. Raises ValueError with one reason."""
        read = expectation_of(_BODIES[self.kind](self))
        check_consistent((read,))
        return read

    def text(self, name: str) -> str:
        """What stands in a box."""
        return self.texts.get(name, "")

    def lines(self, name: str) -> list[str]:
        """The lines of a box that are not blank."""
        return [line.strip() for line in self.text(name).splitlines() if line.strip()]


@dataclass(frozen=True)
class PromptDraft:
    """key: tells it from the others of its set."""

    key: int
    text: str = ""
    title: str = ""
    tag: str = ""
    system: str = ""
    expect: tuple[ExpectationDraft, ...] = ()

    def prompt(self) -> SetPrompt:
        """The prompt. Raises ValueError with one reason."""
        if not self.text.strip():
            raise ValueError("The prompt is empty")
        expect = tuple(one.expectation() for one in self.expect)
        check_consistent(expect)
        return SetPrompt(self.text, self.title.strip(), self.system, self.tag.strip(), expect)

    @property
    def problem(self) -> str:
        """Why it is no prompt yet, "" where it is."""
        try:
            self.prompt()
        except ValueError as error:
            return sentence(error)
        return ""

    @property
    def kinds(self) -> str:
        """What is expected, in words: "Number, Contains"."""
        return ", ".join(KINDS[one.kind] for one in self.expect)


def sentence(error: ValueError) -> str:
    """A reason as a sentence."""
    reason = _KEY.sub(lambda found: _WORDS.get(found[1], found[0]), str(error).strip().rstrip("."))
    return f"{reason[:1].upper()}{reason[1:]}."


def draft_of(key: int, prompt: SetPrompt) -> PromptDraft:
    """A prompt to be edited."""
    expect = tuple(ExpectationDraft(one.kind, _texts(one)) for one in prompt.expect)
    return PromptDraft(key, prompt.text, prompt.title, prompt.tag, prompt.system, expect)


def _texts(given: Expectation) -> dict[str, str]:
    """The boxes of an expectation, filled."""
    if given.contains is not None:
        any_is_enough = {"any": TICKED} if given.contains.any else {}
        return {"contains": "\n".join(given.contains.texts), "not": "\n".join(given.contains.absent), **any_is_enough}
    if given.number is not None:
        off = f"{given.number.tolerance:g}" if given.number.tolerance else ""
        return {"number": f"{given.number.value:.15g}", "tolerance": off}
    if given.choice is not None:
        return {"choice": given.choice.right, "options": "\n".join(given.choice.options)}
    if given.json is not None:
        return {"schema": _indented(given.json.schema), "equal": _indented(given.json.equal)}
    return {given.kind.value: str(getattr(given, given.kind.value))}


def _indented(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=1, ensure_ascii=False) if text else ""
    except (ValueError, RecursionError):
        return text


def _contains(draft: ExpectationDraft) -> dict[str, object]:
    body: dict[str, object] = {}
    for name in ("contains", "not"):
        if found := draft.lines(name):
            body[name] = found
    if draft.text("any"):
        body["any"] = True
    return body if "contains" in body or "not" in body else {"contains": []}


def _number(draft: ExpectationDraft) -> dict[str, object]:
    body: dict[str, object] = {"number": _read(draft.text("number"), "number")}
    if draft.text("tolerance").strip():
        body["tolerance"] = _read(draft.text("tolerance"), "tolerance")
    return body


def _read(text: str, what: str) -> object:
    value = number(text.strip().replace("\u202f", "").replace(" ", ""))
    if not isinstance(value, float):
        raise ValueError(f"the {what} is not a number" if text.strip() else f"the {what} is missing")
    return int(value) if abs(value) < 1e15 and value == int(value) else value


def _choice(draft: ExpectationDraft) -> dict[str, object]:
    options = draft.lines("options")
    return {"choice": draft.text("choice").strip(), **({"options": options} if options else {})}


def _json(draft: ExpectationDraft) -> dict[str, object]:
    body = {}
    for name, what in (("schema", "the schema"), ("equal", "the fields")):
        if draft.text(name).strip():
            try:
                body[name] = json.loads(draft.text(name))
            except (ValueError, RecursionError) as error:
                where = f" in line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
                raise ValueError(f"{what}: no JSON{where}") from None
    return {"json": body}


_BODIES = {
    Kind.EXACT: lambda draft: {"exact": draft.text("exact")},
    Kind.CONTAINS: _contains,
    Kind.REGEX: lambda draft: {"regex": draft.text("regex")},
    Kind.NUMBER: _number,
    Kind.CHOICE: _choice,
    Kind.JSON: _json,
    Kind.TESTS: lambda draft: {"tests": draft.text("tests")},
    Kind.VOTES: lambda _draft: {"votes": True},
}

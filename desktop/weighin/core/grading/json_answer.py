"""Whether an answer is the JSON that is wanted. A schema may hold patterns that never end: runs in a grader."""

from __future__ import annotations

import json
import re
import unicodedata
from itertools import islice
from typing import Any

from weighin.core.grading.expectation import Expectation, Kind
from weighin.core.grading.fences import fenced_blocks
from weighin.core.grading.marks import Check
from weighin.core.grading.normalize import answer_of
from weighin.core.safe_text import safe_name

_LONGEST_REASON = 300  # characters
_MOST_FAULTS = 50  # of an answer, from which the one that says most is told
# How JSON goes on behind its first bracket; anything else is a bracket in running text.
_BEGINS_JSON = re.compile(r"""\{\s*["'“}]|\[\s*(?:["'“\[{\]]|-?\d|-?Infinity|NaN|true|false|null)""")
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_BRACKET = re.compile(r"[\[{]")
_MOST_BROKEN = 1000  # pieces of an answer that begin like JSON: to say what is wrong with one takes its time
_CITATION = re.compile(r"\[\s*\d{1,3}\s*\]")


class _SchemaError(Exception):
    """Nothing can be judged by this schema; the text is a sentence."""


def json_of(text: str) -> tuple[Any, str]:
    """The value an answer gives, and the text that stands for it: the whole answer, or its last fenced block, or the
    last {...} or [...] in it that can be parsed. Of a key that stands twice the last counts; NaN and Infinity are no
    JSON. Raises ValueError with one sentence."""
    whole = text.strip().removeprefix("\ufeff").strip()
    fault = "There is no JSON in the answer."
    for candidate in (whole, *(block.text.strip() for block in fenced_blocks(text)[-1:])):
        try:
            return _DECODER.decode(candidate), candidate
        except RecursionError:
            fault = "The JSON in the answer is nested too deeply."
        except ValueError as error:
            if candidate.startswith(("{", "[")):
                fault = f"The answer is no JSON: {_sentence(str(error))}"
    found = _bracketed(whole)
    # [1] in running text is a footnote, unless there is nothing else.
    found = [piece for piece in found if not _CITATION.fullmatch(piece[1])] or found
    if not found:
        raise ValueError(fault)
    return found[-1]


def check_json(expectation: Expectation, text: str) -> Check:
    """parses: there is JSON in the answer; valid: it is so by the schema; right: its fields are equal, too. Formats
    count as notes, as the standard has it; nothing is fetched for a $ref."""
    wanted, answer = expectation.json, answer_of(text)
    assert wanted is not None
    try:
        value, extracted = json_of(answer)
    except ValueError as error:
        return Check(Kind.JSON, False, reason=str(error), parses=False, valid=False)
    method = "" if extracted == answer.strip() else "json"
    valid: bool | None = None
    try:
        fault = _schema_fault(wanted.schema, value) if wanted.schema else ""
        valid = not fault
        if valid and wanted.equal:
            fault = _difference(_DECODER.decode(wanted.equal), value, "$")
    except _SchemaError as error:
        return Check(Kind.JSON, None, extracted, method, str(error), True, None)
    except RecursionError:
        reason = "The answer is nested too deeply to be judged, or the schema refers to itself without end."
        return Check(Kind.JSON, None, extracted, method, reason, True, valid)
    except ValueError as error:
        reason = f"What the fields shall equal is no JSON: {_sentence(str(error))}"
        return Check(Kind.JSON, None, extracted, method, reason, True, valid)
    return Check(Kind.JSON, not fault, extracted, method, fault, True, valid)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


_DECODER = json.JSONDecoder(parse_constant=_no_constant)


def _bracketed(text: str) -> list[tuple[Any, str]]:
    """Every outermost {...} and [...] that can be parsed. Takes time in proportion to the text."""
    found: list[tuple[Any, str]] = []
    position, broken = 0, 0
    all_closed = True
    while broken < _MOST_BROKEN and (match := _BRACKET.search(text, position)):
        start = match.start()
        position = match.end()
        if not _BEGINS_JSON.match(text, start):
            continue
        try:
            value, position = _DECODER.raw_decode(text, start)
            found.append((value, text[start:position]))
        except RecursionError:
            break
        except ValueError as error:
            broken += 1
            position = max(position, getattr(error, "pos", 0))
            if all_closed:  # what stands in broken JSON is not the answer
                end = _closed_at(text, start)
                all_closed = end > 0
                position = max(position, end)
    return found


def _closed_at(text: str, start: int) -> int:
    """Behind the bracket that closes the one at `start`; 0 where none does."""
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(text, start):
        if match[0] in "[{":
            depth += 1
        elif match[0] in "]}":
            depth -= 1
            if depth == 0:
                return match.end()
    return 0


def _schema_fault(schema_text: str, value: Any) -> str:
    """Why `value` is not valid, one sentence; "" where it is. Raises _SchemaError."""
    # Heavy, and wanted in the grader only.
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError, best_match
    from jsonschema.validators import validator_for
    from jsonschema_specifications import REGISTRY
    from referencing.exceptions import Unresolvable

    try:
        schema = _DECODER.decode(schema_text)
        if not isinstance(schema, (dict, bool)):
            raise _SchemaError("The schema is no JSON schema: it is no object.")
        kind = validator_for(schema, default=Draft202012Validator)
        kind.check_schema(schema)
        # Holds the standard's own schemas; others are not looked for, neither on disk nor elsewhere.
        faults = kind(schema, registry=REGISTRY).iter_errors(value)
        fault = best_match(islice(faults, _MOST_FAULTS))
    except SchemaError as error:
        raise _SchemaError(f"The schema is not valid at {error.json_path}: {_sentence(error.message)}") from None
    except Unresolvable as error:
        raise _SchemaError(f"The schema refers to what it does not hold: {_sentence(str(error.ref))}") from None
    except RecursionError:
        raise
    except (ValueError, TypeError, AttributeError, LookupError, re.error) as error:
        raise _SchemaError(f"The schema cannot be used: {_sentence(str(error))}") from None
    if fault is None:
        return ""
    where = "" if fault.json_path == "$" else f" at {fault.json_path}"
    return _sentence(f"Not valid by the schema{where}: {fault.message}")


def _difference(wanted: Any, value: Any, path: str) -> str:
    """Where `value` is not what is `wanted`, one sentence; "" where it is. Objects may have more fields."""
    if isinstance(wanted, dict) and isinstance(value, dict):
        for key, inner in wanted.items():
            if key not in value:
                return _sentence(f"{path}.{key} is missing.")
            if fault := _difference(inner, value[key], f"{path}.{key}"):
                return fault
        return ""
    if isinstance(wanted, list) and isinstance(value, list) and len(wanted) == len(value):
        pairs = enumerate(zip(wanted, value, strict=True))
        return next((fault for i, pair in pairs if (fault := _difference(*pair, f"{path}[{i}]"))), "")
    if _equal(wanted, value):
        return ""
    return _sentence(f"{path} is {_short(value)}, not {_short(wanted)}.")


def _equal(wanted: Any, value: Any) -> bool:
    """Of values that are no pair of objects or of lists of one length. 1 equals 1.0; true is no number."""
    if isinstance(wanted, str) and isinstance(value, str):
        return unicodedata.normalize("NFC", wanted) == unicodedata.normalize("NFC", value)
    if isinstance(wanted, (bool, dict, list)) or isinstance(value, (bool, dict, list)):
        return wanted is value
    return bool(wanted == value)


def _short(value: Any) -> str:
    return safe_name(json.dumps(value, ensure_ascii=False), 60)


def _sentence(text: str) -> str:
    """A stranger's words as (the end of) a sentence, on one line, cut."""
    words = safe_name(" ".join(text[: 4 * _LONGEST_REASON].split()), _LONGEST_REASON)
    return words if words.endswith((".", "?", "!")) else f"{words}."

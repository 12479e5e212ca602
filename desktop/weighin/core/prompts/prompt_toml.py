"""A prompt set as TOML: a name and [[prompts]], as the sets that come along are kept, read and written."""

from __future__ import annotations

import json
import re
import sys
from typing import Any

from weighin.core import format
from weighin.core.errors import AppError
from weighin.core.grading.expectation import Expectation
from weighin.core.grading.reading import plain
from weighin.core.prompts.prompt_rows import Imported, gathered, prompt_of
from weighin.core.prompts.prompt_set import PromptSet, SetPrompt
from weighin.core.safe_text import safe_name

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_BEGINS = re.compile(rb"\A(?:\s|#[^\n]*\n)*(?:\[\[\s*prompts?\s*\]\]|(?:name|prompts)\s*=)")
_ENTRY = re.compile(rb"^[ \t]*\[\[[ \t]*prompts[ \t]*\]\]", re.MULTILINE)
_PLACE = re.compile(r" ?\(at ([^()]*)\)\Z")
_KEYS = frozenset(("text", "prompt", "title", "tag", "system", "expect"))
_SURROGATES = re.compile("[\ud800-\udfff]")


def is_toml(data: bytes) -> bool:
    """Whether a file is a prompt set in TOML, well-formed or not."""
    return bool(_BEGINS.match(data) or (data[:1] not in b'{["' and _ENTRY.search(data)))


def toml_prompts(data: bytes) -> Imported:
    """The prompts of a TOML file: [[prompts]] with "text", and as wanted "title", "tag", "system" and "expect". Raises
    AppError."""
    body = _body(data)
    entries = body.get("prompts")
    if not isinstance(entries, list):
        raise AppError("The file has no prompts: there is no [[prompts]].", kind="damaged")
    unknown = [key for key in body if key not in ("name", "prompts")]
    notes = [f'"{safe_name(unknown[0], 40)}" at the beginning is not used.'] if unknown else []
    rows = ((f"Prompt {format.count(number)}", entry) for number, entry in enumerate(entries, 1))
    found = gathered(rows, lambda entry: prompt_of(entry, _KEYS), notes)
    name = body.get("name")
    return Imported(found.prompts, found.problems, safe_name(name.strip(), 100) if isinstance(name, str) else "")


def set_toml(prompts: PromptSet) -> str:
    """A set as a file that reads back to the same name and prompts."""
    return f"name = {_text(prompts.name)}\n" + "".join(_entry(prompt) for prompt in prompts.prompts)


def _body(data: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(data.decode())
    except UnicodeDecodeError as error:
        line = format.count(data.count(b"\n", 0, error.start) + 1)
        raise AppError(f"Line {line} is not UTF-8 text: save the file as UTF-8.", kind="damaged") from None
    except (ValueError, RecursionError) as error:
        place = _PLACE.search(str(error))
        at_end = f"line {format.count(len(data.rstrip().splitlines()))}, the end"
        where = f" at {at_end if place[1] == 'end of document' else place[1]}" if place else ""
        reason = safe_name(_PLACE.sub("", str(error)))
        raise AppError(f"The file is not valid TOML{where}: {reason}.", kind="damaged") from None


def _entry(prompt: SetPrompt) -> str:
    lines = ["", "[[prompts]]"]
    for key, text in (("title", prompt.title), ("tag", prompt.tag), ("system", prompt.system), ("text", prompt.text)):
        if text:
            lines.append(f"{key} = {_text(text)}")
    if prompt.expect:
        stated = ",\n  ".join(_value(_stated(one)) for one in prompt.expect)
        lines.append(f"expect = [\n  {stated},\n]")
    return "\n".join(lines) + "\n"


def _stated(expectation: Expectation) -> dict[str, Any]:
    """What a file states; a JSON object with null, which TOML has not, as a text."""
    body = plain(expectation)
    for name, value in body.get("json", {}).items():
        if _has_null(value):
            body["json"][name] = json.dumps(value, ensure_ascii=False)
    return body


def _value(value: Any) -> str:
    """In one line, but for the lines of texts."""
    if isinstance(value, dict):
        inner = ", ".join(f"{_key(key)} = {_value(one)}" for key, one in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return _text(value) if isinstance(value, str) else json.dumps(value)


def _has_null(value: Any) -> bool:
    if isinstance(value, (dict, list)):
        return any(map(_has_null, value.values() if isinstance(value, dict) else value))
    return value is None


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _quoted(key)


def _text(text: str) -> str:
    """Several lines as several lines."""
    if "\n" not in text or "\r" in text:
        return _quoted(text)
    return '"""\n' + "\n".join(map(_line, text.split("\n"))) + '"""'


def _line(line: str) -> str:
    """Single quotation marks need no backslash there."""
    escaped = _quoted(line)[1:-1]
    return escaped if '""' in line else escaped.replace('\\"', '"')


def _quoted(text: str) -> str:
    """A basic string of TOML, which escapes as JSON does, and DEL too. It holds no half characters."""
    return json.dumps(_SURROGATES.sub("\ufffd", text), ensure_ascii=False).replace("\x7f", "\\u007f")

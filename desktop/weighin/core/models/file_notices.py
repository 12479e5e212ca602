"""From what the engine warned of while it loaded a file to sentences a person understands."""

from __future__ import annotations

import re
from collections.abc import Iterable

from weighin.core.safe_text import safe_name

_NO_PRE_TOKENIZER = re.compile(r"missing pre-tokenizer type")
_NOT_CONTROL = re.compile(r"control-looking token:\s*\d+ '(.*)' was not control-type")
_UNKNOWN_END = re.compile(r"special_(?:eos|eot|eom)_id is not in special_eog_ids")
_NO_SUCH_TOKEN = re.compile(r"bad special token: '([^']*)' = (\d+)")
_EMPTY_TOKEN = re.compile(r"empty token at index")
_NO_LINE_BREAK = re.compile(r"newline token")
_TAG = "</s>"  # in Gemma's vocabulary that is the tag of HTML, rightly ordinary
_NAMED = 3


def file_notices(
    warnings: Iterable[str], ordinary_marks: tuple[str, ...], template: str, end: str, names_end: bool
) -> tuple[str, ...]:
    """What is wrong with a model file, a sentence each.

    warnings: lines of the engine's. ordinary_marks: marks of `template` that the file has as ordinary tokens. end: text
    of the end token that the header names, "" for none. names_end: whether the file has any."""
    lines = list(warnings)

    def said(pattern: re.Pattern[str]) -> list[re.Match[str]]:
        return [match for line in lines if (match := pattern.search(line))]

    notices = []
    if said(_NO_PRE_TOKENIZER):
        notices.append("This file does not name its tokenizer variant, so answers may be worse.")
    if ordinary_marks:
        names = _names(ordinary_marks)
        notices.append(f"{names} marked as plain text, so the template's control tokens are not recognised.")
    texts = dict.fromkeys(match[1] for match in said(_NOT_CONTROL))
    if overridden := tuple(text for text in texts if text != _TAG or text == end or text in template):
        names = _names(overridden)
        notices.append(f"{names} marked as plain text; the engine corrects that.")
    if not names_end:
        notices.append("This file names no end token, so answers may run to the token limit.")
    elif end and end not in template and said(_UNKNOWN_END):
        text = f"The engine does not treat {safe_name(end, 40)} as the end token of this file"
        notices.append(f"{text}: answers may end too early or too late.")
    for key, number in dict.fromkeys((match[1], match[2]) for match in said(_NO_SUCH_TOKEN)):
        name = safe_name(key.rsplit(".", 1)[-1], 40)
        notices.append(f"The header names token {number} as {name}, but the vocabulary does not have it.")
    if said(_EMPTY_TOKEN):
        notices.append("Some entries of the vocabulary are empty.")
    if said(_NO_LINE_BREAK):
        notices.append("The vocabulary has no token for a line break.")
    return tuple(notices)


def _names(tokens: tuple[str, ...]) -> str:
    """Beginning of a sentence about `tokens`, of which up to three are named."""
    shown = ", ".join(safe_name(token, 40) for token in tokens[:_NAMED])
    more = f" and {len(tokens) - _NAMED} more" if len(tokens) > _NAMED else ""
    return f"Its {shown}{more} {'is' if len(tokens) == 1 else 'are'}"

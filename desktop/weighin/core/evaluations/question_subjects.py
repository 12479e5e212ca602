"""Names of subjects: as their user wrote them, but for what cannot stand in a prompt, in an id or on a line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from weighin.core.safe_text import safe_name

UNNAMED = "questions"
_LONGEST = 100
# "/" parts the id of a question; U+FFFD is what a control or an unseen character becomes.
_REPLACED = re.compile("[/\ufffd\\s]+")


def subject_name(text: str) -> str:
    """`text` as the name of a subject: on one line, without "/" and unseen characters, at most 100 characters;
    "questions" where nothing is left."""
    shown = safe_name(unicodedata.normalize("NFC", text), len(text) + 1)
    return _REPLACED.sub(" ", shown).strip()[:_LONGEST].strip() or UNNAMED


def named_subjects(text: str, known: Collection[str]) -> tuple[str, ...]:
    """The subjects in a list "a,b", where a name of `known` may hold commas itself. A name that is not known stays one
    word of the list."""
    parts = [part for part in text.split(",") if part.strip()]
    found: list[str] = []
    while parts:
        joined = (",".join(parts[:end]).strip() for end in range(len(parts), 1, -1))
        name = next((one for one in joined if one in known), parts[0].strip())
        found.append(name)
        parts = parts[name.count(",") + 1 :]
    return tuple(found)

"""Which of the texts in a header is the chat template, and whether it is one at all."""

from __future__ import annotations

from collections.abc import Iterable

from weighin.core.safe_text import safe_name

KEY = "tokenizer.chat_template"
# Behind KEY and a dot, in the order in which they are taken: some files hold several templates and none without a name.
NAMES = ("default", "tool_use")


def choose_template(texts: Iterable[str | None]) -> str | None:
    """The first of `texts` that is a template; else the first that is there at all, else None."""
    given = [text for text in texts if text is not None]
    return next((text for text in given if not why_no_template(text)), given[0] if given else None)


def why_no_template(text: str) -> str:
    """Why `text` cannot put a message anywhere, as the end of a sentence; "" for a template. Some files hold the mere
    name of a template ("chatml", "rwkv-world")."""
    if not text.strip():
        return "it is blank"
    if "{{" in text or "{%" in text:
        return ""
    return f"it is only the text “{safe_name(text.strip(), 40)}”"

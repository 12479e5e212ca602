"""Definitions of links and notes, "[1]: https://..." on a line of its own: Markdown hides them, a reader wants them."""

from __future__ import annotations

from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.reference import reference
from markdown_it.token import Token

KIND = "definition"


def shown_definition(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Markdown's own rule, which also leaves a token with what was written. "[^1]" stays as it is in the text: it names
    a note, and is no link."""
    if not reference(state, start, end, silent):
        return False
    if silent:
        return True
    written = state.getLines(start, state.line, state.blkIndent, False).strip()
    token = state.push(KIND, "", 0)
    token.children = [Token("text", "", 0, content=written)]
    links = state.env.get("references", {})
    for name in [name for name in links if name.startswith("^")]:
        del links[name]
    return True

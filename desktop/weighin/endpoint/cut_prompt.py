"""Whether a server read all of a prompt: some cut what is longer than their context and say nothing.

What gives it away is the count of tokens. No usual tokenizer puts two words into one token, so a prompt has at least as
many tokens as words. A few servers leave out of the count what they had read before; that cannot be told apart.
"""

from __future__ import annotations

from typing import Any

# A shorter prompt fits every context.
_FEWEST_WORDS = 100


def cut_notice(body: dict[str, Any], counted: int | None) -> str:
    """A sentence where the server `counted` fewer tokens than the prompt of the request `body` has words, else ""."""
    words = sum(len(text.split()) for text in _texts(body))
    if counted is None or words < _FEWEST_WORDS or counted >= words:
        return ""
    return (
        f"The server counted {counted:,} tokens for a prompt of {words:,} words: it cut the prompt to fit its context, "
        "or left out of the count what it had read before."
    )


def _texts(body: dict[str, Any]) -> list[str]:
    return [body["prompt"]] if "prompt" in body else [message["content"] for message in body["messages"]]

"""Tokens as a server counts them, by all the names there are for that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from weighin.core import format

_MOST_TOKENS = 1 << 40


@dataclass(frozen=True)
class Usage:
    """Tokens as the server counted them; None where it does not say."""

    prompt: int | None = None
    cached: int | None = None
    generated: int | None = None
    reasoning: int | None = None

    @property
    def read(self) -> int | None:
        """Most tokens of the prompt there can have been: some servers count those from their cache apart."""
        return None if self.prompt is None else self.prompt + (self.cached or 0)

    def then(self, later: Usage) -> Usage:
        """What is known after `later` came too."""
        known = {name: value for name, value in vars(later).items() if value is not None}
        return replace(self, **known)

    def before_more(self) -> Usage:
        """What is known once text came without a count: how much was written is not."""
        return replace(self, generated=None, reasoning=None)


def usage_of(body: dict[str, Any], choice: dict[str, Any]) -> Usage | None:
    """The counts in a chunk or an answer, or in its `choice`; None where there are none.

    No prompt and no answer has 0 tokens: a server that says so did not count."""
    places = (body.get("usage"), _within(body.get("x_groq"), "usage"), choice.get("usage"))
    found = next((place for place in places if isinstance(place, dict)), None)
    if found is None:
        return None
    prompt = next((found[name] for name in ("prompt_tokens", "input_tokens") if name in found), None)
    written = next((found[name] for name in ("completion_tokens", "output_tokens") if name in found), None)
    before = found.get("prompt_tokens_details") or found.get("input_tokens_details")
    within = found.get("completion_tokens_details") or found.get("output_tokens_details")
    cached, reasoning = _count(_within(before, "cached_tokens")), _count(_within(within, "reasoning_tokens"))
    return Usage(
        _count(prompt) or None,
        cached if cached is not None else _count(found.get("prompt_cache_hit_tokens")),
        _count(written) or None,
        reasoning if reasoning is not None else _count(found.get("reasoning_tokens")),
    )


def _within(body: Any, name: str) -> Any:
    return body.get(name) if isinstance(body, dict) else None


def _count(value: Any) -> int | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    good = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MOST_TOKENS
    return value if good else None


# A shorter prompt fits every context.
_FEWEST_WORDS = 100


def cut_notice(body: dict[str, Any], counted: int | None) -> str:
    """A sentence where the server `counted` fewer tokens than the prompt of the request `body` has words, else ""."""
    words = sum(len(text.split()) for text in _texts(body))
    if counted is None or words < _FEWEST_WORDS or counted >= words:
        return ""
    return (
        f"The server counted {format.count(counted)} tokens for a prompt of {format.count(words)} words: "
        "it cut the prompt, or did not count its cached part."
    )


def _texts(body: dict[str, Any]) -> list[str]:
    return [body["prompt"]] if "prompt" in body else [message["content"] for message in body["messages"]]

"""What is asked of a server."""

from __future__ import annotations

from typing import Any

from weighin.core.comparisons.chat import Message
from weighin.core.comparisons.options import SamplingOptions

CHAT, COMPLETIONS = "/chat/completions", "/completions"
# OpenAI's own limit; other servers take more, but none fewer.
_MOST_STOPS = 4


def question(model: str, messages: tuple[Message, ...], raw: bool) -> tuple[str, dict[str, Any]]:
    """Path and body of a request: a conversation, or with `raw` its text as it is, without any template."""
    if raw:
        return COMPLETIONS, {"model": model, "prompt": "\n\n".join(m.content for m in messages)}
    return CHAT, {"model": model, "messages": [{"role": m.role, "content": m.content} for m in messages]}


def common_options(sampling: SamplingOptions) -> dict[str, Any]:
    """Options that every server takes. Stop strings beyond the fourth are looked for on this side."""
    body: dict[str, Any] = {
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": sampling.max_tokens,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p if sampling.temperature > 0 else 1.0,
        "seed": sampling.seed,
    }
    if sampling.stop:
        body["stop"] = list(sampling.stop[:_MOST_STOPS])
    return body


def more_options(sampling: SamplingOptions) -> dict[str, Any]:
    """Options of llama.cpp and vLLM that OpenAI does not know, by the names of both. Each answer starts from an empty
    cache where the server can do that, as it does in a model on this computer."""
    body: dict[str, Any] = {"cache_prompt": False}
    if sampling.temperature > 0:
        body |= {"top_k": sampling.top_k, "min_p": sampling.min_p}
    if sampling.repeat_penalty != 1.0:
        body |= {"repeat_penalty": sampling.repeat_penalty, "repetition_penalty": sampling.repeat_penalty}
    return body


def left_out(sampling: SamplingOptions) -> tuple[str, ...]:
    """A sentence where leaving out `more_options` changes the answer."""
    if len(more_options(sampling)) == 1:
        return ()
    return ("This server takes OpenAI's own options only: top-k, min-p and repeat penalty were left out.",)

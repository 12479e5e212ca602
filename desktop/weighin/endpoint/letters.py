"""Whether a server returns log-probabilities that questions can be scored by: tried, not believed.

Some servers ignore the option, some answer with zeros, some show fewer tokens than four letters need. A score made of
that would look like chance and say nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from weighin.core.evaluations.questions import LETTERS
from weighin.endpoint.http import Endpoint
from weighin.workers.engine import EngineError

_TOP = (20, 5)  # most that vLLM and chat calls allow; most that OpenAI's completions allow
_SLACK = 0.01
_SHOTS = (
    "What is two plus two?\nA. Three\nB. Four\nC. Five\nD. Six\nAnswer: B\n\n"
    "Which animal barks?\nA. The dog\nB. The cat\nC. The cow\nD. The hen\nAnswer: A\n\n"
    "What colour is snow?\nA. Red\nB. Green\nC. Black\nD. White\nAnswer: D\n\n"
    "What do bees make?\nA. Milk\nB. Wool\nC. Honey\nD. Silk\nAnswer: C\n\n"
)
_PROMPTS = (
    _SHOTS + "Which of these is a fruit?\nA. The apple\nB. The hammer\nC. The river\nD. The shoe\nAnswer:",
    _SHOTS + "Which of these can fly?\nA. The stone\nB. The table\nC. The spoon\nD. The eagle\nAnswer:",
)


@dataclass(frozen=True)
class LetterTest:
    """via: "completions" or "chat", "" where neither is of use. sentence: what was found."""

    via: str
    sentence: str


class _UselessError(Exception):
    """These numbers cannot be scored by; the text says why."""


async def test_letters(endpoint: Endpoint, model: str) -> LetterTest:
    """Try both ways of asking. Raises EngineError where the server does not answer at all."""
    reasons = []
    for via in ("completions", "chat"):
        try:
            top = await _try(endpoint, model, via)
        except _UselessError as reason:
            reasons.append(f"{via}: {reason}")
            continue
        text = f"{endpoint.host} returns log-probabilities of all four letters ({via}, the {top} likeliest tokens)."
        return LetterTest(via, f"{text} Questions can be scored there.")
    text = f"Questions cannot be scored at {endpoint.host}: it returns no usable log-probabilities"
    return LetterTest("", f"{text} ({'; '.join(reasons)}).")


async def _try(endpoint: Endpoint, model: str, via: str) -> int:
    """How many tokens the server shows. Raises _UselessError."""
    refusal = ""
    for top in _TOP:
        try:
            seen = [_letters(await _top_tokens(endpoint, model, via, prompt, top), top) for prompt in _PROMPTS]
        except EngineError as error:
            if error.kind not in ("refused", "not_endpoint", "server_error"):
                raise
            refusal = error.message
            continue
        if seen[0] == seen[1]:
            raise _UselessError("it gives the same numbers whatever is asked")
        return top
    raise _UselessError(refusal.rstrip("."))


async def _top_tokens(endpoint: Endpoint, model: str, via: str, prompt: str, top: int) -> dict[str, float]:
    """The likeliest next tokens with their log-probabilities. Raises _UselessError where there are none."""
    body: dict[str, Any] = {"model": model, "max_tokens": 1, "temperature": 0.0}
    if via == "completions":
        answer = await endpoint.post_json("/completions", body | {"prompt": prompt, "logprobs": top})
    else:
        message = {"role": "user", "content": f"{prompt}\n\n(Reply with one letter only.)"}
        body |= {"messages": [message], "logprobs": True, "top_logprobs": top}
        answer = await endpoint.post_json("/chat/completions", body)
    try:
        found = answer["choices"][0]["logprobs"]
        if "top_logprobs" in found:  # of OpenAI's completions: an object for each token written
            return dict(found["top_logprobs"][0])
        return {entry["token"]: entry["logprob"] for entry in found["content"][0]["top_logprobs"]}
    except (LookupError, TypeError, ValueError):
        raise _UselessError("it does not send any") from None


def _letters(top_tokens: dict[str, float], top: int) -> tuple[float, ...]:
    """Log-probabilities of the four letters. Raises _UselessError where they are not all there, or are none."""
    if not top_tokens:
        raise _UselessError("it does not send any")
    values = list(top_tokens.values())
    if any(
        not isinstance(v, (int, float)) or isinstance(v, bool) or not math.isfinite(v) or v > _SLACK for v in values
    ):
        raise _UselessError("what it sends is no logarithm of a probability")
    if sum(math.exp(value) for value in values) > 1 + _SLACK:
        raise _UselessError("its probabilities add up to more than one")
    letters = {letter: [v for token, v in top_tokens.items() if _bare(token) == letter] for letter in LETTERS}
    missing = [letter for letter, values in letters.items() if not values]
    if missing:
        raise _UselessError(
            f"among its {min(top, len(top_tokens))} likeliest tokens the letters {', '.join(missing)} are missing"
        )
    return tuple(max(values) for values in letters.values())


def _bare(token: str) -> str:
    """The token without the space before it, as tokenizers write it."""
    return token.strip(" \u2581\u0120")

"""Whether a server returns log-probabilities that questions can be scored by: tried, not believed.

Some servers ignore the option, some answer with zeros, some show fewer tokens than four letters need. A score made of
that would look like chance and say nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import Any

from weighin.core.evaluations.questions import LETTERS
from weighin.core.jsonable import is_finite
from weighin.core.models.server import LetterTest
from weighin.endpoint.chunks import failure_in
from weighin.endpoint.errors import failed_inside
from weighin.endpoint.http import Endpoint
from weighin.endpoint.waiting import Waiting
from weighin.workers.engine import EngineError

COMPLETIONS, CHAT = "completions", "chat"
TOP = (20, 5)  # most that vLLM and chat calls allow; most that OpenAI's completions allow
# Kinds of failure that may mean: not this way, or not so many.
REFUSALS = ("refused", "not_endpoint", "no_model", "server_error")
_SLACK = 0.01
# A busy server, all pauses of one way of asking together.
_MOST_WAIT_S = 60.0
_MOST_TOKENS = 10_000_000
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


class UselessError(Exception):
    """These numbers cannot be scored by; the text says why."""


@dataclass(frozen=True)
class Shown:
    """The likeliest next tokens with their log-probabilities. prompt_tokens: as the server counts, None where it does
    not."""

    tokens: dict[str, float]
    prompt_tokens: int | None

    def letters(self) -> dict[str, float]:
        """Log-probabilities of those letters that are among them. Raises UselessError where these are no
        log-probabilities."""
        if not self.tokens:
            raise UselessError("it does not send them")
        values = list(self.tokens.values())
        if any(not is_finite(v) or v > _SLACK for v in values):
            raise UselessError("what it sends are not log-probabilities")
        if sum(math.exp(value) for value in values) > 1 + _SLACK:
            raise UselessError("its probabilities add up to more than one")
        found: dict[str, float] = {}
        for token, value in self.tokens.items():
            bare = _bare(token)
            if bare in LETTERS:
                found[bare] = max(value, found.get(bare, -math.inf))
        return found


async def test_letters(endpoint: Endpoint, model: str, ways: tuple[str, ...] = (COMPLETIONS, CHAT)) -> LetterTest:
    """Try these ways of asking. Raises EngineError where the server does not answer at all."""
    reasons = []
    for via in ways:
        try:
            top = await _try(endpoint, model, via)
        except UselessError as reason:
            reasons.append(f"{via}: {reason}")
            continue
        text = f"{endpoint.host} returns log-probabilities for all four letters ({via}, top {top} tokens)."
        return LetterTest(via, f"{text} Questions can be scored there.")
    text = f"Questions cannot be scored at {endpoint.host}: it returns no usable log-probabilities"
    return LetterTest("", f"{text} ({'; '.join(reasons)}).")


async def _try(endpoint: Endpoint, model: str, via: str) -> int:
    """How many tokens the server shows. Raises UselessError."""
    refusal, waiting = "", Waiting(_MOST_WAIT_S)
    for top in TOP:
        try:
            bodies = [_body(model, via, prompt) for prompt in _PROMPTS]
            shown = [await waiting.ask(partial(ask_letters, endpoint, body, top)) for body in bodies]
            seen = [_all_letters(tokens, top) for tokens in shown]
        except EngineError as error:
            if error.kind not in REFUSALS:
                raise
            refusal = error.message
            continue
        if seen[0] == seen[1]:
            raise UselessError("it returns the same numbers for every question")
        return top
    raise UselessError(refusal.rstrip("."))


async def ask_letters(endpoint: Endpoint, body: dict[str, Any], top: int) -> Shown:
    """The `top` likeliest tokens after what `body` has: a prompt, or messages. Raises EngineError, and UselessError
    where the answer has none."""
    body = body | {"max_tokens": 1, "temperature": 0.0}
    if "prompt" in body:
        answer = await endpoint.post_json("/completions", body | {"logprobs": top})
    else:
        answer = await endpoint.post_json("/chat/completions", body | {"logprobs": True, "top_logprobs": top})
    if isinstance(answer, dict) and (said := failure_in(answer)) is not None:
        raise failed_inside(endpoint.host, said)
    try:
        found = answer["choices"][0]["logprobs"]
        if "top_logprobs" in found:  # of OpenAI's completions: an object for each token written
            tokens = dict(found["top_logprobs"][0])
        else:
            tokens = {entry["token"]: entry["logprob"] for entry in found["content"][0]["top_logprobs"]}
    except (LookupError, TypeError, ValueError):
        raise UselessError("it does not send them") from None
    if not all(isinstance(token, str) for token in tokens):
        raise UselessError("what it sends has no tokens")
    return Shown(tokens, _prompt_tokens(answer))


def _body(model: str, via: str, prompt: str) -> dict[str, Any]:
    if via == COMPLETIONS:
        return {"model": model, "prompt": prompt}
    return {"model": model, "messages": [{"role": "user", "content": f"{prompt}\n\n(Reply with one letter only.)"}]}


def _all_letters(shown: Shown, top: int) -> tuple[float, ...]:
    """Log-probabilities of the four letters. Raises UselessError where they are not all there."""
    letters = shown.letters()
    missing = [letter for letter in LETTERS if letter not in letters]
    if missing:
        raise UselessError(f"its top {min(top, len(shown.tokens))} tokens lack the letters {', '.join(missing)}")
    return tuple(letters[letter] for letter in LETTERS)


def _prompt_tokens(answer: dict[str, Any]) -> int | None:
    usage = answer.get("usage")
    count = usage.get("prompt_tokens") if isinstance(usage, dict) else None
    return count if isinstance(count, int) and not isinstance(count, bool) and 0 < count < _MOST_TOKENS else None


def _bare(token: str) -> str:
    """The token without the space before it, as tokenizers write it."""
    return token.strip(" \u2581\u0120")

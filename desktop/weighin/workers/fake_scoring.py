"""The scripted engine's opinions about questions: made up, but always the same."""

from __future__ import annotations

import hashlib
import math

from weighin.core.evaluations.evaluation import ItemResult
from weighin.core.evaluations.mmlu_prompt import PromptBlock
from weighin.protocol.messages import Survey, Surveyed

GROUP = 8
_TRAINED = 8192


def survey(request: Survey) -> Surveyed:
    """One token a word."""
    header = len(request.block.header.split())
    questions = tuple(len(item.text.split()) for item in request.block.items)
    return Surveyed(request.id, header, questions, _TRAINED, False)


def groups(block: PromptBlock, done: tuple[str, ...]) -> list[list[str]]:
    """Ids of the questions still to score, eight together."""
    left = [item.id for item in block.items if item.id not in done]
    return [left[i : i + GROUP] for i in range(0, len(left), GROUP)]


def opinion(identifier: str, seed: int, speechless: bool) -> ItemResult:
    """Four probabilities drawn from the id; none where it is `speechless`."""
    if speechless:
        return ItemResult(identifier, None, None, "The model gave no numbers (NaN) for this question.")
    digest = hashlib.sha256(f"{seed}/{identifier}".encode()).digest()
    weights = [byte + 1 for byte in digest[:4]]
    logprobs = tuple(math.log(weight / (sum(weights) + 10)) for weight in weights)
    return ItemResult(identifier, max(range(4), key=logprobs.__getitem__), logprobs)

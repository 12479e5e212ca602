"""How likely each ending of a question is, summed over its tokens.

Each ending is read with its whole prompt and nothing else in memory: llama.cpp rounds by what else a batch holds, so
behind a context that is read once for all, a score depends on its neighbours, by tenths of a nat.
"""

from __future__ import annotations

import math

from weighin.core.evaluations.evaluation import ItemResult
from weighin.workers.scoring.ending_tokens import EndingItem, EndingPrompt
from weighin.workers.scoring.logprobs import judged, log_probabilities
from weighin.workers.scoring.scoring_context import ScoringContext


class EndingWork:
    """One block of questions."""

    notices: tuple[str, ...] = ()

    def __init__(self, items: tuple[EndingItem, ...]) -> None:
        self._items = items
        self.ids = tuple(item.id for item in items)

    @property
    def longest(self) -> int:
        """Tokens of the longest prompt with an ending."""
        return max((item.longest for item in self._items), default=0)

    def read_whole(self, context: ScoringContext, index: int) -> ItemResult:
        """One question, each of its endings with its whole prompt and nothing else in memory."""
        item = self._items[index]
        if item.failure:
            return ItemResult(item.id, None, None, item.failure)
        return judged(item.id, [_log_probability(context, prompt) for prompt in item.prompts])


def _log_probability(context: ScoringContext, prompt: EndingPrompt) -> float:
    """Of all tokens of the ending of `prompt` together."""
    rows = context.read_along(prompt.computed, len(prompt.ending))
    return math.fsum(log_probabilities(row, [token])[0] for row, token in zip(rows, prompt.ending, strict=True))

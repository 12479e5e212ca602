"""Which of four letters a model finds likeliest behind each prompt of a block."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from weighin.core.evaluations.evaluation import ItemResult
from weighin.core.evaluations.scoring import ScoreShape, pack
from weighin.workers.llama.context_params import LONGEST_LETTER
from weighin.workers.scoring.block_tokens import BlockTokens, ItemTokens
from weighin.workers.scoring.logprobs import judged, log_probabilities
from weighin.workers.scoring.scoring_context import ScoringContext

# Sharing is believed when the four letters, seen as shares of 1, differ by no more than this from those of the same
# question read alone. Rounding in another order stays far below it; a state that is not the header's does not.
_TRUSTED = 0.2


class LetterWork:
    """One block of questions. single: those that are scored one by one, for a letter takes several tokens."""

    def __init__(self, block: BlockTokens) -> None:
        self._items, self._header = block.items, len(block.header)
        self.header, self.notices = block.header, block.notices
        self.ids = tuple(item.id for item in block.items)
        self.single = tuple(i for i, item in enumerate(block.items) if not item.plain)

    @property
    def longest(self) -> int:
        """Tokens of the longest prompt with a letter."""
        return max(len(i.tokens) + max(len(letter) for letter in i.letters) - 1 for i in self._items)

    def length(self, index: int) -> int:
        """Tokens of one prompt."""
        return len(self._items[index].tokens)

    def groups(self, shape: ScoreShape) -> list[list[int]]:
        """Indices of the questions that are read together."""
        together = [i for i, item in enumerate(self._items) if item.plain]
        groups = pack([len(self._tail(i)) for i in together], shape.pack, shape.sequences - 1)
        return [[together[i] for i in group] for group in groups]

    def score_group(self, context: ScoringContext, indices: Sequence[int]) -> list[ItemResult]:
        """Questions behind the header, side by side."""
        tails = [self._tail(i) for i in indices]
        rows = context.score(tails, [1] * len(tails))
        results = [_plain_result(self._items[i], row[0]) for i, row in zip(indices, rows, strict=True)]
        context.end_group(len(tails))
        return results

    def score_single(self, context: ScoringContext, index: int) -> ItemResult:
        """One question behind the header."""
        return _result(self._items[index], lambda tokens, outputs: _beside(context, tokens[self._header :], outputs))

    def read_whole(self, context: ScoringContext, index: int) -> ItemResult:
        """One question with its whole prompt and nothing else in memory."""
        return _result(self._items[index], context.score_whole)

    def agree(self, alone: ItemResult, beside: ItemResult) -> bool:
        """Whether two readings of a question differ by no more than rounding."""
        pairs = zip(_shares(alone.logprobs or ()), _shares(beside.logprobs or ()), strict=True)
        return max(abs(a - b) for a, b in pairs) <= _TRUSTED

    def _tail(self, index: int) -> list[int]:
        return self._items[index].tokens[self._header :]


def _beside(context: ScoringContext, tail: list[int], outputs: int) -> list[np.ndarray]:
    """Logits of one question behind the header, copied: its cells are given back."""
    rows = [row.copy() for row in context.score([tail], [outputs])[0]]
    context.end_group(1)
    return rows


def _plain_result(item: ItemTokens, row: np.ndarray) -> ItemResult:
    """The result of an item whose letters are one token each, from the logits behind its prompt."""
    return judged(item.id, log_probabilities(row, [letter[0] for letter in item.letters]))


def _result(item: ItemTokens, logits: Callable[[list[int], int], list[np.ndarray]]) -> ItemResult:
    """The result of any item; `logits(tokens, outputs)` gives those behind the last `outputs` of `tokens`."""
    if item.plain:
        return _plain_result(item, logits(item.tokens, 1)[0])
    if any(not 0 < len(letter) <= LONGEST_LETTER for letter in item.letters):
        return ItemResult(item.id, None, None, "This model's vocabulary has no token for the answer letters.")
    sums = []
    for letter in item.letters:
        rows = logits([*item.tokens, *letter[:-1]], len(letter))
        parts = [log_probabilities(row, [token]) for row, token in zip(rows, letter, strict=True)]
        sums.append(math.fsum(part[0] for part in parts))
    return judged(item.id, sums)


def _shares(logprobs: Sequence[float]) -> list[float]:
    """Probabilities of four letters as shares of 1."""
    weights = [math.exp(value - max(logprobs)) for value in logprobs]
    return [weight / sum(weights) for weight in weights]

"""How likely each ending of a question is, summed over its tokens: its context is read once, its endings beside."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from weighin.core.evaluations.evaluation import ItemResult
from weighin.core.evaluations.scoring import ScoreShape, pack
from weighin.workers.scoring.ending_tokens import EndingBlock, EndingItem, EndingTokens
from weighin.workers.scoring.logprobs import judged, log_probabilities
from weighin.workers.scoring.scoring_context import ScoringContext, Stretch

# Sharing is believed when no sum differs by more nats than this, and so many for each token, from that of the same
# ending read alone. Rounding in another order stays far below it; a state that is not the context's does not.
_TRUSTED, _TRUSTED_TOKEN = 0.5, 0.05


@dataclass
class _Branch:
    """One ending on its way. sequence: where it is read, behind `position` tokens of its question's own; parts: the
    log-probabilities of its tokens so far."""

    option: EndingTokens
    sequence: int
    position: int
    parts: list[float] = field(default_factory=list)

    @property
    def stretch(self) -> Stretch:
        """What is left to read."""
        return Stretch(self.option.computed, self.position, self.sequence, self.option.outputs)

    def take(self, rows: Iterable[np.ndarray]) -> None:
        """Judge the tokens that follow each of the outputs of `stretch`."""
        tokens = self.option.tokens[len(self.option.tokens) - self.option.outputs :]
        for row, token in zip(rows, tokens, strict=True):
            self.parts += log_probabilities(row, [token])


class EndingWork:
    """One block of questions. single: those that cannot be scored."""

    notices: tuple[str, ...] = ()

    def __init__(self, block: EndingBlock) -> None:
        self._items = block.items
        self.header = block.header
        self.ids = tuple(item.id for item in block.items)
        self.single = tuple(i for i, item in enumerate(block.items) if item.failure)

    @property
    def longest(self) -> int:
        """Tokens of the longest prompt with an ending."""
        return max((item.longest for item in self._items), default=0)

    def length(self, index: int) -> int:
        """Tokens that are read for one question alone."""
        return self._items[index].longest

    def groups(self, shape: ScoreShape) -> list[list[int]]:
        """Indices of the questions that are read together: each needs a sequence for each of its endings."""
        together = [i for i, item in enumerate(self._items) if not item.failure]
        widest = max((len(self._items[i].options) for i in together), default=1)
        most = max(1, (shape.sequences - 1) // widest)
        groups = pack([self._items[i].cells(len(self.header)) for i in together], shape.pack, most)
        return [[together[i] for i in group] for group in groups]

    def score_group(self, context: ScoringContext, indices: Sequence[int]) -> list[ItemResult]:
        """Contexts behind the header side by side, then all endings of all of them."""
        items = [self._items[i] for i in indices]
        branches = self._branches(items)
        self._read_contexts(context, items, branches)
        for ready in _steps([one for own in branches for one in own], context.shape.step, context.most_outputs):
            if len(ready) == 1:
                ready[0].take(context.read_along(ready[0].stretch))
                continue
            for one, rows in zip(ready, context.read_beside([one.stretch for one in ready]), strict=True):
                one.take(rows)
        context.end_group(sum(len(own) for own in branches))
        return [
            judged(item.id, [math.fsum(one.parts) for one in own]) for item, own in zip(items, branches, strict=True)
        ]

    def score_single(self, context: ScoringContext, index: int) -> ItemResult:
        """Why one question cannot be scored."""
        return ItemResult(self.ids[index], None, None, self._items[index].failure)

    def read_whole(self, context: ScoringContext, index: int) -> ItemResult:
        """One question, each of its endings with its whole prompt and nothing else in memory."""
        item = self._items[index]
        if item.failure:
            return self.score_single(context, index)
        sums = []
        for option in item.options:
            context.clear()
            tokens = [*item.tokens, *option.tokens]
            ending = tokens[len(tokens) - option.scored :]
            rows = context.read_along(Stretch(tokens[:-1], 0, 0, option.scored))
            parts = [log_probabilities(row, [token])[0] for row, token in zip(rows, ending, strict=True)]
            sums.append(math.fsum(parts))
        return judged(item.id, sums)

    def agree(self, alone: ItemResult, beside: ItemResult) -> bool:
        """Whether two readings of a question differ by no more than rounding."""
        options = self._items[self.ids.index(alone.id)].options
        pairs = zip(options, alone.logprobs or (), beside.logprobs or (), strict=True)
        return all(abs(a - b) <= _TRUSTED + _TRUSTED_TOKEN * option.scored for option, a, b in pairs)

    def _branches(self, items: Sequence[EndingItem]) -> list[list[_Branch]]:
        """The endings of each item, each with a sequence of its own."""
        branches, sequence = [], 1
        for item in items:
            position = len(item.tokens) - len(self.header)
            branches.append([_Branch(option, sequence + i, position) for i, option in enumerate(item.options)])
            sequence += len(item.options)
        return branches

    def _read_contexts(
        self, context: ScoringContext, items: Sequence[EndingItem], branches: Sequence[Sequence[_Branch]]
    ) -> None:
        """Read what the endings of each item share, judge the first token of those that follow it at once, and let all
        of its sequences go on from there."""
        stretches = []
        for item, own in zip(items, branches, strict=True):
            context.continue_header(own[0].sequence)
            asked = any(one.option.follows_shared for one in own)
            stretches.append(Stretch(item.tokens[len(self.header) :], 0, own[0].sequence, int(asked)))
        read = [(one, own) for one, own in zip(stretches, branches, strict=True) if one.tokens]
        if len(read) == 1:
            rows = [list(context.read_along(read[0][0]))]
        else:
            rows = context.read_beside([one for one, _ in read]) if read else []
        for (_, own), found in zip(read, rows, strict=True):
            first = [one for one in own if one.option.follows_shared]
            for one, value in zip(first, _values(found, first), strict=True):
                one.parts.append(value)
        for own in branches:
            context.fork(own[0].sequence, [one.sequence for one in own[1:]])


def _values(rows: Sequence[np.ndarray], branches: Sequence[_Branch]) -> list[float]:
    """Log-probability of the first token of each of `branches`, which follow the one row there is."""
    return log_probabilities(rows[0], [one.option.tokens[0] for one in branches]) if branches else []


def _steps(branches: Sequence[_Branch], tokens: int, outputs: int) -> Iterator[list[_Branch]]:
    """What there is to read of `branches`, in their order, as much at once as fits; one that is too long alone."""
    ready: list[_Branch] = []
    for one in branches:
        stretch = one.stretch
        if not stretch.tokens:
            continue
        read = sum(len(other.stretch.tokens) for other in ready) + len(stretch.tokens)
        asked = sum(other.stretch.outputs for other in ready) + stretch.outputs
        if ready and (read > tokens or asked > outputs):
            yield ready
            ready = []
        ready.append(one)
    if ready:
        yield ready

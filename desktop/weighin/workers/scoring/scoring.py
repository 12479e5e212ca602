"""Which of four letters a model finds likeliest, for blocks of questions that share a header."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import llama_cpp.llama_cpp as llama
import numpy as np

from weighin.core import format
from weighin.core.evaluations.evaluation import ItemResult
from weighin.core.evaluations.scoring import ScoreShape, pack
from weighin.protocol.messages import Score, Scored, Survey, Surveyed
from weighin.workers.engine import Emit, EngineError
from weighin.workers.llama.context_params import LONGEST_LETTER
from weighin.workers.llama.decoder import CancelledError
from weighin.workers.llama.native import AbortFlag
from weighin.workers.llama.prompt import PromptBuilder
from weighin.workers.llama.vocabulary import Vocabulary
from weighin.workers.scoring.block_tokens import BlockTokens, ItemTokens, tokenize_block
from weighin.workers.scoring.scoring_context import ScoringContext

# Sharing is believed when the four letters, seen as shares of 1, differ by no more than this from those of the same
# question read alone. Rounding in another order stays far below it; a state that is not the header's does not.
_TRUSTED = 0.2
_NOT_SHARED = "This model cannot share few-shot examples between questions, so scoring takes longer."
_NO_NUMBERS = "The model returned no numbers (NaN) for this question."

NewContext = Callable[[ScoreShape], tuple[Any, tuple[str, ...]]]
SetProgress = Callable[[str, int, int], None]


class Scorer:
    """Scores blocks on one loaded model, in a context of its own that is made at the first block."""

    def __init__(
        self, model: Any, vocabulary: Vocabulary, prompts: PromptBuilder, abort: AbortFlag, new_context: NewContext
    ) -> None:
        self._model, self._vocabulary, self._prompts, self._abort = model, vocabulary, prompts, abort
        self._new_context = new_context
        self._context: ScoringContext | None = None
        self._notices: tuple[str, ...] = ()
        self._header: list[int] | None = None
        self._shares: bool | None = None

    def survey(self, request: Survey) -> Surveyed:
        """Tokens of a block. Raises EngineError where a prompt cannot be made."""
        block = tokenize_block(self._vocabulary, self._prompts, request.block, letters=False)
        recurrent = llama.llama_model_is_recurrent(self._model) or llama.llama_model_is_hybrid(self._model)
        return Surveyed(
            request.id,
            len(block.header),
            tuple(len(item.tokens) - len(block.header) for item in block.items),
            max(0, llama.llama_model_n_ctx_train(self._model)),
            recurrent,
        )

    def score(self, request: Score, emit: Emit, set_progress: SetProgress) -> tuple[int, float, tuple[str, ...]]:
        """Emit the results of a block group by group; tokens, seconds and notices of it. Raises EngineError."""
        begin = time.perf_counter()
        context = self._ready(request.shape)
        context.set_threads(request.threads)
        before = context.evaluated
        block = tokenize_block(self._vocabulary, self._prompts, request.block, letters=True)
        self._check(block, request.shape)
        run = _BlockRun(request, block, emit, set_progress, lambda: context.evaluated - before)
        try:
            self._run(context, run)
        except CancelledError:
            self._header = None
            raise EngineError("cancelled", "Scoring was stopped.") from None
        seconds = time.perf_counter() - begin
        return context.evaluated - before, seconds, (*self._notices, *block.notices)

    def close(self) -> None:
        """Give the context back."""
        if self._context is not None:
            self._context.close()
            self._context = None

    def _ready(self, shape: ScoreShape) -> ScoringContext:
        if self._context is None or self._context.shape != shape:
            self.close()
            pointer, notices = self._new_context(shape)
            self._context = ScoringContext(pointer, shape, self._vocabulary.size, self._abort)
            self._notices, self._header, self._shares = notices, None, None if shape.sequences > 1 else False
        return self._context

    def _check(self, block: BlockTokens, shape: ScoreShape) -> None:
        trained = llama.llama_model_n_ctx_train(self._model)
        limit = min(shape.context, trained) if trained > 0 else shape.context
        longest = max(len(i.tokens) + max(len(letter) for letter in i.letters) - 1 for i in block.items)
        if longest > limit:
            text = f"A prompt has {format.count(longest)} tokens, but the context holds {format.count(limit)}"
            raise EngineError("context", f"{text}: use fewer few-shot examples.")

    def _run(self, context: ScoringContext, run: _BlockRun) -> None:
        """All groups that are not done, shared where that works."""
        if self._shares is not False:
            try:
                self._run_shared(context, run)
                return
            except EngineError as error:
                if error.kind != "sharing":
                    raise
            self._shares = False
            self._header = None
            self._notices = (*self._notices, _NOT_SHARED)
        for item in run.block.items:
            if item.id not in run.done:
                run.give([_result(item, lambda tokens, outputs: context.score_whole(tokens, outputs))])

    def _run_shared(self, context: ScoringContext, run: _BlockRun) -> None:
        header, items = run.block.header, run.block.items
        tails = [item.tokens[len(header) :] for item in items]
        together = [i for i, item in enumerate(items) if item.plain]
        groups = pack([len(tails[i]) for i in together], context.shape.pack, context.shape.sequences - 1)
        members = [[together[i] for i in group] for group in groups]
        open_groups = [group for group in members if any(items[i].id not in run.done for i in group)]
        alone = self._read_one_alone(context, items, open_groups)
        if header != self._header:
            context.read_header(header)
            self._header = header
        for group in open_groups:
            results = self._score_group(context, [items[i] for i in group], [tails[i] for i in group])
            if alone is not None:
                self._believe(alone, results)
                alone = None
            run.give([result for result in results if result.id not in run.done])
        for item in items:
            if not item.plain and item.id not in run.done:
                run.give([_result(item, lambda tokens, outputs: _beside(context, tokens[len(header) :], outputs))])

    def _read_one_alone(
        self, context: ScoringContext, items: Sequence[ItemTokens], groups: Sequence[Sequence[int]]
    ) -> ItemResult | None:
        """Once a context: the shortest question of the first group with its whole prompt, to compare with."""
        if self._shares or not groups:
            return None
        item = min((items[i] for i in groups[0]), key=lambda item: len(item.tokens))
        self._header = None
        return _plain_result(item, context.score_whole(item.tokens, 1)[0])

    def _believe(self, alone: ItemResult, results: Sequence[ItemResult]) -> None:
        """Raises EngineError(kind "sharing") where the same question says something else beside the others."""
        beside = next(result for result in results if result.id == alone.id)
        if alone.logprobs is not None and beside.logprobs is not None:
            pairs = zip(_shares(alone.logprobs), _shares(beside.logprobs), strict=True)
            if max(abs(a - b) for a, b in pairs) > _TRUSTED:
                raise EngineError("sharing", _NOT_SHARED)
            self._shares = True

    @staticmethod
    def _score_group(
        context: ScoringContext, items: Sequence[ItemTokens], tails: Sequence[list[int]]
    ) -> list[ItemResult]:
        rows = context.score(tails, [1] * len(tails))
        results = [_plain_result(item, row[0]) for item, row in zip(items, rows, strict=True)]
        context.end_group(len(tails))
        return results


class _BlockRun:
    """One block on its way: what is done, and where results go."""

    def __init__(
        self,
        request: Score,
        block: BlockTokens,
        emit: Emit,
        set_progress: SetProgress,
        tokens: Callable[[], int],
    ) -> None:
        self.block = block
        self._begin, self._tokens = time.perf_counter(), tokens
        self.done = set(request.done)
        self._id, self._emit, self._set_progress = request.id, emit, set_progress
        self._set_progress("scoring", len(self.done), len(block.items))

    def give(self, results: list[ItemResult]) -> None:
        """Send results that belong together."""
        seconds = time.perf_counter() - self._begin
        self._emit(Scored(self._id, tuple(results), self._tokens(), seconds))
        self.done.update(result.id for result in results)
        self._set_progress("scoring", len(self.done), len(self.block.items))


def _beside(context: ScoringContext, tail: list[int], outputs: int) -> list[np.ndarray]:
    """Logits of one question behind the header, copied: its cells are given back."""
    rows = [row.copy() for row in context.score([tail], [outputs])[0]]
    context.end_group(1)
    return rows


def _plain_result(item: ItemTokens, row: np.ndarray) -> ItemResult:
    """The result of an item whose letters are one token each, from the logits behind its prompt."""
    return _judged(item.id, log_probabilities(row, [letter[0] for letter in item.letters]))


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
    return _judged(item.id, sums)


def _judged(identifier: str, logprobs: Sequence[float]) -> ItemResult:
    if not all(math.isfinite(value) for value in logprobs):
        return ItemResult(identifier, None, None, _NO_NUMBERS)
    return ItemResult(identifier, int(np.argmax(logprobs)), tuple(logprobs))


def _shares(logprobs: Sequence[float]) -> list[float]:
    """Probabilities of four letters as shares of 1."""
    weights = [math.exp(value - max(logprobs)) for value in logprobs]
    return [weight / sum(weights) for weight in weights]


def log_probabilities(row: np.ndarray, tokens: Sequence[int]) -> list[float]:
    """Natural logarithms of the probabilities of `tokens` under the softmax of the logits `row`; NaN where it is."""
    largest = row.max()
    total = math.log(np.exp(row - largest).sum(dtype=np.float64)) if np.isfinite(largest) else math.nan
    return [float(row[token]) - float(largest) - total for token in tokens]

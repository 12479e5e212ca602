"""Which of its options a model finds likeliest, for blocks of questions."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import llama_cpp.llama_cpp as llama

from weighin.core import format
from weighin.core.evaluations.evaluation import ItemResult
from weighin.core.evaluations.mmlu_prompt import PromptBlock
from weighin.core.evaluations.scoring import ScoreShape
from weighin.protocol.messages import Score, Scored, Survey, Surveyed
from weighin.workers.engine import Emit, EngineError
from weighin.workers.llama.decoder import CancelledError
from weighin.workers.llama.native import AbortFlag
from weighin.workers.llama.prompt import PromptBuilder
from weighin.workers.llama.vocabulary import Vocabulary
from weighin.workers.scoring.block_tokens import tokenize_block
from weighin.workers.scoring.ending_scoring import EndingWork
from weighin.workers.scoring.ending_tokens import tokenize_endings
from weighin.workers.scoring.letter_scoring import LetterWork
from weighin.workers.scoring.scoring_context import ScoringContext

_NOT_SHARED = "This model cannot share few-shot examples between questions, so scoring takes longer."

NewContext = Callable[[ScoreShape], tuple[Any, tuple[str, ...]]]
SetProgress = Callable[[str, int, int], None]
Work = LetterWork | EndingWork


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
        recurrent = llama.llama_model_is_recurrent(self._model) or llama.llama_model_is_hybrid(self._model)
        trained = max(0, llama.llama_model_n_ctx_train(self._model))
        if _has_endings(request.block):
            items = tokenize_endings(self._vocabulary, request.block)
            longest = max((item.longest for item in items), default=0)
            return Surveyed(request.id, 0, tuple(item.cells for item in items), trained, recurrent, longest)
        block = tokenize_block(self._vocabulary, self._prompts, request.block, letters=False)
        header = len(block.header)
        return Surveyed(request.id, header, tuple(len(i.tokens) - header for i in block.items), trained, recurrent)

    def score(self, request: Score, emit: Emit, set_progress: SetProgress) -> tuple[int, float, tuple[str, ...]]:
        """Emit the results of a block group by group; tokens, seconds and notices of it. Raises EngineError."""
        begin = time.perf_counter()
        context = self._ready(request.shape)
        context.set_threads(request.threads)
        before = context.evaluated
        work = self._work(request.block)
        self._check(work, request.shape)
        run = _BlockRun(request, work, emit, set_progress, lambda: context.evaluated - before)
        try:
            self._run(context, run)
        except CancelledError:
            self._header = None
            raise EngineError("cancelled", "Scoring was stopped.") from None
        seconds = time.perf_counter() - begin
        return context.evaluated - before, seconds, (*self._notices, *work.notices)

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

    def _work(self, block: PromptBlock) -> Work:
        if _has_endings(block):
            return EndingWork(tokenize_endings(self._vocabulary, block))
        return LetterWork(tokenize_block(self._vocabulary, self._prompts, block, letters=True))

    def _check(self, work: Work, shape: ScoreShape) -> None:
        trained = llama.llama_model_n_ctx_train(self._model)
        limit = min(shape.context, trained) if trained > 0 else shape.context
        if work.longest > limit:
            text = f"A prompt has {format.count(work.longest)} tokens, but the context holds {format.count(limit)}"
            raise EngineError("context", f"{text}: use fewer few-shot examples.")

    def _run(self, context: ScoringContext, run: _BlockRun) -> None:
        """All that is not done: letters behind a shared header where that works, endings never."""
        if isinstance(run.work, LetterWork) and self._shares is not False:
            try:
                self._run_shared(context, run, run.work)
                return
            except EngineError as error:
                if error.kind != "sharing":
                    raise
            self._shares = False
            self._notices = (*self._notices, _NOT_SHARED)
        self._header = None
        for index, name in enumerate(run.work.ids):
            if name not in run.done:
                run.give([run.work.read_whole(context, index)])

    def _run_shared(self, context: ScoringContext, run: _BlockRun, work: LetterWork) -> None:
        groups = [group for group in work.groups(context.shape) if any(work.ids[i] not in run.done for i in group)]
        alone = self._read_one_alone(context, work, groups)
        if work.header != self._header:
            context.read_header(work.header)
            self._header = work.header
        for group in groups:
            results = work.score_group(context, group)
            if alone is not None:
                self._believe(work, alone, results)
                alone = None
            run.give([result for result in results if result.id not in run.done])
        for index in work.single:
            if work.ids[index] not in run.done:
                run.give([work.score_single(context, index)])

    def _read_one_alone(
        self, context: ScoringContext, work: LetterWork, groups: Sequence[Sequence[int]]
    ) -> ItemResult | None:
        """Once a context: the shortest question of the first group with its whole prompt, to compare with."""
        if self._shares or not groups:
            return None
        self._header = None
        return work.read_whole(context, min(groups[0], key=work.length))

    def _believe(self, work: LetterWork, alone: ItemResult, results: Sequence[ItemResult]) -> None:
        """Raises EngineError(kind "sharing") where the same question says something else beside the others."""
        beside = next(result for result in results if result.id == alone.id)
        if alone.logprobs is not None and beside.logprobs is not None:
            if not work.agree(alone, beside):
                raise EngineError("sharing", _NOT_SHARED)
            self._shares = True


class _BlockRun:
    """One block on its way: what is done, and where results go."""

    def __init__(
        self,
        request: Score,
        work: Work,
        emit: Emit,
        set_progress: SetProgress,
        tokens: Callable[[], int],
    ) -> None:
        self.work = work
        self._begin, self._tokens = time.perf_counter(), tokens
        self.done = set(request.done)
        self._id, self._emit, self._set_progress = request.id, emit, set_progress
        self._set_progress("scoring", len(self.done), len(work.ids))

    def give(self, results: list[ItemResult]) -> None:
        """Send results that belong together."""
        seconds = time.perf_counter() - self._begin
        self._emit(Scored(self._id, tuple(results), self._tokens(), seconds))
        self.done.update(result.id for result in results)
        self._set_progress("scoring", len(self.done), len(self.work.ids))


def _has_endings(block: PromptBlock) -> bool:
    return any(item.options for item in block.items)

"""How many questions are put through a model side by side: arithmetic on token counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from weighin.core.runs.options import MAX_CONTEXT, LoadOptions, check_whole

# Tokens computed in one go. Headers of five shots mostly fit into STEP; questions are packed to at most PACK, because
# every question looks past the cells of all others that are computed with it.
STEP, PACK = 768, 512
_SMALL_STEP, _LEAST_STEP = 256, 16
SEQUENCES = 33
# A recurrent model keeps a whole state for every sequence, up to 190 MB each.
RECURRENT_SEQUENCES = 9
# Rows of logits that one step gives where endings are scored, of which each token is asked about. A row is as long as
# the vocabulary, up to a megabyte.
ENDING_OUTPUTS = 128
_CELLS = 256  # llama.cpp rounds a context up to a multiple of this


@dataclass(frozen=True)
class ScoreShape:
    """The context that questions are scored in. context: cells of all sequences together; step: most tokens computed in
    one go; sequences: the shared header and the questions beside each other, 1 for one question at a time. outputs:
    most rows of logits in one go where endings are scored, 0 for one of each sequence."""

    context: int
    step: int
    sequences: int
    outputs: int = 0

    def __post_init__(self) -> None:
        check_whole("Context", self.context, 16, MAX_CONTEXT)
        check_whole("Step", self.step, _LEAST_STEP, 4096)
        check_whole("Sequences", self.sequences, 1, 256)
        check_whole("Outputs", self.outputs, 0, 4096)

    @property
    def pack(self) -> int:
        """Most tokens of questions that are packed together."""
        return min(PACK, self.step)


# Cells that five shots of most subjects take: to look at memory before anything is counted.
USUAL_CELLS = 4096
# At a server, whose context is its own business.
ONE_BY_ONE = ScoreShape(_CELLS, _SMALL_STEP, 1)


@dataclass(frozen=True)
class TokenSurvey:
    """Tokens of a run on one model. header: the longest that is shared; prompt: the longest whole; question: what the
    longest adds to its header. unique: each header and each question once, of endings each prompt. trained: the context
    the model knows."""

    header: int = 0
    prompt: int = 0
    question: int = 0
    unique: int = 0
    trained: int = 0
    recurrent: bool = False


def pack(lengths: Sequence[int], capacity: int, most: int) -> tuple[tuple[int, ...], ...]:
    """Indices of `lengths` in groups of at most `most`, similar lengths together, the shortest first, each group at
    most `capacity` tokens (a longer one stands alone), as few groups as that allows, as even as that allows."""
    order = sorted(range(len(lengths)), key=lambda i: (lengths[i], i))
    alone = tuple((i,) for i in order if lengths[i] > capacity)
    order = order[: len(order) - len(alone)]
    fewest = len(_fill(lengths, order, capacity, most))
    low, high = max((lengths[i] for i in order), default=0), capacity
    while low < high:
        middle = (low + high) // 2
        if len(_fill(lengths, order, middle, most)) <= fewest:
            high = middle
        else:
            low = middle + 1
    return (*(tuple(group) for group in _fill(lengths, order, high, most)), *alone)


def _fill(lengths: Sequence[int], order: Sequence[int], capacity: int, most: int) -> list[list[int]]:
    groups: list[list[int]] = []
    filled = capacity + 1
    for index in order:
        if filled + lengths[index] > capacity or len(groups[-1]) >= most:
            groups.append([])
            filled = 0
        groups[-1].append(index)
        filled += lengths[index]
    return groups


def cuts(count: int, step: int) -> tuple[tuple[int, int], ...]:
    """`count` tokens in stretches (begin, end) of at most `step`, as even as possible: a short last one is slow."""
    parts = -(-count // step)
    return tuple((count * i // parts, count * (i + 1) // parts) for i in range(parts))


def kinds(recurrent: bool, batch: int = LoadOptions.batch, outputs: int = 0) -> tuple[tuple[int, int], ...]:
    """(step, sequences) of the contexts that are tried for a model, the fastest first, one question at a time last.
    batch: the step that the user wants; the usual one leaves it to what was found to be fastest. outputs: as ScoreShape
    has them; endings are read one by one."""
    shared = RECURRENT_SEQUENCES if recurrent else SEQUENCES
    sequences = 1 if outputs else shared
    if batch != LoadOptions.batch:
        step = max(_LEAST_STEP, batch)
        tried = [(step, sequences), (step, 1)]
    else:
        tried = [(STEP, sequences), (_SMALL_STEP, sequences), (_SMALL_STEP, 1)]
    return tuple(dict.fromkeys(tried))


def choose_shape(
    survey: TokenSurvey, fits: Callable[[ScoreShape], bool], batch: int = LoadOptions.batch, outputs: int = 0
) -> ScoreShape:
    """The fastest shape that `fits`; where none does, one question at a time: it must be seen whether that works.
    outputs: rows of logits that are wanted in one go."""
    *faster, slowest = kinds(survey.recurrent, batch, outputs)
    for step, sequences in faster:
        shape = ScoreShape(_cells(survey, step, sequences), step, sequences, outputs)
        if fits(shape):
            return shape
    return ScoreShape(_cells(survey, *slowest), *slowest, outputs)


def _cells(survey: TokenSurvey, step: int, sequences: int) -> int:
    """Cells for the longest header with a full group of questions behind it, or the longest prompt alone."""
    if sequences == 1:
        return _rounded(survey.prompt)
    group = max(min(PACK, step), survey.question)
    return _rounded(max(survey.prompt, survey.header + group))


def _rounded(cells: int) -> int:
    return max(_CELLS, -(-cells // _CELLS) * _CELLS)

"""How many questions are put through a model side by side: arithmetic on token counts and bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from weighin.core.comparisons.options import MAX_CONTEXT, LoadOptions, check_whole
from weighin.core.computer.machine import memory_needed
from weighin.core.models.model import ModelFacts

# Tokens computed in one go. Headers of five shots mostly fit into STEP; questions are packed to at most PACK, because
# every question looks past the cells of all others that are computed with it.
STEP, PACK = 768, 512
_SMALL_STEP = 256
SEQUENCES = 33
# A recurrent model keeps a whole state for every sequence, up to 190 MB each.
RECURRENT_SEQUENCES = 9
_CELLS = 256  # llama.cpp rounds a context up to a multiple of this


@dataclass(frozen=True)
class ScoreShape:
    """The context that questions are scored in. context: cells of all sequences together; step: most tokens computed in
    one go; sequences: the shared header and the questions beside each other, 1 for one question at a time."""

    context: int
    step: int
    sequences: int

    def __post_init__(self) -> None:
        check_whole("Context", self.context, 16, MAX_CONTEXT)
        check_whole("Step", self.step, 16, 4096)
        check_whole("Sequences", self.sequences, 1, 256)

    @property
    def pack(self) -> int:
        """Most tokens of questions that are packed together."""
        return min(PACK, self.step)


# What five shots of most subjects take: for a first guess at memory, before anything is counted.
USUAL = ScoreShape(4096, STEP, SEQUENCES)
# At a server, whose context is its own business.
ONE_BY_ONE = ScoreShape(_CELLS, _SMALL_STEP, 1)


@dataclass(frozen=True)
class TokenSurvey:
    """Tokens of a run on one model. header: the longest; prompt: the longest, header and question; question: the
    longest alone. unique: each header and each question once. trained: the context the model knows."""

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


def choose_shape(survey: TokenSurvey, model: ModelFacts, free_bytes: int | None) -> ScoreShape:
    """The largest shape that fits into `free_bytes`, which are left with the weights already loaded (None: unknown);
    where none does, one question at a time, and it must be seen whether that works."""
    sequences = RECURRENT_SEQUENCES if survey.recurrent else SEQUENCES
    for step in (STEP, _SMALL_STEP):
        shape = ScoreShape(_cells(survey, step), step, sequences)
        if free_bytes is None or scoring_bytes(shape, model) <= free_bytes:
            return shape
    return ScoreShape(_rounded(survey.prompt), _SMALL_STEP, 1)


def scoring_bytes(shape: ScoreShape, model: ModelFacts) -> int:
    """Estimated bytes of a scoring context: KV cells, logits of one group, working buffers of one step (16 floats an
    embedding value and token: what llama.cpp's graphs of dense models were seen to take, rounded up)."""
    kv = 0
    if model.layers and model.kv_heads and model.key_length:
        kv = model.layers * model.kv_heads * (model.key_length + (model.value_length or model.key_length)) * 2
    outputs = shape.sequences * (model.vocabulary or 0) * 4
    buffers = shape.step * (model.embedding or 0) * 4 * 16
    return kv * shape.context + 2 * outputs + buffers


def memory_to_score(model: ModelFacts, shape: ScoreShape) -> int:
    """Estimated bytes of a worker that scores: weights, context, the process; a model on a server needs none here."""
    if model.is_server:
        return 0
    return memory_needed(model, LoadOptions(context=16)) + scoring_bytes(shape, model)


def _cells(survey: TokenSurvey, step: int) -> int:
    """Cells for the longest header with a full group of questions behind it, or the longest prompt alone."""
    group = max(min(PACK, step), survey.question)
    return _rounded(max(survey.prompt, survey.header + group))


def _rounded(cells: int) -> int:
    return max(_CELLS, -(-cells // _CELLS) * _CELLS)

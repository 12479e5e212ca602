"""How a chunk of text is read: in which steps, which of its positions are compared, and what their logits take."""

from __future__ import annotations

_LOGIT_BYTES = 4
_SUM_BYTES = 8
# Numbers of eight bytes that comparing holds for each token of the vocabulary, in each thread.
_HELD = 7


def compared(context: int) -> range:
    """The positions of a chunk that are compared: those of its second half that have a next token."""
    return range(context // 2, context - 1)


def steps(context: int, batch: int) -> list[tuple[int, int]]:
    """First position and end of each step in which a chunk is read."""
    step = min(batch, context)
    return [(begin, min(begin + step, context)) for begin in range(0, context, step)]


def compared_in(step: tuple[int, int], context: int) -> range:
    """The positions compared among those of one step."""
    positions = compared(context)
    begin = min(max(step[0], positions.start), step[1])
    return range(begin, max(begin, min(step[1], positions.stop)))


def most_outputs(context: int, batch: int) -> int:
    """Rows of logits that a step gives at most."""
    return max(1, *(len(compared_in(step, context)) for step in steps(context, batch)))


def row_bytes(vocabulary: int) -> int:
    """Bytes of one position in the file of logits."""
    return vocabulary * _LOGIT_BYTES


def rows_bytes(context: int, vocabulary: int) -> int:
    """Bytes of one chunk there: its rows of logits, then the logarithm of each row's sum of exponentials."""
    return len(compared(context)) * (row_bytes(vocabulary) + _SUM_BYTES)


def arithmetic_bytes(vocabulary: int, threads: int) -> int:
    """Memory that comparing takes at most beside the logits: where every token is likely enough to count."""
    return threads * vocabulary * (_LOGIT_BYTES + _HELD * _SUM_BYTES)

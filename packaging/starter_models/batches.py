"""Rows of training tokens: batch number `step` is the same on every machine, so training can stop, go on and be repeated."""

import multiprocessing
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

import numpy as np

from . import text, tokenizer, world
from .recipe import CONTEXT, PHASES, ROWS, SEED, VOCABULARY

VOCABULARY_SAMPLE = 60_000


class Batch(NamedTuple):
    """Token, next token, weight of that next token in the loss, number of the document: each [rows, context]."""

    tokens: np.ndarray
    targets: np.ndarray
    weights: np.ndarray
    document: np.ndarray


def make_tokenizer(seed: int = SEED) -> tokenizer.Tokenizer:
    """The tokenizer that follows from the seed."""
    writer, rng = text.Writer(world.World(seed), PHASES[0]), Random(f"vocabulary {seed}")
    pieces = (piece.text for _ in range(VOCABULARY_SAMPLE) for piece in writer.document(rng))
    return tokenizer.build(text.CONTROL, (p for p in pieces if p not in text.CONTROL), VOCABULARY)


class Packer:
    """Packs random documents into rows; a document never crosses rows."""

    def __init__(self, tokens: tokenizer.Tokenizer, phase: int = 0, seed: int = SEED) -> None:
        self._writer = text.Writer(world.World(seed), PHASES[phase])
        self._phase = phase
        self._tokenizer = tokens
        self._seed = seed

    def encode(self, document: text.Document) -> tuple[list[int], list[int]]:
        """The tokens of a document and their weights in the loss."""
        ids: list[int] = []
        weights: list[int] = []
        for piece in document:
            found = (
                [self._tokenizer.ids[piece.text]] if piece.text in text.CONTROL else self._tokenizer.encode(piece.text)
            )
            ids += found
            weights += [piece.weight] * len(found)
        return ids, weights

    def batch(self, step: int, rows: int = ROWS, context: int = CONTEXT) -> Batch:
        """The batch of a step."""
        rng = Random(f"batch {self._seed} {self._phase} {step}")
        tokens, targets, weights, document = (np.zeros((rows, context), np.int16) for _ in range(4))
        waiting: tuple[list[int], list[int]] | None = None
        for row in range(rows):
            used = number = 0
            while True:
                ids, worth = waiting or self.encode(self._writer.document(rng))
                waiting = None
                ids, worth = ids[:context], worth[:context]
                if used + len(ids) > context:
                    waiting = (ids, worth)
                    break
                end, number = used + len(ids), number + 1
                tokens[row, used:end] = ids
                document[row, used:end] = number
                targets[row, used : end - 1] = ids[1:]
                weights[row, used : end - 1] = worth[1:]
                used = end
            # the padding is one more document, so that it attends to itself alone
            document[row, used:] = number + 1
        return Batch(tokens, targets, weights, document)


def _work(
    tokens: tokenizer.Tokenizer, phase: int, rows: int, first: int, last: int, stride: int, queue: multiprocessing.Queue
) -> None:
    packer = Packer(tokens, phase)
    for step in range(first, last, stride):
        queue.put(packer.batch(step, rows))


def stream(tokens: tokenizer.Tokenizer, phase: int, rows: int, first: int, last: int, workers: int) -> Iterator[Batch]:
    """The batches of steps first..last-1 of a phase in order, written by worker processes."""
    context = multiprocessing.get_context("spawn")
    queues = [context.Queue(maxsize=6) for _ in range(workers)]
    processes = [
        context.Process(target=_work, args=(tokens, phase, rows, first + i, last, workers, queue), daemon=True)
        for i, queue in enumerate(queues)
    ]
    for process in processes:
        process.start()
    try:
        for step in range(first, last):
            yield queues[(step - first) % workers].get()
    finally:
        for process in processes:
            process.terminate()

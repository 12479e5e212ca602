"""Rows of training tokens: batch number `step` is the same on every machine, so training can stop, go on and be repeated."""

import multiprocessing
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

import numpy as np

from . import text, tokenizer, world
from .recipe import CONTEXT, ROWS, SEED, VOCABULARY

VOCABULARY_SAMPLE = 40_000
IGNORED = -1


class Batch(NamedTuple):
    """`tokens`, the `targets` to learn (`IGNORED` elsewhere) and the `document` of each place, all [rows, context]."""

    tokens: np.ndarray
    targets: np.ndarray
    document: np.ndarray


def make_tokenizer(seed: int = SEED) -> tokenizer.Tokenizer:
    """The tokenizer that follows from the seed."""
    writer, rng = text.Writer(world.World(seed)), Random(f"vocabulary {seed}")
    pieces = (piece.text for _ in range(VOCABULARY_SAMPLE) for piece in writer.document(rng))
    return tokenizer.build(text.CONTROL, (p for p in pieces if p not in text.CONTROL), VOCABULARY)


class Packer:
    """Packs random documents into rows; a document never crosses rows."""

    def __init__(self, tokens: tokenizer.Tokenizer, seed: int = SEED) -> None:
        self._writer = text.Writer(world.World(seed))
        self._tokenizer = tokens
        self._seed = seed

    def encode(self, document: text.Document) -> tuple[list[int], list[bool]]:
        """The tokens of a document and whether each is to be learnt."""
        ids: list[int] = []
        learn: list[bool] = []
        for piece in document:
            found = (
                [self._tokenizer.ids[piece.text]] if piece.text in text.CONTROL else self._tokenizer.encode(piece.text)
            )
            ids += found
            learn += [piece.learn] * len(found)
        return ids, learn

    def batch(self, step: int, rows: int = ROWS, context: int = CONTEXT) -> Batch:
        """The batch of a step."""
        rng = Random(f"batch {self._seed} {step}")
        tokens = np.zeros((rows, context), np.int16)
        targets = np.full((rows, context), IGNORED, np.int16)
        document = np.zeros((rows, context), np.int16)
        waiting: tuple[list[int], list[bool]] | None = None
        for row in range(rows):
            used = number = 0
            while True:
                ids, learn = waiting or self.encode(self._writer.document(rng))
                waiting = None
                if len(ids) > context:
                    ids, learn = ids[:context], learn[:context]
                if used + len(ids) > context:
                    waiting = (ids, learn)
                    break
                end, number = used + len(ids), number + 1
                tokens[row, used:end] = ids
                document[row, used:end] = number
                targets[row, used : end - 1] = np.where(learn[1:], ids[1:], IGNORED)
                used = end
            # the padding is one more document, so that it attends to itself alone
            document[row, used:] = number + 1
        return Batch(tokens, targets, document)


def _work(tokens: tokenizer.Tokenizer, first: int, last: int, stride: int, queue: multiprocessing.Queue) -> None:
    packer = Packer(tokens)
    for step in range(first, last, stride):
        queue.put(packer.batch(step))


def stream(tokens: tokenizer.Tokenizer, first: int, last: int, workers: int) -> Iterator[Batch]:
    """The batches of steps first..last-1 in order, written by worker processes."""
    context = multiprocessing.get_context("spawn")
    queues = [context.Queue(maxsize=6) for _ in range(workers)]
    processes = [
        context.Process(target=_work, args=(tokens, first + i, last, workers, queue), daemon=True)
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

"""What a worker does in a measurement of fidelity, with one loaded model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import numpy as np

from weighin.core.fidelity.fidelity import WORST_KEPT, BaseChunk, OtherChunk, WorstPosition
from weighin.core.fidelity.reading import compared
from weighin.protocol.fidelity_messages import (
    ChunkPlace,
    CutText,
    ReadBase,
    ReadOther,
    TextCut,
    TimeWriting,
    WritingTimed,
)
from weighin.workers.engine import EngineError
from weighin.workers.fidelity.chunk import Chunk
from weighin.workers.fidelity.chunk_reader import ChunkReader
from weighin.workers.fidelity.comparison import Comparison, Rows, Threads, log_sums
from weighin.workers.fidelity.divergence import Difference
from weighin.workers.fidelity.rows import RowsFile
from weighin.workers.fidelity.text_cutter import TextCutter
from weighin.workers.llama.native import AbortFlag
from weighin.workers.llama.prompt import PromptBuilder
from weighin.workers.llama.vocabulary import Vocabulary

# A llama_context for chunks of so many tokens, what is to be said of it, and how many tokens a step it takes.
NewContext = Callable[[int], tuple[Any, tuple[str, ...], int]]
SetProgress = Callable[[str, int, int], None]


class Fidelity:
    """Cuts texts, reads chunks and compares; the context is made at the first chunk. Methods raise EngineError."""

    def __init__(
        self, model: Any, vocabulary: Vocabulary, prompts: PromptBuilder, abort: AbortFlag, new_context: NewContext
    ) -> None:
        self._vocabulary, self._abort = vocabulary, abort
        self._cutter = TextCutter(model, vocabulary, prompts)
        self._new_context = new_context
        self._reader: ChunkReader | None = None
        self._notices: tuple[str, ...] = ()

    def cut(self, request: CutText) -> TextCut:
        """The tokens of a text, in a file."""
        return self._cutter.cut(request)

    def read_base(self, request: ReadBase, set_progress: SetProgress) -> tuple[BaseChunk, tuple[str, ...]]:
        """Read a chunk, leave its logits."""
        chunk = Chunk(request.place, self._vocabulary)
        reader = self._ready(request.place, request.threads)
        sums = np.empty(chunk.positions, np.float64)
        with RowsFile(request.place, writable=True) as file, Threads(request.threads) as threads:
            for first, rows in self._steps(reader, chunk, set_progress):
                sums[first : first + len(rows)] = log_sums(rows, threads)
                file.write(first, rows)
                chunk.see(range(first, first + len(rows)), rows)
            file.write_sums(sums)
        nll = tuple(float(value) for value in sums - chunk.true_logits)
        chunk.check(nll)
        found = BaseChunk(chunk.number, request.kind, chunk.pieces(), nll, reader.seconds)
        return found, self._notices

    def read_other(self, request: ReadOther, set_progress: SetProgress) -> tuple[OtherChunk, tuple[str, ...]]:
        """Read a chunk and compare."""
        chunk = Chunk(request.place, self._vocabulary)
        reader = self._ready(request.place, request.threads)
        with RowsFile(request.place) as file:
            base_sums = file.sums()
        found: list[Difference] = []
        worst: list[WorstPosition] = []
        with Threads(request.threads) as threads:
            for first, rows in self._steps(reader, chunk, set_progress):
                compare = Comparison(request.place, first, rows, base_sums, chunk.targets)
                differences = list(chain.from_iterable(threads.each(len(rows), compare.some)))
                chunk.check([value for d in differences for value in (d.kld, d.nll, d.delta_p)])
                worst += self._worst(chunk, compare, differences)
                found += differences
        other = OtherChunk(
            request.place.number,
            tuple(d.kld for d in found),
            tuple(d.nll for d in found),
            tuple(d.delta_p for d in found),
            tuple(d.same_top for d in found),
            tuple(sorted(worst, key=lambda w: -w.kld)[:WORST_KEPT]),
            reader.seconds,
        )
        return other, self._notices

    def time_writing(self, request: TimeWriting) -> WritingTimed:
        """How fast tokens come one at a time."""
        tokens = Chunk(request.place, self._vocabulary).tokens
        return WritingTimed(request.id, self._ready(request.place, request.threads).time_writing(tokens))

    def close(self) -> None:
        """Give the context back."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _ready(self, place: ChunkPlace, threads: int) -> ChunkReader:
        if place.vocabulary != self._vocabulary.size:
            raise EngineError("vocabulary", "This model's vocabulary has another number of tokens than the base's.")
        if self._reader is None or self._reader.context != place.context:
            self.close()
            pointer, self._notices, batch = self._new_context(place.context)
            self._reader = ChunkReader(pointer, place.context, batch, self._vocabulary.size, self._abort)
        self._reader.set_threads(threads)
        return self._reader

    def _steps(self, reader: ChunkReader, chunk: Chunk, set_progress: SetProgress) -> Iterator[tuple[int, Rows]]:
        """Index among the positions compared of the first row, and the rows of each step."""
        set_progress("text", 0, reader.context)
        for position, rows in reader.read(chunk.read, lambda done: set_progress("text", done, reader.context)):
            yield position - compared(reader.context).start, rows

    def _worst(self, chunk: Chunk, compare: Comparison, found: list[Difference]) -> Iterator[WorstPosition]:
        """The positions of a step with the largest KLD; what is said of them is looked up in both rows again."""
        order = sorted(range(len(found)), key=lambda i: -found[i].kld)[:WORST_KEPT]
        for index in order:
            base, base_sum, other = compare.pair(index)
            position = chunk.position(compare.first + index)
            yield WorstPosition(
                chunk.number,
                position,
                found[index].kld,
                chunk.piece(chunk.tokens[position + 1]),
                chunk.likeliest(base, base_sum),
                chunk.likeliest(other, found[index].log_sum),
            )

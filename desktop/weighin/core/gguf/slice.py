"""A slice of a model: the same shapes and types with only its first blocks, to be timed instead of the whole.

It is made of the header's shapes and numbers. What does not fit the pattern of the blocks
(leading dense ones, say) is in every slice, so that the difference of two slices is made of ordinary blocks.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

from weighin.core.gguf import writer
from weighin.core.gguf.reader import SCALARS, Header, Tensor
from weighin.core.gguf.weights import block_of, is_tied, share_read

_EMBEDDING = "token_embd.weight"
# Lists of this architecture that do not have one entry a block.
_NOT_PER_BLOCK = ("rope.dimension_sections", "rope.scaling", "dimension_sections")
_LONGEST_PERIOD = 12
_LARGEST_ROUTED = 1 << 16

ReadSpan = Callable[[int, int], bytes]


@dataclass(frozen=True)
class Slice:
    """What to write: entries of the metadata and the table of tensors. read_bytes: weights read for one token."""

    blocks: int
    entries: tuple[bytes, ...]
    tensors: tuple[Tensor, ...]
    read_bytes: float

    @property
    def file_bytes(self) -> int:
        """Room it takes."""
        return sum(t.bytes or 0 for t in self.tensors)


@dataclass(frozen=True)
class Blocks:
    """The order of blocks in a model: `leading` ones of their own kind, then a pattern of `period` to the end."""

    count: int
    leading: int
    period: int


class Cutter:
    """Cuts slices out of the header(s) of one model. `read`: bytes of the first file from begin to end."""

    def __init__(self, headers: list[Header], read: ReadSpan) -> None:
        self._header, self._read = headers[0], read
        self._architecture = str(self._header.metadata.get("general.architecture", ""))
        self._tensors = tuple(t for h in headers for t in h.tensors)
        self._tied = is_tied(headers)
        self._used, self._experts = self._number("expert_used_count"), self._number("expert_count")
        self._stated = self._number("block_count")
        self.blocks = self._find_blocks()

    @property
    def read_bytes(self) -> float:
        """Weights of the whole model that are read for one token."""
        return sum(self._read_for_a_token(t) for t in self._of_first(self.blocks.count))

    def file_bytes(self, blocks: int) -> int:
        """Room a slice of `blocks` blocks takes."""
        return sum(t.bytes or 0 for t in self._of_first(blocks))

    def cut(self, blocks: int) -> Slice:
        """The slice with the first `blocks` blocks. Raises KeyError for a tensor type of unknown size."""
        kept = self._of_first(blocks)
        placed = writer.lay_out((t.name, t.shape, t.type) for t in kept)
        return Slice(blocks, self._entries(blocks), placed, sum(self._read_for_a_token(t) for t in kept))

    def _of_first(self, blocks: int) -> tuple[Tensor, ...]:
        return tuple(t for t in self._tensors if (number := block_of(t)) is None or number < blocks)

    def _read_for_a_token(self, tensor: Tensor) -> float:
        return (tensor.bytes or 0) * share_read(tensor, self._experts, self._used, self._tied)

    def _number(self, key: str) -> int:
        value = self._header.metadata.get(f"{self._architecture}.{key}")
        return value if isinstance(value, int) and 0 <= value < _LARGEST_ROUTED else 0

    def _find_blocks(self) -> Blocks:
        present = 1 + max((n for t in self._tensors if (n := block_of(t)) is not None), default=-1)
        count = max(0, min(present, self._stated - self._number("nextn_predict_layers")))  # a header may lie
        kinds: list[set[tuple[str, tuple[int, ...]]]] = [set() for _ in range(count)]
        for tensor in self._tensors:
            if (number := block_of(tensor)) is not None and number < count:
                kinds[number].add((tensor.name.split(".", 2)[2], tensor.shape))
        for leading in range(min(count, _LONGEST_PERIOD)):
            for period in range(1, min(_LONGEST_PERIOD, count - leading) + 1):
                rest = kinds[leading:]
                if all(rest[i] == rest[i % period] for i in range(len(rest))) and len(rest) >= 2 * period:
                    return Blocks(count, leading, period)
        return Blocks(count, 0, max(1, count))

    def _entries(self, blocks: int) -> tuple[bytes, ...]:
        prefix = f"{self._architecture}."
        made = {
            f"{prefix}block_count": blocks,
            f"{prefix}nextn_predict_layers": 0,
            f"{prefix}attention.shared_kv_layers": self._number("attention.shared_kv_layers") * blocks // self._stated,
            f"{prefix}vocab_size": self._vocabulary(),
        }
        entries = [writer.words("general.architecture", self._architecture)]
        entries.append(writer.words("general.name", "a slice for timing, not a model"))
        entries.append(writer.words("tokenizer.ggml.model", "none"))
        for key, (begin, end) in self._header.spans.items():
            if key.startswith(prefix) and key not in made:
                entries.append(self._cut_list(key, self._read(begin, end), blocks))
        present = {k: v for k, v in made.items() if k in self._header.spans or k.endswith((".vocab_size",))}
        return (*entries, *(writer.whole(key, value) for key, value in present.items()))

    def _vocabulary(self) -> int:
        embedding = next((t for t in self._tensors if t.name == _EMBEDDING), None)
        return embedding.shape[-1] if embedding is not None and embedding.shape else 0

    def _cut_list(self, key: str, entry: bytes, blocks: int) -> bytes:
        """An entry as it is; of a list with one value for each block only the first `blocks`."""
        per_block = self._header.lengths.get(key) == self._stated and not any(key.endswith(n) for n in _NOT_PER_BLOCK)
        if not per_block or blocks >= self._stated:
            return entry
        head = 8 + len(key.encode()) + 4
        inner, _ = struct.unpack_from("<IQ", entry, head)
        if inner not in SCALARS:
            return entry
        size = struct.calcsize("<" + SCALARS[inner][-1])
        start = head + 12
        return entry[: head + 4] + struct.pack("<Q", blocks) + entry[start : start + blocks * size]


@dataclass(frozen=True)
class SliceSizes:
    """How many blocks the two slices have, and why none where there are none (both 0)."""

    small: int = 0
    large: int = 0
    reason: str = ""


def choose_sizes(cutter: Cutter, most_bytes: int, least_read_bytes: int) -> SliceSizes:
    """Two slices that together take at most `most_bytes`, each reading at least `least_read_bytes` for a token.

    A model small enough is its own larger slice."""
    blocks = cutter.blocks
    steps = range(blocks.leading + blocks.period, blocks.count + 1, blocks.period)
    sizes = [(k, cutter.cut(k).read_bytes) for k in steps]
    small = next((k for k, read in sizes if read >= least_read_bytes), 0)
    if not small or small == blocks.count:
        if blocks.count and cutter.file_bytes(blocks.count) <= most_bytes:
            return SliceSizes(blocks.count, blocks.count)
        return SliceSizes(reason="its blocks are too small or too few to be timed apart")
    room = most_bytes - cutter.file_bytes(small)
    large = max((k for k, _ in sizes if k > small and cutter.file_bytes(k) <= room), default=0)
    if not large:
        return SliceSizes(reason="even a slice of a few blocks is larger than there is room for")
    return SliceSizes(small, large)

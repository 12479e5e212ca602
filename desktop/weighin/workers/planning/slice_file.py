"""Writes a slice where nobody can take it for a model: a file without a name that is gone with the process."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np

from weighin.core.gguf import writer
from weighin.core.gguf.reader import TENSOR_TYPES, Tensor
from weighin.core.gguf.slice import Slice
from weighin.workers.planning.real_weights import RealWeights

_DESCRIPTORS = Path("/proc/self/fd")


@contextlib.contextmanager
def unnamed_file(folder: str | None = None) -> Iterator[tuple[IO[bytes], str]]:
    """A stream to write to and the path to open it by, as long as the block runs. Raises OSError without room.

    Where the system has no such files it has a name, and is deleted at the end."""
    if sys.platform == "linux" and _DESCRIPTORS.is_dir():
        with tempfile.TemporaryFile(prefix="weighin-slice-", dir=folder) as stream:
            yield stream, str(_DESCRIPTORS / str(stream.fileno()))
        return
    with tempfile.TemporaryDirectory(prefix="weighin-slice-", dir=folder) as place:
        path = Path(place) / "slice.tmp"
        with path.open("w+b") as stream:
            yield stream, str(path)


@contextlib.contextmanager
def file_in_memory() -> Iterator[tuple[IO[bytes], str]]:
    """The same for a few bytes, which take no disk where the system can keep them in memory."""
    if sys.platform == "linux" and _DESCRIPTORS.is_dir():
        with os.fdopen(os.memfd_create("weighin"), "w+b") as stream:
            yield stream, str(_DESCRIPTORS / str(stream.fileno()))
        return
    with unnamed_file() as found:
        yield found


_TILE = 4 << 20
_WHOLLY_RANDOM = 64 << 20
_HALF = {"F16", "BF16"}
# Where a block keeps its scales in half precision, and a value that keeps activations finite (ggml-common.h).
_SCALES: dict[str, tuple[tuple[int, ...], float]] = {
    "Q4_0": ((0,), 0.002), "Q4_1": ((0, 2), 0.001), "Q5_0": ((0,), 0.001), "Q5_1": ((0, 2), 0.0005),
    "Q8_0": ((0,), 0.0002), "Q2_K": ((80, 82), 0.001), "Q3_K": ((108,), 0.0002), "Q4_K": ((0, 2), 0.0001),
    "Q5_K": ((0, 2), 0.00006), "Q6_K": ((208,), 0.00003), "IQ2_XXS": ((0,), 0.001), "IQ2_XS": ((0,), 0.001),
    "IQ2_S": ((0,), 0.001), "IQ3_XXS": ((0,), 0.001), "IQ3_S": ((0,), 0.0005), "IQ1_S": ((0,), 0.001),
    "IQ4_NL": ((0,), 0.0002), "IQ4_XS": ((0,), 0.00002), "TQ1_0": ((52,), 0.01), "TQ2_0": ((64,), 0.01),
}  # fmt: skip
_MXFP4_EXPONENT = 118  # 2^(118-127)


@contextlib.contextmanager
def slice_file(cut: Slice, folder: str | None = None, weights: RealWeights | None = None) -> Iterator[str]:
    """Path of a file with `cut` in it, as long as the block runs. Raises OSError where there is no room.

    The model's own weights are in it where `weights` has them, for random ones are computed with faster (by 6 to 15 %
    where that was measured); and its pages lie in memory as those of a model file do: read from disk, not as they were
    written."""
    with unnamed_file(folder) as (stream, path):
        _write(stream, cut, weights)
        stream.flush()
        drop_pages(stream.fileno())
        yield path


def drop_pages(descriptor: int) -> None:
    """Let a file's pages go, so that they are read again when it is loaded. Where the system lets none go (a folder in
    memory) they stay as they are.

    What was just written may lie in larger pages than what was read ahead, and is then computed with faster."""
    if hasattr(os, "posix_fadvise"):
        os.fsync(descriptor)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)


def _write(stream: IO[bytes], cut: Slice, weights: RealWeights | None) -> None:
    head = writer.header(cut.entries, cut.tensors)
    stream.write(head)
    random = np.random.default_rng(0)
    tiles: dict[str, bytes] = {}
    for tensor in cut.tensors:
        stream.seek(len(head) + tensor.offset)
        real = weights.chunks(tensor.name, tensor.bytes or 0) if weights else None
        if real is None:
            _fill(stream, tensor, random, tiles)
        else:
            stream.writelines(real)
    stream.seek(0, os.SEEK_END)
    stream.write(bytes(-stream.tell() % writer.ALIGNMENT))


def _fill(stream: IO[bytes], tensor: Tensor, random: np.random.Generator, tiles: dict[str, bytes]) -> None:
    name = TENSOR_TYPES[tensor.type][0]
    size = tensor.bytes or 0
    if name == "F32" or (name in _HALF and size <= _WHOLLY_RANDOM):
        stream.write(_plain(tensor, name, random))
        return
    if name not in tiles:
        tiles[name] = _tile(name, random)
    tile = tiles[name]
    for _ in range(size // len(tile)):
        stream.write(tile)
    stream.write(tile[: size % len(tile)])


def _plain(tensor: Tensor, name: str, random: np.random.Generator) -> bytes:
    """Norms are ones, decays minus one, biases nothing, matrices (routers among them) random."""
    if len(tensor.shape) > 1 and not tensor.name.endswith("ssm_a"):
        values = random.standard_normal(tensor.elements, dtype=np.float32) * np.float32(0.02)
    elif tensor.name.endswith("ssm_a"):
        values = np.full(tensor.elements, -1.0, np.float32)
    else:
        values = np.full(tensor.elements, 1.0 if "norm" in tensor.name else 0.0, np.float32)
    if name == "BF16":
        return (values.view(np.uint32) >> 16).astype(np.uint16).tobytes()
    return values.astype(np.float16 if name == "F16" else np.float32).tobytes()


def _tile(name: str, random: np.random.Generator) -> bytes:
    """Blocks of random weights of one type with the same scale in each."""
    size = next(kind for kind in TENSOR_TYPES.values() if kind[0] == name)[2]
    if name in _HALF:
        return _plain(Tensor("tile", (_TILE // 2, 1), 0, 0), name, random)
    blocks = random.integers(0, 256, size=(_TILE // size, size), dtype=np.uint8)
    if name == "MXFP4":
        blocks[:, 0] = _MXFP4_EXPONENT
    offsets, value = _SCALES.get(name, ((), 0.0))
    scale = np.frombuffer(np.float16(value).tobytes(), dtype=np.uint8)
    for offset in offsets:
        blocks[:, offset : offset + 2] = scale
    return blocks.tobytes()

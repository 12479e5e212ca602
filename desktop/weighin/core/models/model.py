"""What a GGUF file is: facts read from its header, and how split files are named."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from weighin.core.downloads.file_names import PartName

SERVER_SCHEMES = ("http://", "https://")


@dataclass(frozen=True)
class TypeShare:
    """How many bytes of a model's weights are of one tensor type."""

    name: str
    bytes: int


@dataclass(frozen=True)
class ModelFacts:
    """Facts of a model as its header states them; None where the header does not say. Of a model on a server (its path
    is its address, see server.py) only the name is known: sizes are 0, texts "".

    parameters: all weights, counted from tensor shapes; active_parameters: those read for one token (experts beyond the
    used ones left out). file_bytes: all shards. vocabulary: number of tokens. starter: one of this program's own tiny
    teaching models. verified: its sha256 was found to be the hub's. tensor_types: from the most bytes to the fewest; ()
    where not counted. read_bytes: of weights, for one token, counted from the tensors; None in records of earlier
    versions.
    state_bytes_per_layer etc. are left to the planner. header_name: what the header calls it, where people know it by
    another name.
    """

    name: str
    path: str
    file_bytes: int
    architecture: str
    quantization: str
    parameters: int
    active_parameters: int
    layers: int | None = None
    heads: int | None = None
    kv_heads: int | None = None
    key_length: int | None = None
    value_length: int | None = None
    embedding: int | None = None
    experts: int | None = None
    experts_used: int | None = None
    context_length: int | None = None
    vocabulary: int | None = None
    template: str | None = None
    template_sha256: str | None = None
    license: str | None = None
    sha256: str | None = None
    starter: bool = False
    verified: bool = False
    read_bytes: float | None = None
    tensor_types: tuple[TypeShare, ...] = field(default=(), compare=False)
    header_name: str = field(default="", compare=False)

    @property
    def is_moe(self) -> bool:
        """Whether only some experts work on each token."""
        return bool(self.experts and self.experts > 1)

    @property
    def is_server(self) -> bool:
        """Whether it is no file, but lives behind an OpenAI-compatible server."""
        return self.path.startswith(SERVER_SCHEMES)


def shard_paths(path: Path) -> list[Path]:
    """All parts of the split model that `path` is one part of, in order; [path] for a model in one file, and for a part
    that cannot be."""
    part = PartName.of(path.name)
    if part is None or part.problem or part.count == 1:
        return [path]
    return [path.with_name(f"{part.stem}-{n:05d}-of-{part.count:05d}.gguf") for n in range(1, part.count + 1)]

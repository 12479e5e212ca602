"""The files of a repository as a person chooses among them: one row a quantization, shards together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from weighin.core.downloads.file_names import PartName, quantization_of, without_quantization
from weighin.core.downloads.hub_names import check_path
from weighin.core.errors import AppError
from weighin.core.safe_text import safe_name

_PIECE = re.compile(r"\.gguf[.-](?:part[-\w]+|split[-\w]+|\d{2,})$", re.IGNORECASE)
_PICTURES = re.compile(r"(?:^|[^A-Za-z0-9])mmproj(?![A-Za-z0-9])", re.IGNORECASE)
# Only as the last word beside the quantization: a name may speak of drafts and assistants and be a model all the same.
_HELPER = re.compile(r"(?:^mtp[-._ ]|[-._ ](?:mtp|draft|drafter|eagle3?|assistant)$)", re.IGNORECASE)
_PIECES = "split into raw pieces that must be joined by hand first"


@dataclass(frozen=True)
class RemoteFile:
    """A file at the hub; sha256 is None for the few small files the hub does not keep by content."""

    path: str
    size: int
    sha256: str | None = None


@dataclass(frozen=True)
class Variant:
    """One model of a repository in one quantization: its files in order, together `size` bytes.

    `problem`: why it cannot be downloaded, "" where it can."""

    name: str
    quantization: str
    files: tuple[RemoteFile, ...]
    problem: str = ""

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


@dataclass(frozen=True)
class LeftOut:
    """A file that is not offered, and why."""

    path: str
    reason: str


@dataclass(frozen=True)
class Listing:
    """A repository at one commit. `gated`: "", "auto" or "manual"."""

    repo: str
    commit: str
    variants: tuple[Variant, ...]
    left_out: tuple[LeftOut, ...] = ()
    gated: str = ""
    license: str | None = None
    downloads: int | None = None

    def variant_of(self, path: str) -> Variant:
        """The variant that the file `path` is (a part of). Raises AppError."""
        for variant in self.variants:
            if any(file.path == path for file in variant.files):
                return variant
        for entry in self.left_out:
            if entry.path == path:
                raise AppError(f"{path} is not a model to download: {entry.reason}.", kind="left_out")
        raise AppError(f"{self.repo} has no file {safe_name(path, 100)} at commit {self.commit[:8]}.", kind="not_found")


@dataclass(frozen=True)
class Repository:
    """One answer of a search."""

    repo: str
    downloads: int | None = None
    likes: int | None = None
    gated: str = ""
    license: str | None = None
    architecture: str | None = None
    parameters: int | None = None
    context_length: int | None = None


def group_files(files: Iterable[RemoteFile]) -> tuple[tuple[Variant, ...], tuple[LeftOut, ...]]:
    """Variants by size, and the GGUF files that are left out, each with its reason."""
    single: list[Variant] = []
    shards: dict[tuple[str, int], list[RemoteFile]] = {}
    left_out: list[LeftOut] = []
    for file in files:
        reason = _reason_against(file)
        if reason is None:
            continue
        if reason:
            left_out.append(LeftOut(file.path, reason))
        elif part := PartName.of(file.path):
            if part.count:
                shards.setdefault((part.stem, part.count), []).append(file)
            else:
                left_out.append(LeftOut(file.path, part.problem.rstrip(".")))
        else:
            single.append(Variant(_stem(file.path), quantization_of(file.path), (file,)))
    split = [_split(stem, count, parts) for (stem, count), parts in shards.items()]
    return tuple(sorted((*single, *split), key=lambda v: (v.size, v.name))), tuple(left_out)


def _reason_against(file: RemoteFile) -> str | None:
    """Why `file` is left out; "" where it is offered, None where it is no GGUF at all."""
    if _PIECE.search(file.path):
        return _PIECES
    if not file.path.lower().endswith(".gguf"):
        return None
    try:
        check_path(file.path)
    except AppError as error:
        return error.user_text.rstrip(".")
    if _PICTURES.search(file.path.rsplit("/", 1)[-1]):
        return "the vision part of a model"
    if _HELPER.search(without_quantization(file.path)):
        return "a draft model for speculative decoding"
    if "imatrix" in file.path.rsplit("/", 1)[-1].lower():
        return "quantization statistics, not a model"
    if file.sha256 is None:
        return "no sha256 on the hub, so it cannot be verified"
    return ""


def _split(stem: str, count: int, parts: list[RemoteFile]) -> Variant:
    ordered = tuple(sorted(parts, key=lambda p: p.path))
    problem = ""
    if len({p.path.lower() for p in parts}) != count:
        problem = f"Only {len(parts)} of {count} parts of this model are on the hub."
    elif {part.number for p in parts if (part := PartName.of(p.path))} != set(range(1, count + 1)):
        problem = f"The parts of this model are not numbered 1 to {count}."
    return Variant(stem.rsplit("/", 1)[-1], quantization_of(ordered[0].path), ordered, problem)


def _stem(path: str) -> str:
    return path.rsplit("/", 1)[-1][: -len(".gguf")]
